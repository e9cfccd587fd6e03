// What sources of tokens answer: OAuth 2.0's endpoints (RFC 6749 §5) and the metadata servers that
// answer like them. Every sign-in reads them here, so that a failure says who failed, in its own words.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "cloud/adapter.h"
#include "cloud/flow.h"
#include "cloud/sign_in.h"

namespace fw::cloud {

// A source of tokens as errors name it.
struct TokenSource {
  std::string who;                   // "the token endpoint of Entra ID"
  std::vector<std::string> secrets;  // what was sent there; shown as "***" should its words repeat it
};

// What a source's own words mean for the operator.
struct TokenHint {
  std::string_view words;
  std::string_view hint;
};

// Origin provider; another deployment may do.
Error token_error(std::string message, std::uint32_t retry_after_ms = 0);

// What an answer says that is no success: status, `error` and `error_description` (or their like; at
// most 600 bytes), and the hint of the first row whose words stand in it.
Error token_refused(const TokenSource& source, const Reply& reply, std::span<const TokenHint> hints = {});

// The names of a token's members where they are not OAuth's.
struct TokenNames {
  std::string_view token = "access_token";
  std::string_view expires_in = "expires_in";  // seconds, from the answer's time
  std::string_view expires_on = "expires_on";  // seconds since 1970 or RFC 3339; counts where it stands
};

// A bearer token and its life. Refused, with what was found and expected: no 200, no JSON object, no token,
// no lifetime, a token that has expired or cannot stand in a header field. Renewed when `refresh_in` says, at
// the latest at refresh_time().
Result<Credential> read_token(const TokenSource& source, const Reply& reply, std::span<const TokenHint> hints = {},
                              const TokenNames& names = {});

// A string at a path of keys in a valid JSON object, unescaped. Empty: none there.
std::string json_string(std::string_view object, std::initializer_list<std::string_view> path);

bool is_json_object(std::string_view text);

// Of an answer or a file that should have been something else: "an empty body", "HTML", "no JSON", "JSON".
std::string_view shape_of(std::string_view body);

// Visible ASCII without spaces, at most 16 KiB: what may stand in a header field as a token.
bool is_token_text(std::string_view text);

// Where a setting says a token is asked for. Error: no URL, or plain http to a host that ends in one of `tls_only`.
Result<wire::Url> token_url(const ProviderSettings& settings, std::string_view setting, std::string_view text,
                            std::span<const std::string_view> tls_only);

// A setting known to one cloud only; null if it is not there.
const std::string* extra_setting(const ProviderSettings& settings, std::string_view name);

// A variable of the environment; nothing if it is unset or empty.
std::optional<std::string> variable(const Surroundings& surroundings, std::string_view name);

}  // namespace fw::cloud
