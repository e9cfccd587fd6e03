// Embeddings: vectors that depend on nothing but their input.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "fake/ask.h"
#include "fake/refusal.h"

namespace fw::fake {

struct EmbeddingsAnswer {
  std::string body;
  std::int64_t prompt_tokens = 0;
};

// Unit vectors as numbers or base64 of little-endian floats; 1,536 values unless `dimensions` says otherwise
// (3,072 for a model that ends in -large). Refused: an empty input, more than 2,048 of them, a wrong type.
std::expected<EmbeddingsAnswer, Refusal> make_embeddings(const Ask& ask, std::string_view model);

}  // namespace fw::fake
