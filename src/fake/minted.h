// Tokens as the fakes issue them. They carry what they say, so that another fake, in another process, can check them;
// the key is printed here and protects nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "fake/ids.h"

namespace fw::fake {

inline constexpr std::string_view kEntraIssuer = "https://sts.windows.net/fake";
inline constexpr std::string_view kGoogleIssuer = "https://accounts.google.com/fake";
inline constexpr std::string_view kAwsIssuer = "https://sts.amazonaws.com/fake";

struct Claims {
  std::string issuer;
  std::string audience;  // Entra: the resource; AWS: the access key's id; Google: the scope
  std::string subject;
  std::int64_t issued_ns = 0;
  std::int64_t expires_s = 0;
};

// A JWT under HMAC-SHA-256.
std::string mint(const Claims& claims, IdMint& ids);
// Nothing: it was not minted by a fake.
std::optional<Claims> read_minted(std::string_view token);

// Google's look: "ya29." before it.
inline constexpr std::string_view kGoogleTokenPrefix = "ya29.";

// Temporary credentials of AWS.
struct AwsKeys {
  std::string id, secret, token;
  std::string expires;  // RFC 3339, without fractions
};
AwsKeys mint_aws_keys(std::string_view role, WallTime now, std::int64_t lasts_s, IdMint& ids);
// The secret of a temporary key, which its id says.
std::string aws_secret_of(std::string_view key_id);

// 2026-11-22T00:00:00Z
std::string second_text(std::int64_t seconds);

}  // namespace fw::fake
