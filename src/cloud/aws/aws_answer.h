// Credentials as AWS's sources answer them: the checks all of them share.
#pragma once

#include <string>

#include "cloud/token.h"

namespace fw::cloud::aws {

// As found in an answer; empty where it holds none.
struct AwsKeys {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::string expiration;  // RFC 3339
};

enum class Expired : std::uint8_t {
  refused,
  kept,  // IMDS: what has run out may be used until there is better ("static stability")
};

// Error: a part is missing or cannot stand in a header field, or the credential has expired.
Result<Credential> credential_of(const TokenSource& source, const Reply& reply, AwsKeys keys,
                                 Expired expired = Expired::refused);

// The JSON of containers and IMDS. Errors as above; any other answer is told with its own words.
Result<Credential> read_keys_json(const TokenSource& source, const Reply& reply, Expired expired = Expired::refused);

// As token_refused(), and says so where the answer's Date shows that a clock is wrong.
Error aws_refused(const TokenSource& source, const Reply& reply, std::span<const TokenHint> hints = {});

// " (this machine's clock is 900 s ahead of theirs)"; empty where the answer's Date shows no such thing.
std::string skew_words(const Reply& reply);

std::string trimmed(std::string_view text);

}  // namespace fw::cloud::aws
