// How a provider comes by the credential that signs its requests, without doing any I/O: a flow says
// what it needs next (an answer over HTTP, a file), whoever drives it brings it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "cloud/flow.h"
#include "wire/url.h"

namespace fw::cloud {

// What signs a request. Secrets: never in a log, an error text or a dump. Never changes once made.
struct Credential {
  std::string bearer;  // a token, or empty and the three below
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;          // may be empty
  WallTime expires{INT64_MAX};        // from then on the cloud refuses it; max: never
  WallTime refresh_at{INT64_MAX};     // from then on a new one should be fetched
  bool usable_after_end = false;      // where the source says so (IMDS "static stability"): better than none
};

// What the process was started with; only the `default` forms look at it.
struct Surroundings {
  std::function<std::optional<std::string>(std::string_view name)> variable;  // of the environment
};

// One way to sign in, made from a provider's settings; without state, shared by all refreshes.
class SignIn {
 public:
  virtual ~SignIn() = default;
  // Fetches a credential. Errors have origin provider and name the source in their own words
  // ("the token endpoint answered 401: …"); they never repeat a secret.
  virtual Flow<Credential> fetch(WallTime now) const = 0;
  // For logs and `fairway doctor`: "AWS instance role (IMDSv2)", "Entra client credentials".
  virtual std::string describe() const = 0;
};

// When to fetch the next one: `ahead_s` before the end, but never before half of its life is over.
WallTime refresh_time(WallTime now, WallTime expires, std::int64_t ahead_s = 300);

}  // namespace fw::cloud
