// Who serves the Messages API, and what each host wants said differently. One dated table; code reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/adapter.h"

namespace fw::cloud::anthropic {

enum class Host : std::uint8_t { direct, foundry, bedrock, vertex };

struct HostRow {
  Host host;
  std::string_view word;          // of the config
  std::string_view body_version;  // anthropic_version in the body; empty: a header says it
  bool model_in_body;             // else in the path
  bool stream_in_body;            // else the path says it
  bool framed;                    // streams are AWS event streams around Anthropic's events
  bool takes_urls;                // of images and documents; else their bytes only
  bool takes_tier;                // service_tier in the body
  std::string_view source;
  std::string_view date;
};

const HostRow& row(Host host);
std::optional<Host> host_of(std::string_view word);
// Of a site that this folder made.
Host host_of(const Site& site);

// Origin and path before the operation's. Errors are the operator's, as for Adapter::site().
Result<Site> make_site(const ProviderSettings& settings, Host host);

// After the site's path: "/v1/messages", "/model/ID/invoke", ….
std::string path_of(Host host, std::string_view model, bool stream);

}  // namespace fw::cloud::anthropic
