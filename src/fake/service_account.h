// The one service account that the fakes of Google know, and what it signs.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace fw::fake {

inline constexpr std::string_view kServiceAccount = "fairway@fake-project.iam.gserviceaccount.com";
inline constexpr std::string_view kServiceAccountKeyId = "fa4ef17ba9c0ffee0000000000000000fa4ef17b";

// The JSON file its owner would download; `token_uri` is where it signs in.
std::string service_account_file(std::string_view project, std::string_view token_uri);

// A JWT the account signed (RS256 of RFC 7518).
struct SignedJwt {
  std::string issuer, subject, audience, scope;
  std::int64_t issued_s = 0;
  std::int64_t expires_s = 0;
};
// The error is one of malformed ("no JWT") and a signature that is not the account's.
enum class JwtFault : std::uint8_t { malformed, signature };
std::expected<SignedJwt, JwtFault> check_account_jwt(std::string_view token);

// The same of a JWT whose signature nobody checks: what a federated identity presents.
std::expected<SignedJwt, JwtFault> read_jwt(std::string_view token);

}  // namespace fw::fake
