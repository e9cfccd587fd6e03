// Responses, as a client writes it.
#include <array>

#include "dialect/inner_names.h"
#include "dialect/inner_reader.h"

namespace fw::dialect::inner {
namespace {

enum class Type : std::uint8_t {
  message,
  function_call,
  function_output,
  custom_call,
  custom_output,
  reasoning,
  reference,
  other
};
struct TypeName {
  std::string_view key;
  Type type;
};
constexpr Names kTypes{std::array{TypeName{"message", Type::message}, TypeName{"function_call", Type::function_call},
                                  TypeName{"function_call_output", Type::function_output},
                                  TypeName{"custom_tool_call", Type::custom_call},
                                  TypeName{"custom_tool_call_output", Type::custom_output},
                                  TypeName{"reasoning", Type::reasoning}, TypeName{"item_reference", Type::reference}}};

struct RoleName {
  std::string_view key;
  Role role;
};
constexpr Names kRoles{std::array{RoleName{"system", Role::system}, RoleName{"developer", Role::developer},
                                  RoleName{"user", Role::user}, RoleName{"assistant", Role::assistant}}};

enum class Field : std::uint8_t {
  type,
  role,
  content,
  summary,
  output,
  id,
  call_id,
  name,
  arguments,
  encrypted,
  phase,
  ignored
};
struct ItemField {
  std::string_view key;
  Field field;
};
constexpr Names kFields{std::array{
    ItemField{"type", Field::type}, ItemField{"role", Field::role}, ItemField{"content", Field::content},
    ItemField{"summary", Field::summary}, ItemField{"output", Field::output}, ItemField{"id", Field::id},
    ItemField{"call_id", Field::call_id}, ItemField{"name", Field::name}, ItemField{"arguments", Field::arguments},
    ItemField{"input", Field::arguments}, ItemField{"encrypted_content", Field::encrypted},
    ItemField{"phase", Field::phase}, ItemField{"status", Field::ignored}, ItemField{"created_by", Field::ignored}}};

class ResponsesReader : public Reader {
 public:
  ResponsesReader(std::string_view body, Request& out) : Reader(Dialect::responses, body, out) {}
  bool run();

