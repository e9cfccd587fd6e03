#include "dialect/inner_write.h"

#include <algorithm>

#include "dialect/inner_walk.h"

namespace fw::dialect::inner {
namespace {

bool is_remote(Raw url) { return !url.empty() && !url.starts_with("\"data:"); }

constexpr int kSchemaDepth = 64;  // deeper ones are called not ready

bool requires_all(Raw properties, Raw required) {
  Walk walk(properties);
  walk.open();
  for (std::string_view key; walk.key(key); walk.take()) {
    Walk names(required);
    names.open();
    bool found = false;
    while (!found && names.element()) found = inside(names.take()) == key;
    if (!found) return false;
  }
  return true;
}

bool ready(Raw schema, int depth);

// Every value of an object or element of an array of schemas.
bool all_ready(Raw schemas, int depth) {
  Walk walk(schemas);
  walk.open();
  if (is_array(schemas)) {
    while (walk.element())
      if (!ready(walk.take(), depth)) return false;
    return true;
  }
  for (std::string_view key; walk.key(key);)
    if (!ready(walk.take(), depth)) return false;
  return true;
}

bool ready(Raw schema, int depth) {
  if (!is_object(schema) || depth == 0) return false;
  Raw type;
  Raw properties;
  Raw required;
  bool closed = false;
  Walk walk(schema);
  walk.open();
  for (std::string_view key; walk.key(key);) {
    const Raw value = walk.take();
    if (key == "type") type = value;
    if (key == "properties") properties = value;
    if (key == "required") required = value;
    if (key == "additionalProperties") closed = value == "false";
    if (key == "allOf" || key == "oneOf" || key == "not" || key == "if" || key == "patternProperties") return false;
    const bool nested = key == "properties" || key == "$defs" || key == "definitions" || key == "anyOf";
    if (nested && !all_ready(value, depth - 1)) return false;
    if (key == "items" && !ready(value, depth - 1)) return false;
  }
  const bool object = type.find("\"object\"") != type.npos || !properties.empty();
  if (!object) return true;
  return closed && (properties.empty() || (is_object(properties) && requires_all(properties, required)));
}

}  // namespace

bool strict_ready(Raw schema) { return ready(schema, kSchemaDepth); }

void write_plain(std::span<const PlainField> fields, const Request& request, const Target& target, std::string& out) {
  for (const auto& field : fields)
    if (const Raw value = request.field(field.need); !value.empty() && !target.dropped(field.need))
      out.append(field.key).append(value);
}

bool keeps(const Part& part, const Target& target, bool same) {
  switch (part.kind) {
    case PartKind::text:
    case PartKind::refusal: return true;
    case PartKind::image:
      if (target.dropped(Need::image)) return false;
      if (part.url.empty()) return !target.dropped(Need::image_file_id);
      return !is_remote(part.url) || !target.dropped(Need::image_url);
    case PartKind::file:
      if (target.dropped(Need::file)) return false;
      if (!part.data.empty()) return true;
      return !part.file_id.empty() ? !target.dropped(Need::file_id) : !target.dropped(Need::file_url);
    case PartKind::audio: return !target.dropped(Need::audio_input);
    case PartKind::other: return same;
  }
  return false;
}

bool as_written(const Part& part, const Target& target) {
  if (!part.cache_breakpoint.empty() && target.dropped(Need::prompt_cache_options)) return false;
  if (part.kind == PartKind::text || part.kind == PartKind::refusal) return true;
  if (!keeps(part, target, true)) return false;
  if (!part.detail.empty() && target.dropped(Need::image_detail)) return false;
  if (part.kind == PartKind::image) return part.file_id.empty() || !target.dropped(Need::image_file_id);
  return (part.file_id.empty() || !target.dropped(Need::file_id)) &&
         (part.url.empty() || !target.dropped(Need::file_url));
}

bool keeps(const Tool& tool, const Target& target) {
  if (target.dropped(Need::tools)) return false;
  switch (tool.kind) {
    case ToolKind::function: return true;
    case ToolKind::custom: return !target.dropped(Need::custom_tools);
    case ToolKind::hosted: return !target.dropped(Need::hosted_tools);
  }
  return false;
}

bool any_tool_left(const Request& request, const Target& target) {
  return std::ranges::any_of(request.tools, [&target](const Tool& tool) { return keeps(tool, target); });
}

bool keeps_choice(const Request& request, const Target& target) {
  switch (request.tool_choice) {
    case ToolChoice::absent: return false;
    case ToolChoice::automatic: return true;
    case ToolChoice::none: return !target.dropped(Need::tool_choice_none);
    case ToolChoice::required: return !target.dropped(Need::tool_choice_required);
    case ToolChoice::custom:
      if (target.dropped(Need::custom_tools)) return false;
      [[fallthrough]];
    case ToolChoice::function: return !target.dropped(Need::tool_choice_named);
    case ToolChoice::allowed: return !target.dropped(Need::tool_choice_allowed);
    case ToolChoice::hosted: return !target.dropped(Need::hosted_tools);
  }
  return false;
}

}  // namespace fw::dialect::inner
