// What a cloud's failure means for the exchange, the money and the account.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fw::cloud {

enum class FailureKind : std::uint8_t {
  none, invalid_request, unauthorized, forbidden, not_found, too_large, context_length,
  content_filter, rate_limited, quota_exhausted, overloaded, server_error, timed_out, unreachable,
  tls, truncated, malformed,
  sign_in,  // no credential could be had
  outrun    // given up, because another place was faster (hedging)
};
inline constexpr std::size_t kFailureKinds = 19;

// The word of the records and the metrics: "none", "invalid_request", ….
std::string_view name(FailureKind kind);

// Whether the cloud charges for the failed attempt.
enum class Billing : std::uint8_t { refused_unbilled, billed, ambiguous };

// What the attempt tells about the account beyond this one request.
enum class Mark : std::uint8_t { none, credential_bad, account_exhausted };

struct Verdict {
  FailureKind kind = FailureKind::none;
  bool elsewhere = false;  // another deployment may serve this request
  Mark mark = Mark::none;
  Billing billing = Billing::refused_unbilled;
  std::uint32_t retry_after_ms = 0;  // what the cloud asked for; 0: nothing. May exceed any wait
  std::string code;                  // the cloud's own, at most 256 bytes
  std::string type;
  std::string param;
  std::string message;  // the cloud's own words, at most 4 KiB, no control bytes
};

// What a kind of failure means without an answer to read, as for a connection that failed. Whether
// anything was sent is the caller's to know: `unreachable` and `tls` count as not billed.
Verdict verdict_of(FailureKind kind);

}  // namespace fw::cloud
