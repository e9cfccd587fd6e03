// Reasoning effort in Anthropic's words, and the form of the answer, which stands beside it.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/anthropic/messages_write.h"
#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::Need;
using dialect::inner::Format;
using wire::JsonWriter;

struct EffortRow {
  std::string_view asked;
  std::string_view high;  // for models that know low to high
  std::string_view max;   // and max
  std::string_view all;   // and xhigh
  std::int64_t budget;    // thinking.budget_tokens; 0: it shall not think
};

// OutputConfig.effort of @anthropic-ai/sdk 1.12.0; budgets as Google's OpenAI-compatible surface counts them (clouds'
// common measure: low 1,024, medium 8,192, high 24,576).
constexpr std::array<EffortRow, 7> kEfforts{{{"none", "low", "low", "low", 0},
                                             {"minimal", "low", "low", "low", 1'024},
                                             {"low", "low", "low", "low", 1'024},
                                             {"medium", "medium", "medium", "medium", 8'192},
                                             {"high", "high", "high", "high", 24'576},
                                             {"xhigh", "high", "high", "xhigh", 24'576},
                                             {"max", "high", "max", "max", 24'576}}};
constexpr std::int64_t kBudgetMin = 1'024;  // ThinkingConfigEnabled

struct Plan {
  std::string_view type;    // thinking.type; empty: not said
  std::int64_t budget = 0;  // of type enabled
  std::string_view effort;  // empty: not said
};

std::string_view word(const EffortRow& row, Efforts known) {
  switch (known) {
    case Efforts::none: return {};
    case Efforts::high: return row.high;
    case Efforts::max: return row.max;
    case Efforts::all: return row.all;
  }
  return {};
}

bool wants_summary(const Writing& w) {
  return !w.request.reasoning_summary.empty() && !w.target.dropped(Need::reasoning_summary);
}

Plan plan_adaptive(const Writing& w, const EffortRow* asked) {
  Plan plan;
  const bool none = asked != nullptr && asked->budget == 0;
  if (none && w.model.may_stop_thinking) return {.type = "disabled", .budget = 0, .effort = {}};
  if (asked != nullptr) plan.effort = word(*asked, w.model.efforts);
  // A forced call and thinking exclude each other.
  if (!none && !forces_a_call(w) && (asked != nullptr || wants_summary(w))) plan.type = "adaptive";
  return plan;
}

// The budget is part of max_tokens: the answer keeps half of them.
Plan plan_budget(const Writing& w, const EffortRow* asked, bool may_think, std::int64_t max_tokens) {
  if (asked == nullptr) return {};
  Plan plan;
  if (asked->budget > 0) plan.effort = word(*asked, w.model.efforts);
  plan.budget = std::min(asked->budget, max_tokens / 2);
  if (plan.budget >= kBudgetMin && may_think && !forces_a_call(w)) plan.type = "enabled";
  return plan;
}

bool has_schema(const Writing& w) {
  return w.request.format == Format::json_schema && !w.request.schema.schema.empty() &&
         !w.target.dropped(Need::json_schema);
}

void write_output(const Writing& w, std::string_view effort, JsonWriter& json) {
  if (effort.empty() && !has_schema(w)) return;
  json.key("output_config").begin_object();
  if (!effort.empty()) json.member("effort", effort);
  if (has_schema(w))
    json.key("format").begin_object().member("type", "json_schema").key("schema").raw(w.request.schema.schema).end_object();
  json.end_object();
}

}  // namespace

Result<bool> write_thinking(const Writing& w, const Conversation& conversation, std::int64_t max_tokens,
                            JsonWriter& json) {
  const std::string_view asked = wire::json_text(w.said(Need::reasoning_effort));
  const auto found = std::ranges::find(kEfforts, asked, &EffortRow::asked);
  if (!asked.empty() && found == kEfforts.end())
    return std::unexpected(
        client_error(Code::invalid_value,
                     fmt::format("found the effort '{}', expected none, minimal, low, medium, high, xhigh or max",
                                 asked.substr(0, 100)),
                     "reasoning_effort"));
  const EffortRow* const effort = found == kEfforts.end() ? nullptr : &*found;
  Plan plan;
  if (w.model.thinking == Thinking::adaptive) plan = plan_adaptive(w, effort);
  if (w.model.thinking == Thinking::budget)
    plan = plan_budget(w, effort, !conversation.calls_without_thoughts, max_tokens);
  const bool thinks = !plan.type.empty() && plan.type != "disabled";
  if (!plan.type.empty()) {
    json.key("thinking").begin_object().member("type", plan.type);
    if (plan.budget > 0 && plan.type == "enabled") json.member("budget_tokens", plan.budget);
    if (thinks && wants_summary(w)) json.member("display", "summarized");
    json.end_object();
  }
  write_output(w, plan.effort, json);
  return thinks;
}

}  // namespace fw::cloud::anthropic
