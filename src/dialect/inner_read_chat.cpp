// Chat Completions, as a client writes it.
#include <fmt/format.h>

#include <array>

#include "dialect/inner_names.h"
#include "dialect/inner_reader.h"

namespace fw::dialect::inner {
namespace {

enum class ChatRole : std::uint8_t { system, developer, user, assistant, tool, function };
struct RoleName {
  std::string_view key;
  ChatRole role;
};
constexpr Names kRoles{std::array{RoleName{"system", ChatRole::system}, RoleName{"developer", ChatRole::developer},
                                  RoleName{"user", ChatRole::user}, RoleName{"assistant", ChatRole::assistant},
                                  RoleName{"tool", ChatRole::tool}, RoleName{"function", ChatRole::function}}};

enum class Field : std::uint8_t {
  role,
  content,
  name,
  tool_calls,
  tool_call_id,
  refusal,
  function_call,
  reasoning,
  ignored
};
struct MessageField {
  std::string_view key;
  Field field;
};
// `reasoning…` are what other servers add to an answer; clients send whole answers back.
constexpr Names kFields{std::array{
    MessageField{"role", Field::role}, MessageField{"content", Field::content}, MessageField{"name", Field::name},
    MessageField{"tool_calls", Field::tool_calls}, MessageField{"tool_call_id", Field::tool_call_id},
    MessageField{"refusal", Field::refusal}, MessageField{"function_call", Field::function_call},
    MessageField{"reasoning_content", Field::reasoning}, MessageField{"reasoning", Field::reasoning},
    MessageField{"annotations", Field::ignored}, MessageField{"logprobs", Field::ignored}}};

class ChatReader : public Reader {
 public:
  ChatReader(std::string_view body, Request& out) : Reader(Dialect::chat, body, out) {}
  bool run();

 private:
  // One message while it is read. Its items begin with one for what it says itself.
  struct Message {
    std::size_t first_item = 0;
    ChatRole role = ChatRole::user;
    bool has_role = false;
    PartRange content;
    Raw name;
    Raw refusal;
    Raw tool_call_id;
  };
  bool top(std::string_view raw_key, const TopField* field);
  bool messages();
  bool message();
  bool message_member(std::string_view key, Message& message);
  bool role(Message& message);
  bool tool_calls();
  bool tool_call();
  bool call_members(Item& call);
  bool legacy_call();
  bool legacy_functions();
  bool legacy_choice();
  bool finish(Message& message, const char* mark);
  bool finish_result(Message& message, Item& item);
  void finish_assistant(Message& message);
  bool is_custom(Raw call_id) const;

