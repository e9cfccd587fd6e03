// The languages spoken with clients and clouds, and what can be asked in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fw::dialect {

enum class Dialect : std::uint8_t { chat, responses, converse, generate_content, messages };

enum class Operation : std::uint8_t {
  chat, responses, responses_get, responses_delete, responses_cancel, embeddings
};

// The words of the config, the records and the metrics: "chat", "generate_content", ….
std::string_view name(Dialect dialect);
std::string_view name(Operation operation);
std::optional<Dialect> dialect_of(std::string_view name);

// The dialect an operation's answers are written in. Embeddings count as chat: they never stream
// and their errors look the same.
constexpr Dialect dialect_of(Operation operation) {
  return operation == Operation::chat || operation == Operation::embeddings ? Dialect::chat
                                                                            : Dialect::responses;
}

}  // namespace fw::dialect
