// Requests to servers that speak OpenAI's HTTP.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "cloud/adapter.h"

namespace fw::cloud::openai_http {

// A host that belongs to the cloud itself: credentials go there over TLS only.
using IsCanonical = bool (*)(std::string_view host);

struct SiteRules {
  std::string_view cloud;
  std::string_view default_url;               // empty: a base_url is required
  std::initializer_list<std::string_view> endings;  // of which the base URL's path must have one
  std::string_view example;                   // a base URL as it should be
  IsCanonical is_canonical = nullptr;
};

// The URL of a provider entry, checked; `url` counts where it is not empty.
Result<wire::Url> base_url(const ProviderSettings& settings, const SiteRules& rules, std::string_view url);

// URL, Host and user agent; credentials are for the caller to add. Checks forward_headers.
Result<Site> plain_site(const ProviderSettings& settings, wire::Url url);

// "Name: value\r\n" of a setting. Error: bytes that cannot stand in a field; the value is not repeated.
Result<std::string> field_line(const ProviderSettings& settings, std::string_view setting, std::string_view name,
                               std::string_view value);

// The line that signs in: `scheme` and the key of the entry, "Bearer " or nothing before it.
Result<std::string> key_line(const ProviderSettings& settings, std::string_view name, std::string_view scheme);

// An error of the operator's about one setting of one provider entry.
std::unexpected<Error> wrong_setting(const ProviderSettings& settings, std::string_view setting, std::string message);

std::string_view method(Operation operation);

// "/chat/completions", "/responses/resp_1/cancel"; the id is percent-encoded.
std::string resource(const Call& call);

// The client's query without what could change the meaning of ours (`api-version`) or break the
// request line.
std::string safe_query(std::string_view query);

// Request line and lines of the site. `path` starts with '/'; `query` comes without '?'.
std::string head(const Site& site, Operation operation, std::string_view path, std::string_view query);

}  // namespace fw::cloud::openai_http
