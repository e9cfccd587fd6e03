#include "cloud/vertex/generate_write.h"

#include <algorithm>
#include <array>

#include "cloud/vertex/generate_contents.h"
#include "cloud/vertex/media.h"
#include "cloud/vertex/places.h"
#include "wire/json.h"

namespace fw::cloud::vertex {
namespace {

using dialect::Need;
using dialect::inner::Format;
using dialect::inner::Request;
using dialect::inner::Target;
using dialect::inner::ToolChoice;
using dialect::inner::ToolKind;
using wire::JsonWriter;

constexpr int kDepthMax = 32;
constexpr std::size_t kStopsMax = 5;  // docs "Content generation parameters", 2026-11

struct NumberField {
  Need need;
  std::string_view name;
};
constexpr std::array<NumberField, 6> kNumbers{{{Need::max_tokens, "maxOutputTokens"},
                                               {Need::temperature, "temperature"},
                                               {Need::top_p, "topP"},
                                               {Need::seed, "seed"},
                                               {Need::presence_penalty, "presencePenalty"},
                                               {Need::frequency_penalty, "frequencyPenalty"}}};

struct Thinking {
  std::string_view effort;
  std::int64_t budget;     // Gemini 2.5: tokens
  std::string_view level;  // Gemini 3 and later; empty: the budget is said there too
};
// Budgets: docs "Using OpenAI libraries", reasoning_effort (2026-11). 0 turns thinking off; models
// that cannot refuse it in their own words.
constexpr std::array<Thinking, 7> kThinking{{{"none", 0, ""},
                                             {"minimal", 1024, "MINIMAL"},
                                             {"low", 1024, "LOW"},
                                             {"medium", 8192, "MEDIUM"},
                                             {"high", 24576, "HIGH"},
                                             {"xhigh", 24576, "HIGH"},
                                             {"max", 24576, "HIGH"}}};

std::unexpected<Error> refuse(std::string_view param, std::string message) {
  return std::unexpected(client_error(Code::invalid_value, std::move(message), std::string(param)));
}

std::string_view said(const Request& request, const Target& target, Need need) {
  return target.dropped(need) ? std::string_view{} : request.field(need);
}

void write_tools(const Request& request, JsonWriter& writer) {
  writer.key("tools").begin_array().begin_object().key("functionDeclarations").begin_array();
  for (const auto& tool : request.tools) {
    if (tool.kind != ToolKind::function) continue;
    writer.begin_object().key("name").raw(tool.name);
    if (!tool.description.empty()) writer.key("description").raw(tool.description);
    if (!tool.parameters.empty()) writer.key("parametersJsonSchema").raw(tool.parameters);
    writer.end_object();
  }
  writer.end_array().end_object().end_array();
}

// Names in the tools of an allowed_tools choice, flat (Responses) or nested (Chat).
Result<void> write_allowed(std::string_view choice, JsonWriter& writer) {
  if (const auto nested = wire::json_find(choice, {"allowed_tools"})) choice = *nested;
  const auto tools = wire::json_find(choice, {"tools"}).value_or("");
  if (!tools.starts_with('[')) return refuse("tool_choice", "found no tools in allowed_tools");
  const auto mode = wire::json_find(choice, {"mode"}).value_or("");
  writer.member("mode", mode == "\"required\"" ? "ANY" : "VALIDATED").key("allowedFunctionNames").begin_array();
  wire::JsonArray list(tools, kDepthMax);
  for (wire::JsonMember tool; list.next(tool);) {
    if (tool.kind != wire::JsonKind::object) continue;
    auto name = wire::json_find(tool.value, {"name"});
    if (!name) name = wire::json_find(tool.value, {"function", "name"});
    if (!name || !name->starts_with('"')) return refuse("tool_choice", "found an allowed tool that is no function");
    writer.raw(*name);
  }
  writer.end_array();
  return {};
}

// VALIDATED holds a call to its schema and leaves the model free to make none: what `strict` asks for.
Result<void> write_mode(const Request& request, const Target& target, JsonWriter& writer) {
  const auto is_strict = [](const auto& tool) { return tool.strict == "true"; };
  const bool strict = !target.dropped(Need::strict_tools) && std::ranges::any_of(request.tools, is_strict);
  switch (request.tool_choice) {
    case ToolChoice::absent:
    case ToolChoice::automatic: writer.member("mode", strict ? "VALIDATED" : "AUTO"); return {};
    case ToolChoice::none: writer.member("mode", "NONE"); return {};
    case ToolChoice::required: writer.member("mode", "ANY"); return {};
    case ToolChoice::function:
      writer.member("mode", "ANY").key("allowedFunctionNames").begin_array();
      writer.raw(request.tool_choice_name).end_array();
      return {};
    case ToolChoice::allowed: return write_allowed(request.tool_choice_raw, writer);
    default: break;
  }
  return refuse("tool_choice", "found a tool that is no function; Gemini can be told to call functions only");
}

Result<void> write_tool_config(const Request& request, const Target& target, JsonWriter& writer) {
  writer.key("toolConfig").begin_object().key("functionCallingConfig").begin_object();
  if (auto done = write_mode(request, target, writer); !done) return done;
  writer.end_object().end_object();
  return {};
}

Result<void> write_stop(std::string_view stop, JsonWriter& writer) {
  if (stop.starts_with('"')) {
    writer.key("stopSequences").begin_array().raw(stop).end_array();
    return {};
  }
  std::size_t count = 0;
  wire::JsonArray list(stop, kDepthMax);
  for (wire::JsonMember one; list.next(one);) ++count;
  if (list.error() != nullptr) return refuse("stop", "expected a string or an array of strings");
  if (count > kStopsMax) return refuse("stop", "found more than 5 stop sequences, which is Gemini's limit");
  if (count > 0) writer.key("stopSequences").raw(stop);
  return {};
}

void write_format(const Request& request, JsonWriter& writer) {
  if (request.format != Format::json_object && request.format != Format::json_schema) return;
  writer.member("responseMimeType", "application/json");
  if (request.format == Format::json_schema && !request.schema.schema.empty())
    writer.key("responseJsonSchema").raw(request.schema.schema);
}

void write_logprobs(const Request& request, const Target& target, JsonWriter& writer) {
  const bool included = request.field(Need::include).find("\"message.output_text.logprobs\"") != std::string_view::npos;
  if (target.dropped(Need::logprobs) || (request.field(Need::logprobs) != "true" && !included)) return;
  writer.member("responseLogprobs", true);
  const auto top = wire::json_int(said(request, target, Need::top_logprobs)).value_or(0);
  if (top > 0) writer.member("logprobs", top);
}

Result<void> write_thinking(const Request& request, const Target& target, JsonWriter& writer) {
  std::string store;
  const std::string_view effort = text_of(said(request, target, Need::reasoning_effort), store);
  const bool summary = !request.reasoning_summary.empty() && !target.dropped(Need::reasoning_summary);
  if (effort.empty() && !summary) return {};
  const auto row = std::ranges::find(kThinking, effort, &Thinking::effort);
  if (!effort.empty() && row == kThinking.end())
    return refuse("reasoning_effort",
                  "found an effort that has no equal at Gemini, expected none, minimal, low, "
                  "medium, high, xhigh or max");
  writer.key("thinkingConfig").begin_object();
  if (!effort.empty()) {
    const bool by_budget = row->level.empty() || is_early_gemini(wire::json_text(target.model_json));
    if (by_budget) {
      writer.member("thinkingBudget", row->budget);
    } else {
      writer.member("thinkingLevel", row->level);
    }
  }
  if (summary) writer.member("includeThoughts", true);
  writer.end_object();
  return {};
}

Result<void> write_config(const Request& request, const Target& target, JsonWriter& writer) {
  for (const NumberField& field : kNumbers)
    if (const auto value = said(request, target, field.need); !value.empty()) writer.key(field.name).raw(value);
  const std::string_view choices = said(request, target, Need::several_choices);
  if (!choices.empty() && choices != "1") writer.key("candidateCount").raw(choices);
  if (const auto stop = said(request, target, Need::stop); !stop.empty())
    if (auto done = write_stop(stop, writer); !done) return done;
  write_format(request, writer);
  write_logprobs(request, target, writer);
  return write_thinking(request, target, writer);
}

}  // namespace

Result<void> write_generate_request(const Request& request, const Target& target, std::string& out) {
  const std::string_view model = bare(wire::json_text(target.model_json));
  const bool signs_calls = model.starts_with("gemini-") && !is_early_gemini(model);
  JsonWriter writer(out);
  writer.begin_object();
  ContentsWriter contents(request, signs_calls);
  if (auto done = contents.write(writer); !done) return done;
  const auto is_function = [](const auto& tool) { return tool.kind == ToolKind::function; };
  if (std::ranges::any_of(request.tools, is_function)) {
    write_tools(request, writer);
    if (auto done = write_tool_config(request, target, writer); !done) return done;
  }
  std::string config;
  JsonWriter config_writer(config);
  config_writer.begin_object();
  if (auto done = write_config(request, target, config_writer); !done) return done;
  config_writer.end_object();
  if (config != "{}") writer.key("generationConfig").raw(config);
  writer.end_object();
  return {};
}

}  // namespace fw::cloud::vertex