  std::uint32_t turn_ = 0;
  bool custom_calls_ = false;
  Raw legacy_id_;  // of the last call without one
};

bool ChatReader::run() {
  walk_.open();
  for (std::string_view raw_key; walk_.key(raw_key);)
    if (!top(raw_key, top_field(Dialect::chat, walk_.key_escaped() ? unescaped(raw_key) : raw_key))) return false;
  return true;
}

bool ChatReader::top(std::string_view raw_key, const TopField* field) {
  const char* const mark = walk_.mark();
  bool good = false;
  switch (field == nullptr ? Top::plain : field->top) {
    case Top::messages: return messages();
    case Top::tools: good = tools(walk_); break;
    case Top::tool_choice: good = tool_choice(walk_); break;
    case Top::response_format: return format(walk_.take(), "response_format");
    case Top::functions: good = legacy_functions(); break;
    case Top::function_call: good = legacy_choice(); break;
    default: return top_value(raw_key, field);
  }
  if (good) add_needs(field, walk_.since(mark), out_.needs);
  return good;
}

bool ChatReader::messages() {
  if (walk_.peek() != '[') return wrong("messages", "an array");
  out_.items.clear();  // a later `messages` replaces an earlier one
  into("messages");
  walk_.open();
  for (; walk_.element(); ++place_.index, ++turn_)
    if (!message()) return false;
  place_ = {};
  return true;
}

bool ChatReader::message() {
  if (walk_.peek() != '{') return wrong({}, "an object");
  const char* const mark = walk_.mark();
  walk_.open();
  Message read;
  read.first_item = out_.items.size();
  out_.items.emplace_back();
  for (std::string_view key; next_key(walk_, key);)
    if (!message_member(key, read)) return false;
  return finish(read, mark);
}

bool ChatReader::message_member(std::string_view key, Message& message) {
  const MessageField* const known = kFields.find(key);
  if (known == nullptr) {
    // `audio` refers to an answer that only the upstream that gave it knows.
    unknown(walk_, key == "audio" ? Need::unknown_content : Need::unknown_field);
    return true;
  }
  switch (known->field) {
    case Field::role: return role(message);
    case Field::content: return content(walk_, "content", message.content);
    case Field::name: return text(walk_, "name", message.name);
    case Field::tool_calls: return tool_calls();
    case Field::tool_call_id: return text(walk_, "tool_call_id", message.tool_call_id);
    case Field::refusal: return text(walk_, "refusal", message.refusal);
    case Field::function_call: return legacy_call();
    case Field::reasoning: unknown(walk_, Need::reasoning_items); return true;
    case Field::ignored: walk_.take(); return true;
  }
  return true;
}

bool ChatReader::role(Message& message) {
  Raw token;
  if (!text(walk_, "role", token)) return false;
  const RoleName* const known = kRoles.find(plain(token));
  if (known == nullptr) return wrong("role", "one of system, developer, user, assistant and tool");
  message.role = known->role;
  message.has_role = true;
  return true;
}

bool ChatReader::tool_calls() {
  if (walk_.peek() != '[') return is_null(walk_.take()) || wrong("tool_calls", "an array");
  place_.inner = "tool_calls";
  place_.inner_index = 0;
  walk_.open();
  for (; walk_.element(); ++place_.inner_index)
    if (!tool_call()) return false;
  place_.inner = {};
  return true;
}

bool ChatReader::tool_call() {
  if (walk_.peek() != '{') return wrong({}, "an object");
  walk_.open();
  Item call;
  call.kind = ItemKind::function_call;
  call.role = Role::assistant;
  for (std::string_view key; next_key(walk_, key);) {
    bool good = true;
    if (key == "id") {
      good = text(walk_, key, call.call_id);
    } else if (key == "function" || key == "custom") {
      if (key == "custom" && walk_.peek() == '{') call.kind = ItemKind::custom_call;
      good = call_members(call);
    } else {
      walk_.take();  // the type says no more than the member's name
    }
    if (!good) return false;
  }
  if (call.call_id.empty()) return missing("id");
  if (call.name.empty()) return missing(call.kind == ItemKind::custom_call ? "custom.name" : "function.name");
  if (call.arguments.empty())
    return missing(call.kind == ItemKind::custom_call ? "custom.input" : "function.arguments");
  if (call.kind == ItemKind::custom_call) {
    custom_calls_ = true;
    need(Need::custom_tools);
  }
  out_.items.push_back(call);
  return true;
}

bool ChatReader::call_members(Item& call) {
  if (walk_.peek() != '{') return is_null(walk_.take()) || wrong("function", "an object");
  walk_.open();
  for (std::string_view key; next_key(walk_, key);) {
    bool good = true;
    if (key == "name")
      good = text(walk_, "function.name", call.name);
    else if (key == "arguments" || key == "input")
      good = text(walk_, "function.arguments", call.arguments);
    else
      walk_.take();
    if (!good) return false;
  }
  return true;
}

// Calls of the old form have no ids; the result that follows belongs to the last one.
bool ChatReader::legacy_call() {
  if (walk_.peek() != '{') return is_null(walk_.take()) || wrong("function_call", "an object");
  Item call;
  call.kind = ItemKind::function_call;
  call.role = Role::assistant;
  if (!call_members(call)) return false;
  if (call.name.empty()) return missing("function_call.name");
  if (call.arguments.empty()) return missing("function_call.arguments");
  legacy_id_ = call.call_id = make(fmt::format("\"call_function_{}\"", turn_));
  out_.legacy_functions = true;
  out_.items.push_back(call);
  return true;
}

bool ChatReader::finish(Message& message, const char* mark) {
  if (!message.has_role) return missing("role");
  Item& item = out_.items[message.first_item];
  item.part_begin = message.content.begin;
  item.part_end = message.content.end;
  switch (message.role) {
    case ChatRole::system: item.role = Role::system; break;
    case ChatRole::developer: item.role = Role::developer; break;
    case ChatRole::user: item.role = Role::user; break;
    case ChatRole::assistant: finish_assistant(message); break;
    case ChatRole::tool:
    case ChatRole::function:
      if (!finish_result(message, item)) return false;
  }
  const bool result = message.role == ChatRole::tool || message.role == ChatRole::function;
  if (!message.name.empty() && !result) {
    out_.items[message.first_item].name = message.name;
    need(Need::message_name);
  }
  const Raw raw = walk_.since(mark);
  for (std::size_t i = message.first_item; i < out_.items.size(); ++i) {
    out_.items[i].raw = raw;
    out_.items[i].turn = turn_;
  }
  return true;
}

// A message that says nothing beside its calls leaves no item of its own.
void ChatReader::finish_assistant(Message& message) {
  Item& item = out_.items[message.first_item];
  item.role = Role::assistant;
  if (!message.refusal.empty()) {
    const auto begin = static_cast<std::uint32_t>(out_.parts.size());
    for (std::uint32_t i = item.part_begin; i < item.part_end; ++i) out_.parts.push_back(Part(out_.parts[i]));
    out_.parts.emplace_back();
    out_.parts.back().kind = PartKind::refusal;
    out_.parts.back().text = message.refusal;
    item.part_begin = begin;
    item.part_end = static_cast<std::uint32_t>(out_.parts.size());
  }
  const auto parts = out_.parts_of(item);
  const bool silent = parts.empty() || (parts.size() == 1 && parts[0].text == "\"\"");
  const bool calls = out_.items.size() > message.first_item + 1;
  if (silent && calls && message.name.empty())
    out_.items.erase(out_.items.begin() + static_cast<std::ptrdiff_t>(message.first_item));
}

bool ChatReader::finish_result(Message& message, Item& item) {
  item.kind = ItemKind::function_output;
  if (message.role == ChatRole::function) {
    out_.legacy_functions = true;
    if (legacy_id_.empty()) legacy_id_ = make(fmt::format("\"call_function_{}\"", turn_));
    item.call_id = legacy_id_;
  } else {
    if (message.tool_call_id.empty()) return missing("tool_call_id");
    item.call_id = message.tool_call_id;
    if (custom_calls_ && is_custom(item.call_id)) item.kind = ItemKind::custom_output;
  }
  const auto parts = out_.parts_of(item);
  if (parts.empty()) {
    item.output = "\"\"";
  } else if (is_string(parts[0].raw)) {
    item.output = parts[0].text;
    item.part_end = item.part_begin;
  } else if (!message.content.only_text) {
    need(Need::tool_result_parts);
  }
  return true;
}

bool ChatReader::is_custom(Raw call_id) const {
  for (std::size_t i = out_.items.size(); i-- > 0;)
    if (const Item& item = out_.items[i]; item.call_id == call_id && item.kind == ItemKind::custom_call) return true;
  return false;
}

bool ChatReader::legacy_functions() {
  if (walk_.peek() != '[') return is_null(walk_.take()) || wrong("functions", "an array");
  into("functions");
  walk_.open();
  for (; walk_.element(); ++place_.index) {
    Tool tool;
    const Raw raw = walk_.take();
    if (!is_object(raw)) return wrong({}, "an object");
    tool.raw = raw;
    Walk members(raw);
    members.open();
    for (std::string_view key; next_key(members, key);) {
      bool good = true;
      if (key == "name")
        good = text(members, key, tool.name);
      else if (key == "description")
        good = text(members, key, tool.description);
      else if (key == "parameters")
        good = value(members, key, kObject, tool.parameters);
      else
        unknown(members, Need::unknown_field);
      if (!good) return false;
    }
    if (tool.name.empty()) return missing("name");
    out_.tools.push_back(tool);
  }
  place_ = {};
  out_.legacy_functions = true;
  return true;
}

bool ChatReader::legacy_choice() {
  const Raw name = walk_.peek() == '{' ? member_of(Walk(walk_).take(), "name") : Raw();
  if (name.empty()) return tool_choice(walk_);
  walk_.take();
  if (!is_string(name)) return wrong("function_call.name", "the name of a function");
  out_.legacy_functions = true;
  out_.tool_choice = ToolChoice::function;
  out_.tool_choice_name = name;
  return true;
}

}  // namespace

Result<void> read_chat_request(std::string_view body, Request& out) {
  ChatReader reader(body, out);
  if (!reader.run()) return std::unexpected(reader.take_error());
  return {};
}

}  // namespace fw::dialect::inner
