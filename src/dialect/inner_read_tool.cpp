// Tools and the choice among them. Chat nests what a tool is, Responses does not; either is understood.
#include <array>

#include "dialect/inner_reader.h"

namespace fw::dialect::inner {

bool Reader::tools(Walk& walk) {
  if (walk.peek() != '[') return is_null(walk.take()) || wrong("tools", "an array");
  out_.tools.clear();
  into("tools");
  walk.open();
  for (; walk.element(); ++place_.index)
    if (!tool(walk)) return false;
  place_ = {};
  return true;
}

bool Reader::tool(Walk& walk) {
  if (walk.peek() != '{') return wrong({}, "an object");
  const char* const mark = walk.mark();
  walk.open();
  Tool read;
  Raw type;
  // A hosted tool has members of its own; only what stands before its type would be looked at.
  for (std::string_view key; next_key(walk, key);) {
    if (key == "type") {
      if (!text(walk, "type", type)) return false;
      const auto kind = plain(type);
      if (kind != "function" && kind != "custom") read.kind = ToolKind::hosted;
    } else if (read.kind == ToolKind::hosted) {
      walk.take();
    } else if (!tool_member(walk, key, read)) {
      return false;
    }
  }
  read.raw = walk.since(mark);
  return finish_tool(type, read);
}

bool Reader::tool_member(Walk& walk, std::string_view key, Tool& tool) {
  if ((key == "function" || key == "custom") && walk.peek() == '{') {
    place_.inner = {};
    walk.open();
    for (std::string_view nested; next_key(walk, nested);)
      if (!tool_member(walk, nested == "function" || nested == "custom" ? "" : nested, tool)) return false;
    return true;
  }
  if (key == "name") return text(walk, key, tool.name);
  if (key == "description") return text(walk, key, tool.description);
  if (key == "parameters") return value(walk, key, kObject, tool.parameters);
  if (key == "strict") return value(walk, key, kFlag, tool.strict);
  if (key == "format") return value(walk, key, kObject, tool.format);
  unknown(walk, Need::unknown_field);
  return true;
}

bool Reader::finish_tool(Raw type, Tool& tool) {
  if (type.empty()) return missing("type");
  const auto kind = plain(type);
  if (kind != "function" && kind != "custom") {
    const Raw raw = tool.raw;
    tool = Tool();
    tool.kind = ToolKind::hosted;
    tool.raw = raw;
    need(Need::hosted_tools);
  } else {
    tool.kind = kind == "custom" ? ToolKind::custom : ToolKind::function;
    if (tool.name.empty()) return missing("name");
    if (tool.kind == ToolKind::custom) {
      need(Need::custom_tools);
      tool.format = flat_format(tool.format);
    } else if (tool.strict == "true") {
      need(Need::strict_tools);
    }
  }
  out_.tools.push_back(tool);
  return true;
}

// Chat's {type, grammar: {syntax, definition}} as Responses writes it.
Raw Reader::flat_format(Raw format) {
  const Raw grammar = member_of(format, "grammar");
  if (!is_object(grammar)) return format;
  std::string flat = R"({"type":"grammar")";
  for (const std::string_view key : std::array{"syntax", "definition"})
    if (const Raw said = member_of(grammar, key); !said.empty())
      flat.append(",\"").append(key).append("\":").append(said);
  return make(std::move(flat += '}'));
}

bool Reader::tool_choice(Walk& walk) {
  const Raw token = walk.take();
  out_.tool_choice = ToolChoice::absent;
  out_.tool_choice_name = out_.tool_choice_raw = {};
  if (is_null(token)) return true;
  if (is_string(token)) {
    const auto word = plain(token);
    if (word == "auto")
      out_.tool_choice = ToolChoice::automatic;
    else if (word == "none")
      out_.tool_choice = ToolChoice::none;
    else if (word == "required")
      out_.tool_choice = ToolChoice::required;
    else
      return wrong("tool_choice", "one of none, auto and required, or an object");
    return true;
  }
  if (!is_object(token)) return wrong("tool_choice", "a string or an object");
  const auto type = plain(member_of(token, "type"));
  if (type.empty()) return missing("tool_choice.type");
  if (type != "function" && type != "custom") {
    out_.tool_choice = type == "allowed_tools" ? ToolChoice::allowed : ToolChoice::hosted;
    out_.tool_choice_raw = token;
    return true;
  }
  out_.tool_choice = type == "custom" ? ToolChoice::custom : ToolChoice::function;
  const Raw nested = member_of(token, type);
  const Raw name = member_of(is_object(nested) ? nested : token, "name");
  if (!is_string(name)) return wrong("tool_choice.name", "the name of a tool");
  out_.tool_choice_name = name;
  return true;
}

}  // namespace fw::dialect::inner
