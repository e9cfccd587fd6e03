// Vouching for a request to AWS.
#pragma once

#include <string>
#include <string_view>

#include "cloud/adapter.h"

namespace fw::cloud::aws {

// Appends the lines that sign the request: a bearer token where the credential has one, else
// Authorization, X-Amz-Date, X-Amz-Content-Sha256 and the session token's. `host` as in the Host field.
void sign_aws(const Credential& credential, std::string_view region, std::string_view service, std::string_view host,
              const ToSign& request, std::string& lines);

// A Bedrock API key made from keys without asking anybody (clouds.md §2.1): a bearer credential that lives for
// twelve hours, but not longer than the keys.
Credential short_term_key(const Credential& keys, std::string_view region, WallTime now);

}  // namespace fw::cloud::aws
