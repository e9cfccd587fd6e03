// Where Google Cloud's models are: hosts by location. A dated table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cloud/adapter.h"

namespace fw::cloud::google {

// "global", a multi-region ("us", "eu") or a region ("europe-west4").
bool is_location(std::string_view location);
// Letters, digits, '_', '-', and the '.' and ':' of domain-scoped projects (openai 7.57.0 `vertex.ts`).
bool is_project(std::string_view project);

// The host that serves a location.
std::string host_of(std::string_view location);
// The location a host of Google's own serves; nothing for any other host, a private endpoint say.
std::optional<std::string> location_of(std::string_view host);
// A host to which credentials go over TLS only.
bool is_google(std::string_view host);

// The origin of a location, or base_url, with the path of project and location, which the entry's `project` and
// `location` name; `region` and `project` of the site say them. Errors are the operator's: no project, no location, a
// path, and where the host is Google's own, plain http or another location.
Result<Site> project_site(const ProviderSettings& settings);

}  // namespace fw::cloud::google
