// Tools and the choice among them.
#include <algorithm>
#include <vector>

#include "cloud/bedrock/converse_write.h"
#include "wire/json.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::Need;
using dialect::inner::ItemKind;
using dialect::inner::Raw;
using dialect::inner::Request;
using dialect::inner::Target;
using dialect::inner::Tool;
using dialect::inner::ToolChoice;
using dialect::inner::ToolKind;
using wire::JsonWriter;

constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

void write_spec(Raw name, Raw description, Raw parameters, bool strict, JsonWriter& json) {
  json.begin_object().key("toolSpec").begin_object().key("name").raw(name);
  if (!description.empty() && !is_blank(description)) json.key("description").raw(description);
  json.key("inputSchema").begin_object().key("json").raw(parameters.empty() ? kNoParameters : parameters).end_object();
  if (strict) json.member("strict", true);
  json.end_object().end_object();
}

bool is_function(const Tool& tool) { return tool.kind == ToolKind::function && !tool.name.empty(); }

// A conversation that holds calls needs a toolConfig, else: 400 "The toolConfig field must be defined
// when using toolUse and toolResult content blocks."
void write_called_tools(const Request& request, JsonWriter& json) {
  std::vector<Raw> names;
  for (const auto& item : request.items) {
    const bool call = item.kind == ItemKind::function_call || item.kind == ItemKind::custom_call;
    if (!call || item.name.empty() || std::ranges::find(names, item.name) != names.end()) continue;
    names.push_back(item.name);
    write_spec(item.name, {}, {}, false, json);
  }
  if (names.empty()) write_spec(R"("unavailable")", {}, {}, false, json);
}

void write_choice(ToolChoice choice, Raw name, JsonWriter& json) {
  if (choice != ToolChoice::automatic && choice != ToolChoice::required && choice != ToolChoice::function) return;
  json.key("toolChoice").begin_object();
  if (choice == ToolChoice::function)
    json.key("tool").begin_object().key("name").raw(name).end_object();
  else
    json.key(choice == ToolChoice::required ? "any" : "auto").begin_object().end_object();
  json.end_object();
}

}  // namespace

void write_tools(const Request& request, const Target& target, Family family, bool has_tool_blocks, JsonWriter& json) {
  const bool declared = std::ranges::any_of(request.tools, is_function);
  const bool wanted = declared && request.tool_choice != ToolChoice::none;
  if (!wanted && !has_tool_blocks) return;
  json.key("toolConfig").begin_object().key("tools").begin_array();
  for (const Tool& tool : request.tools) {
    const bool strict = tool.strict == "true" && !target.dropped(Need::strict_tools);
    if (is_function(tool)) write_spec(tool.name, tool.description, tool.parameters, strict, json);
  }
  if (!declared) write_called_tools(request, json);
  json.end_array();
  // Claude's own field says both, see write_model_fields.
  const bool said_by_claude = family == Family::claude && request.parallel_tool_calls == "false";
  if (wanted && !said_by_claude) write_choice(request.tool_choice, request.tool_choice_name, json);
  json.end_object();
}

}  // namespace fw::cloud::bedrock
