// Tools and the choice among them.
#include <algorithm>
#include <vector>

#include "cloud/anthropic/messages_write.h"
#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::Need;
using dialect::inner::ItemKind;
using dialect::inner::Raw;
using dialect::inner::Request;
using dialect::inner::Tool;
using dialect::inner::ToolChoice;
using dialect::inner::ToolKind;
using wire::JsonWriter;

constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

bool is_function(const Tool& tool) { return tool.kind == ToolKind::function && !tool.name.empty(); }

bool declares(const Request& request) { return std::ranges::any_of(request.tools, is_function); }

// input_schema must say that it is an object's (Tool.InputSchema); OpenAI's need not.
void write_schema(Raw parameters, JsonWriter& json) {
  json.key("input_schema");
  if (!parameters.starts_with('{')) {
    json.raw(kNoParameters);
  } else if (wire::json_find(parameters, {"type"})) {
    json.raw(parameters);
  } else {
    const std::string_view rest = parameters.substr(parameters.find_first_not_of(" \t\r\n", 1));
    json.raw(std::string(R"({"type":"object")").append(rest.starts_with('}') ? "" : ",").append(rest));
  }
}

void write_tool(Raw name, Raw description, Raw parameters, bool strict, JsonWriter& json) {
  json.begin_object().key("name").raw(name);
  if (!description.empty() && !is_blank(description)) json.key("description").raw(description);
  write_schema(parameters, json);
  if (strict) json.member("strict", true);
  json.end_object();
}

// A conversation that holds calls needs tools.
void write_called_tools(const Request& request, JsonWriter& json) {
  std::vector<Raw> names;
  for (const auto& item : request.items) {
    const bool call = item.kind == ItemKind::function_call || item.kind == ItemKind::custom_call;
    if (!call || item.name.empty() || std::ranges::find(names, item.name) != names.end()) continue;
    names.push_back(item.name);
    write_tool(item.name, {}, {}, false, json);
  }
  if (names.empty()) write_tool(R"("unavailable")", {}, {}, false, json);
}

std::string_view choice_type(ToolChoice choice) {
  switch (choice) {
    case ToolChoice::none: return "none";
    case ToolChoice::required: return "any";
    case ToolChoice::function: return "tool";
    default: return "auto";
  }
}

void write_choice(const Writing& w, JsonWriter& json) {
  const auto& request = w.request;
  const bool one_call = request.parallel_tool_calls == "false" && request.tool_choice != ToolChoice::none &&
                        !w.target.dropped(Need::parallel_tool_calls_off);
  if (request.tool_choice == ToolChoice::absent && !one_call) return;
  json.key("tool_choice").begin_object().member("type", choice_type(request.tool_choice));
  if (request.tool_choice == ToolChoice::function) json.key("name").raw(request.tool_choice_name);
  if (one_call) json.member("disable_parallel_tool_use", true);
  json.end_object();
}

}  // namespace

bool forces_a_call(const Writing& w) {
  const auto choice = w.request.tool_choice;
  return declares(w.request) && (choice == ToolChoice::required || choice == ToolChoice::function);
}

void write_tools(const Writing& w, bool has_tool_blocks, JsonWriter& json) {
  const bool declared = declares(w.request);
  if (!declared && !has_tool_blocks) return;
  json.key("tools").begin_array();
  for (const Tool& tool : w.request.tools) {
    const bool strict = tool.strict == "true" && !w.target.dropped(Need::strict_tools);
    if (is_function(tool)) write_tool(tool.name, tool.description, tool.parameters, strict, json);
  }
  if (!declared) write_called_tools(w.request, json);
  json.end_array();
  if (declared)
    write_choice(w, json);
  else
    json.key("tool_choice").begin_object().member("type", "none").end_object();
}

}  // namespace fw::cloud::anthropic