 private:
  // One item while it is read. What has parts is kept until the type is known.
  struct Reading {
    Item item;
    Type type = Type::other;
    bool has_type = false;
    bool has_role = false;
    bool has_unknown = false;
    Raw content;
    Raw summary;
    Raw output;
  };
  bool top(std::string_view raw_key, const TopField* field);
  bool text_field();
  bool reasoning_field();
  bool input();
  bool item();
  bool item_member(std::string_view key, Reading& read);
  bool type(Reading& read);
  bool role(Reading& read);
  bool parts(Raw token, std::string_view field, Item& item, bool& only_text);
  bool finish(Reading& read);
  bool finish_message(Reading& read);
  bool finish_call(Reading& read);
  bool finish_output(Reading& read);
  bool finish_reasoning(Reading& read);
  Raw& field_of(Need need) { return out_.fields[static_cast<std::size_t>(need)]; }
};

bool ResponsesReader::run() {
  walk_.open();
  for (std::string_view raw_key; walk_.key(raw_key);)
    if (!top(raw_key, top_field(Dialect::responses, walk_.key_escaped() ? unescaped(raw_key) : raw_key))) return false;
  return true;
}

bool ResponsesReader::top(std::string_view raw_key, const TopField* field) {
  const char* const mark = walk_.mark();
  bool good = false;
  switch (field == nullptr ? Top::plain : field->top) {
    case Top::input: return input();
    case Top::tools: good = tools(walk_); break;
    case Top::tool_choice: good = tool_choice(walk_); break;
    case Top::text: good = text_field(); break;
    case Top::reasoning: good = reasoning_field(); break;
    default: return top_value(raw_key, field);
  }
  if (good) add_needs(field, walk_.since(mark), out_.needs);
  return good;
}

bool ResponsesReader::text_field() {
  if (walk_.peek() != '{') return is_null(walk_.take()) || wrong("text", "an object");
  walk_.open();
  for (std::string_view key; next_key(walk_, key);) {
    bool good = true;
    if (key == "format")
      good = format(walk_.take(), "text.format");
    else if (key == "verbosity")
      good = text(walk_, "text.verbosity", field_of(Need::verbosity));
    else
      walk_.take();
    if (!good) return false;
  }
  return true;
}

bool ResponsesReader::reasoning_field() {
  if (walk_.peek() != '{') return is_null(walk_.take()) || wrong("reasoning", "an object");
  walk_.open();
  for (std::string_view key; next_key(walk_, key);) {
    bool good = true;
    if (key == "effort")
      good = text(walk_, "reasoning.effort", field_of(Need::reasoning_effort));
    else if (key == "summary" || (key == "generate_summary" && out_.reasoning_summary.empty()))
      good = text(walk_, "reasoning.summary", out_.reasoning_summary);
    else
      walk_.take();
    if (!good) return false;
  }
  return true;
}

bool ResponsesReader::input() {
  out_.items.clear();  // a later `input` replaces an earlier one
  if (walk_.peek() == '[') {
    into("input");
    walk_.open();
    for (; walk_.element(); ++place_.index)
      if (!item()) return false;
    place_ = {};
    return true;
  }
  if (walk_.peek() != '"') return is_null(walk_.take()) || wrong("input", "a string or an array");
  PartRange range;
  if (!content(walk_, "input", range)) return false;
  Item message;
  message.part_begin = range.begin;
  message.part_end = range.end;
  out_.items.push_back(message);
  return true;
}

bool ResponsesReader::item() {
  if (walk_.peek() != '{') return wrong({}, "an object");
  const char* const mark = walk_.mark();
  walk_.open();
  Reading read;
  read.item.turn = static_cast<std::uint32_t>(place_.index);
  for (std::string_view key; next_key(walk_, key);)
    if (!item_member(key, read)) return false;
  read.item.raw = walk_.since(mark);
  return finish(read);
}

bool ResponsesReader::item_member(std::string_view key, Reading& read) {
  const ItemField* const known = kFields.find(key);
  if (known == nullptr) {
    const Raw token = walk_.take();
    read.has_unknown |= !is_null(token);
    return true;
  }
  switch (known->field) {
    case Field::type: return type(read);
    case Field::role: return role(read);
    case Field::content:
      // Known to be a message, as most are by now: read on the way.
      if (!read.has_role || (read.has_type && read.type != Type::message)) break;
      {
        PartRange range;
        const bool good = content(walk_, "content", range);
        read.item.part_begin = range.begin;
        read.item.part_end = range.end;
        return good;
      }
    case Field::summary: read.summary = walk_.take(); return true;
    case Field::output: read.output = walk_.take(); return true;
    case Field::id: read.item.id = walk_.take(); return true;
    case Field::call_id: read.item.call_id = walk_.take(); return true;
    case Field::name: read.item.name = walk_.take(); return true;
    case Field::arguments: read.item.arguments = walk_.take(); return true;
    case Field::encrypted: read.item.encrypted = walk_.take(); return true;
    case Field::phase: read.item.phase = walk_.take(); return true;
    case Field::ignored: walk_.take(); return true;
  }
  read.content = walk_.take();
  return true;
}

bool ResponsesReader::type(Reading& read) {
  Raw token;
  if (!text(walk_, "type", token)) return false;
  if (token.empty()) return true;
  const TypeName* const known = kTypes.find(plain(token));
  read.type = known == nullptr ? Type::other : known->type;
  read.has_type = true;
  return true;
}

bool ResponsesReader::role(Reading& read) {
  Raw token;
  if (!text(walk_, "role", token)) return false;
  const RoleName* const known = kRoles.find(plain(token));
  if (known == nullptr) return wrong("role", "one of system, developer, user and assistant");
  read.item.role = known->role;
  read.has_role = true;
  return true;
}

bool ResponsesReader::parts(Raw token, std::string_view field, Item& item, bool& only_text) {
  Walk walk(token);
  PartRange range;
  if (!content(walk, field, range)) return false;
  item.part_begin = range.begin;
  item.part_end = range.end;
  only_text = range.only_text;
  return true;
}

bool ResponsesReader::finish(Reading& read) {
  if (!read.has_type) {
    if (!read.has_role && read.item.id.empty()) return missing("type");
    read.type = read.has_role ? Type::message : Type::reference;
  }
  Item& item = read.item;
  for (Raw* const field : {&item.id, &item.call_id, &item.name, &item.arguments, &item.encrypted, &item.phase})
    if (is_null(*field)) *field = {};
  if (!is_string(item.id)) item.id = {};
  if (read.has_unknown && read.type != Type::other) need(Need::unknown_field);
  switch (read.type) {
    case Type::message: return finish_message(read);
    case Type::function_call:
    case Type::custom_call: return finish_call(read);
    case Type::function_output:
    case Type::custom_output: return finish_output(read);
    case Type::reasoning: return finish_reasoning(read);
    case Type::reference: need(Need::item_reference); break;
    case Type::other: need(Need::unknown_content); break;
  }
  Item other;
  other.kind = ItemKind::other;
  other.id = item.id;
  other.raw = item.raw;
  other.turn = item.turn;
  out_.items.push_back(other);
  return true;
}

bool ResponsesReader::finish_message(Reading& read) {
  Item& item = read.item;
  if (!read.has_role) return missing("role");
  bool only_text = true;
  if (!read.content.empty() && !parts(read.content, "content", item, only_text)) return false;
  if (!item.phase.empty()) {
    if (!is_string(item.phase)) return wrong("phase", "a string");
    need(Need::message_phase);
  }
  item.name = item.call_id = {};
  out_.items.push_back(item);
  return true;
}

bool ResponsesReader::finish_call(Reading& read) {
  Item& item = read.item;
  const bool custom = read.type == Type::custom_call;
  item.kind = custom ? ItemKind::custom_call : ItemKind::function_call;
  item.role = Role::assistant;
  if (!is_string(item.call_id)) return item.call_id.empty() ? missing("call_id") : wrong("call_id", "a string");
  if (!is_string(item.name)) return item.name.empty() ? missing("name") : wrong("name", "a string");
  const std::string_view last = custom ? "input" : "arguments";
  if (!is_string(item.arguments)) return item.arguments.empty() ? missing(last) : wrong(last, "a string");
  if (custom) need(Need::custom_tools);
  item.part_begin = item.part_end = 0;
  out_.items.push_back(item);
  return true;
}

bool ResponsesReader::finish_output(Reading& read) {
  Item& item = read.item;
  const bool custom = read.type == Type::custom_output;
  item.kind = custom ? ItemKind::custom_output : ItemKind::function_output;
  if (!is_string(item.call_id)) return item.call_id.empty() ? missing("call_id") : wrong("call_id", "a string");
  if (custom) need(Need::custom_tools);
  item.part_begin = item.part_end = 0;
  item.name = {};
  if (is_string(read.output)) {
    item.output = read.output;
  } else {
    bool only_text = true;
    if (read.output.empty()) return missing("output");
    if (!is_array(read.output)) return wrong("output", "a string or an array");
    if (!parts(read.output, "output", item, only_text)) return false;
    if (item.part_begin == item.part_end) item.output = "\"\"";
    if (!only_text) need(Need::tool_result_parts);
  }
  out_.items.push_back(item);
  return true;
}

bool ResponsesReader::finish_reasoning(Reading& read) {
  Item& item = read.item;
  item.kind = ItemKind::reasoning;
  item.role = Role::assistant;
  item.part_begin = item.part_end = 0;
  bool only_text = true;
  if (!read.summary.empty() && !parts(read.summary, "summary", item, only_text)) return false;
  need(Need::reasoning_items);
  if (!item.encrypted.empty()) {
    if (!is_string(item.encrypted)) return wrong("encrypted_content", "a string");
    need(Need::encrypted_reasoning);
  }
  out_.items.push_back(item);
  return true;
}

}  // namespace

Result<void> read_responses_request(std::string_view body, Request& out) {
  ResponsesReader reader(body, out);
  if (!reader.run()) return std::unexpected(reader.take_error());
  return {};
}

Result<void> read_request(Operation operation, std::string_view body, Request& out) {
  return operation == Operation::responses ? read_responses_request(body, out) : read_chat_request(body, out);
}

}  // namespace fw::dialect::inner
