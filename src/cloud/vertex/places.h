// Where Google serves what: hosts by location, paths and dialects by a model's name. Dated tables.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dialect/dialect.h"

namespace fw::cloud::vertex {

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

// What a model's name says of where it is served.
struct Place {
  std::string_view models;                     // prefix of the deployment's model; empty: any. "#": nothing but digits
  std::span<const dialect::Dialect> dialects;  // the one to prefer first
  std::string_view publisher;                  // of a name without one, in chat bodies: "google/"
  std::string_view source;
  std::string_view date;
};

// Never null: the last row takes all.
const Place& place_of(std::string_view model);

// The path after ".../locations/LOCATION", with its query. `model` is the deployment's.
std::string path_of(std::string_view model, dialect::Dialect dialect, bool stream);
std::string embeddings_path();

// "gemini-3-pro" of "google/gemini-3-pro".
std::string_view bare(std::string_view model);
// Gemini before the third generation: no thought signatures, budgets instead of levels.
bool is_early_gemini(std::string_view model);

}  // namespace fw::cloud::vertex
