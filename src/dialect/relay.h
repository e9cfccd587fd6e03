// One answer on its way from a cloud to a client that speaks the cloud's dialect: the bytes pass
// through, and what money and routing need is read on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dialect/dialect.h"
#include "dialect/seen_text.h"
#include "dialect/usage.h"

namespace fw::dialect {

struct RelayLimits {
  std::size_t event_bytes = 16u << 20;  // one event; a longer one ends the stream as malformed
};

// A failure told inside a stream that began well.
struct ProviderStreamError {
  std::string code;        // the cloud's words, at most 256 bytes, as are the type's
  std::string type;
  std::string message;     // at most 4 KiB
  bool retryable = false;  // another deployment may do better
  bool relayed = false;    // the client has it already: nothing more may be sent
  bool malformed = false;  // not the cloud's words: what it sent is no stream of this dialect
};

class StreamRelay {
 public:
  virtual ~StreamRelay() = default;

  // Takes bytes freed of their transfer coding; appends what the client gets to `out`, complete
  // events only, as views that hold until the next feed and no longer than `bytes`. Events as
  // they should be written pass as they are, others are rewritten; neighbours in memory share a
  // view. Before started() only comments come out. Nothing comes out after an error or [DONE]; a
  // Response that ended may be followed by another one (recorded so), which passes too.
  // An error told before anything else is kept back, so that another deployment can answer.
  virtual void feed(std::string_view bytes, std::vector<std::string_view>& out) = 0;

  // The transfer's end, for dialects whose ending it is: as feed() with what was waiting for it.
  virtual void close(std::vector<std::string_view>& /*out*/) {}

  // An error of ours as this dialect tells it inside a stream; never a fake ending.
  virtual std::string render_error(const Error& error) const = 0;

  bool started() const { return started_; }  // content the client now has: no other try after this
  bool preamble() const { return preamble_; }  // all so far only says that an answer will come, or why none will
  bool ended() const { return ended_; }      // the dialect's own ending, or an error
  const ProviderStreamError* error() const { return error_.get(); }  // null: none so far
  const Usage& usage() const {  // the last one told
    static constexpr Usage kNone;
    return usage_ ? *usage_ : kNone;
  }
  std::string_view response_id() const { return response_id_; }
  std::string_view service_tier() const { return service_tier_; }  // the one served, if told
  std::string_view finish() const { return finish_; }  // finish_reason; Responses: its status
  // For the estimate, where usage() is not reported.
  Seen seen() const { return seen_.seen(); }

 protected:
  Usage& told_usage() {
    if (!usage_) usage_ = std::make_unique<Usage>();
    return *usage_;
  }

  std::unique_ptr<Usage> usage_;  // told at the end: a stream that is open has none
  std::string response_id_;
  std::string service_tier_;
  std::string finish_;
  std::unique_ptr<ProviderStreamError> error_;
  SeenText seen_;
  bool started_ = false;
  bool preamble_ = false;
  bool ended_ = false;
};

// `strip_usage`: the client did not ask for the usage chunk, so it does not get it.
// Null for a dialect that is not relayed as it is.
std::unique_ptr<StreamRelay> make_relay(Dialect dialect, bool strip_usage, RelayLimits limits);

}  // namespace fw::dialect
