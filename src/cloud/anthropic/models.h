// What each of Anthropic's models takes, told by its id. A dated table.
#pragma once

#include <cstdint>
#include <string_view>

namespace fw::cloud::anthropic {

// How a model is told to think: not at all, with a budget of tokens, or as it sees fit.
enum class Thinking : std::uint8_t { none, budget, adaptive };

// The words `output_config.effort` takes: none, low to high, those and max, all with xhigh.
enum class Efforts : std::uint8_t { none, high, max, all };

struct Model {
  std::string_view part;           // of the id: "us.anthropic.claude-opus-5", "claude-opus-4-1@20250805"
  std::int64_t output_tokens_max;  // asked for where the client gives no limit: Messages wants one
  Thinking thinking;
  Efforts efforts;
  bool may_stop_thinking;  // takes thinking.type disabled
};

// Never null: the last row takes all.
const Model& model_of(std::string_view id);

}  // namespace fw::cloud::anthropic
