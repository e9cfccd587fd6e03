#include "dialect/dialect.h"

#include <array>

namespace fw::dialect {
namespace {

constexpr std::array<std::string_view, 5> kDialects{"chat", "responses", "converse", "generate_content", "messages"};
constexpr std::array<std::string_view, 6> kOperations{"chat",             "responses",        "responses_get",
                                                      "responses_delete", "responses_cancel", "embeddings"};

}  // namespace

std::string_view name(Dialect dialect) { return kDialects[static_cast<std::size_t>(dialect)]; }

std::string_view name(Operation operation) { return kOperations[static_cast<std::size_t>(operation)]; }

std::optional<Dialect> dialect_of(std::string_view name) {
  for (std::size_t i = 0; i < kDialects.size(); ++i)
    if (kDialects[i] == name) return static_cast<Dialect>(i);
  return std::nullopt;
}

}  // namespace fw::dialect
