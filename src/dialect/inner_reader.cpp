#include "dialect/inner_reader.h"

#include <fmt/format.h>

#include "wire/json.h"

namespace fw::dialect::inner {

std::string Reader::path(std::string_view field) const {
  std::string path;
  if (!place_.list.empty()) path = fmt::format("{}[{}]", place_.list, place_.index);
  if (!place_.inner.empty()) path += fmt::format(".{}[{}]", place_.inner, place_.inner_index);
  if (!path.empty() && !field.empty()) path += '.';
  return path.append(field);
}

bool Reader::wrong(std::string_view field, std::string_view expected) {
  std::string at = path(field);
  error_ = client_error(Code::invalid_value, fmt::format("'{}' must be {}.", at, expected), at);
  return false;
}

bool Reader::missing(std::string_view field) {
  std::string at = path(field);
  error_ = client_error(Code::missing_parameter, fmt::format("'{}' is missing.", at), at);
  return false;
}

std::string_view Reader::unescaped(std::string_view text) {
  if (text.find('\\') == text.npos) return text;
  std::string plain;
  wire::json_unescape(text, plain);
  return make(std::move(plain));
}

bool Reader::next_key(Walk& walk, std::string_view& key) {
  if (!walk.key(key)) return false;
  if (walk.key_escaped()) key = unescaped(key);
  return true;
}

bool Reader::text(Walk& walk, std::string_view field, Raw& into) {
  const Raw token = walk.take();
  if (is_string(token)) {
    into = token;
    return true;
  }
  into = {};
  return is_null(token) || wrong(field, "a string");
}

bool Reader::value(Walk& walk, std::string_view field, std::uint8_t kinds, Raw& into) {
  const Raw token = walk.take();
  const std::uint8_t kind = kind_of(token);
  into = kind == 0 ? Raw() : token;
  return kind == 0 || (kind & kinds) != 0 || wrong(field, say_kinds(kinds));
}

void Reader::unknown(Walk& walk, Need asked) {
  const Raw token = walk.take();
  if (!is_null(token) && token != "false" && token != "[]" && token != "{}") need(asked);
}

bool Reader::top_value(std::string_view raw_key, const TopField* field) {
  const Raw token = walk_.take();
  add_needs(field, token, out_.needs);
  if (field == nullptr) {
    out_.others.push_back({raw_key, token});
    return true;
  }
  const std::uint8_t kind = kind_of(token);
  if (kind != 0 && (kind & field->kinds) == 0) return wrong(field->key, say_kinds(field->kinds));
  const Raw said = kind == 0 ? Raw() : token;
  Raw& into = out_.fields[static_cast<std::size_t>(field->need)];
  switch (field->top) {
    case Top::model: out_.model = said; break;
    case Top::stream: out_.stream = said == "true"; break;
    case Top::instructions: out_.instructions = said; break;
    case Top::parallel_tool_calls: out_.parallel_tool_calls = said; break;
    // Where both spellings of Chat's limit stand, the new one counts (`max_tokens` is deprecated).
    case Top::max_tokens:
      if (into.empty()) into = said;
      break;
    case Top::max_completion_tokens:
      if (!said.empty()) into = said;
      break;
    default: into = said;
  }
  return true;
}

bool Reader::format(Raw token, std::string_view field) {
  out_.format = Format::absent;
  out_.schema = {};
  if (is_null(token)) return true;
  if (!is_object(token)) return wrong(field, "an object");
  const auto type = plain(member_of(token, "type"));
  if (type == "text") {
    out_.format = Format::text;
    return true;
  }
  if (type == "json_object") {
    out_.format = Format::json_object;
    need(Need::json_mode);
    return true;
  }
  const std::string at(field);
  if (type != "json_schema") return wrong(at + ".type", "one of text, json_object and json_schema");
  out_.format = Format::json_schema;
  need(Need::json_schema);
  const Raw nested = member_of(token, "json_schema");
  return nested.empty() ? schema_members(token, at) : schema_members(nested, at + ".json_schema");
}

bool Reader::schema_members(Raw schema, std::string_view field) {
  if (!is_object(schema)) return wrong(field, "an object");
  Walk walk(schema);
  walk.open();
  const std::string at = std::string(field) + '.';
  for (std::string_view key; next_key(walk, key);) {
    bool good = true;
    if (key == "name")
      good = text(walk, at + "name", out_.schema.name);
    else if (key == "description")
      good = text(walk, at + "description", out_.schema.description);
    else if (key == "schema")
      good = value(walk, at + "schema", kObject, out_.schema.schema);
    else if (key == "strict")
      good = value(walk, at + "strict", kFlag, out_.schema.strict);
    else
      walk.take();
    if (!good) return false;
  }
  return !out_.schema.name.empty() || missing(at + "name");
}

void Request::clear() {
  body = model = instructions = tool_choice_name = tool_choice_raw = reasoning_summary = parallel_tool_calls = {};
  stream = legacy_functions = false;
  items.clear();
  parts.clear();
  tools.clear();
  tool_choice = ToolChoice::absent;
  format = Format::absent;
  schema = {};
  fields.fill({});
  others.clear();
  needs.reset();
  made.clear();
}

}  // namespace fw::dialect::inner
