// Where Google serves what: paths and dialects by a model's name. Dated tables.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dialect/dialect.h"

namespace fw::cloud::vertex {

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
