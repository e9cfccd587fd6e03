// Chat's messages, from items. What the model said and called in one go is one message there.
#include "dialect/inner_write.h"

namespace fw::dialect::inner {
namespace {

bool is_call(const Item& item) { return item.kind == ItemKind::function_call || item.kind == ItemKind::custom_call; }
bool is_result(const Item& item) {
  return item.kind == ItemKind::function_output || item.kind == ItemKind::custom_output;
}
bool is_custom(const Item& item) { return item.kind == ItemKind::custom_call || item.kind == ItemKind::custom_output; }

class MessageWriter {
 public:
  MessageWriter(const Request& request, const Target& target, std::string& out)
      : request_(request), target_(target), out_(out), same_(request.from == Dialect::chat) {}
  void run();

 private:
  std::size_t turn_end(std::size_t begin) const;
  bool as_written_turn(std::size_t begin, std::size_t end) const;
  bool as_written_item(const Item& item) const;
  bool says(const Part& part) const;
  void begin_message(std::string_view role);
  void plain_message(const Item& item);
  void result_message(const Item& item);
  void assistant_message(std::size_t begin, std::size_t end);
  std::size_t texts(std::size_t begin, std::size_t end, const Part*& last) const;
  void assistant_text(std::size_t begin, std::size_t end, bool must_say);
  void refusals(std::size_t begin, std::size_t end);
  void calls(std::size_t begin, std::size_t end);
  void call(const Item& item);
  void content(std::span<const Part> parts, bool text_only);
  void part(const Part& part);
  void image(const Part& part);
  void file(const Part& part);
  void name_of(const Item& item) {
    if (!target_.dropped(Need::message_name)) put(out_, ",\"name\":", item.name);
  }
  void close_part(const Part& part) {
    if (!target_.dropped(Need::prompt_cache_options)) put(out_, ",\"prompt_cache_breakpoint\":", part.cache_breakpoint);
    out_ += '}';
  }
  bool marked(const Part& part) const {
    return !part.cache_breakpoint.empty() && !target_.dropped(Need::prompt_cache_options);
  }

  const Request& request_;
  const Target& target_;
  std::string& out_;
  bool same_;
  bool first_ = true;
};

void MessageWriter::run() {
  out_ += '[';
  if (!request_.instructions.empty() && request_.instructions != "\"\"" && !target_.dropped(Need::instructions)) {
    begin_message("system");
    out_.append(request_.instructions).append("}");
  }
  const auto& items = request_.items;
  for (std::size_t at = 0; at < items.size();) {
    const std::size_t end = turn_end(at);
    const Item& item = items[at];
    if (same_ && as_written_turn(at, end)) {
      if (!first_) out_ += ',';
      first_ = false;
      out_ += item.raw;
    } else if (is_result(item)) {
      result_message(item);
    } else if (item.role != Role::assistant && item.kind == ItemKind::message) {
      plain_message(item);
    } else if (item.kind != ItemKind::other) {
      assistant_message(at, end);
    }
    at = end;
  }
  out_ += ']';
}

// One Chat message: as the client wrote it, or what the model said up to the next who speaks. Two
// texts stay two messages, but once calls were made all that follows belongs to them: their results
// have to stand right after.
std::size_t MessageWriter::turn_end(std::size_t begin) const {
  const auto& items = request_.items;
  const Item& first = items[begin];
  std::size_t end = begin + 1;
  if (same_) {
    while (end < items.size() && items[end].turn == first.turn) ++end;
    return end;
  }
  if (is_result(first) || first.kind == ItemKind::other || first.role != Role::assistant) return end;
  bool spoke = first.kind == ItemKind::message;
  bool called = is_call(first);
  for (; end < items.size() && !is_result(items[end]); ++end) {
    const Item& item = items[end];
    if (item.kind == ItemKind::message) {
      if (item.role != Role::assistant || (spoke && !called)) break;
      spoke = true;
    }
    called |= is_call(item);
  }
  return end;
}

bool MessageWriter::as_written_item(const Item& item) const {
  if (!item.name.empty() && item.kind == ItemKind::message && target_.dropped(Need::message_name)) return false;
  if (is_custom(item) && target_.dropped(Need::custom_tools)) return false;
  for (const Part& part : request_.parts_of(item)) {
    if (!as_written(part, target_)) return false;
    if (is_result(item) && part.kind != PartKind::text && target_.dropped(Need::tool_result_parts)) return false;
  }
  return true;
}

bool MessageWriter::as_written_turn(std::size_t begin, std::size_t end) const {
  for (std::size_t i = begin; i < end; ++i)
    if (!as_written_item(request_.items[i])) return false;
  return true;
}

// Whether Chat has words for it.
bool MessageWriter::says(const Part& part) const {
  if (part.kind == PartKind::image && part.url.empty()) return false;
  if (part.kind == PartKind::file && part.data.empty() && part.file_id.empty()) return false;
  return keeps(part, target_, same_);
}

void MessageWriter::begin_message(std::string_view role) {
  if (!first_) out_ += ',';
  first_ = false;
  out_.append("{\"role\":\"").append(role).append("\",\"content\":");
}

void MessageWriter::plain_message(const Item& item) {
  begin_message(item.role == Role::system ? "system" : item.role == Role::developer ? "developer" : "user");
  content(request_.parts_of(item), false);
  name_of(item);
  out_ += '}';
}

void MessageWriter::result_message(const Item& item) {
  if (is_custom(item) && target_.dropped(Need::custom_tools)) return;
  begin_message("tool");
  if (item.part_begin == item.part_end)
    out_ += item.output;
  else
    content(request_.parts_of(item), !same_ || target_.dropped(Need::tool_result_parts));
  out_.append(",\"tool_call_id\":").append(item.call_id).append("}");
}

std::size_t MessageWriter::texts(std::size_t begin, std::size_t end, const Part*& last) const {
  std::size_t count = 0;
  for (std::size_t i = begin; i < end; ++i) {
    if (request_.items[i].kind != ItemKind::message) continue;
    for (const Part& part : request_.parts_of(request_.items[i])) {
      if (part.kind == PartKind::refusal || !says(part)) continue;
      last = &part;
      ++count;
    }
  }
  return count;
}

void MessageWriter::assistant_message(std::size_t begin, std::size_t end) {
  bool refused = false;
  bool called = false;
  bool spoke = false;
  const Item* named = nullptr;
  for (std::size_t i = begin; i < end; ++i) {
    const Item& item = request_.items[i];
    called |= item.kind == ItemKind::function_call ||
              (item.kind == ItemKind::custom_call && !target_.dropped(Need::custom_tools));
    if (item.kind != ItemKind::message) continue;
    spoke = true;
    if (!item.name.empty()) named = &item;
    for (const Part& part : request_.parts_of(item)) refused |= part.kind == PartKind::refusal;
  }
  if (!spoke && !called) return;  // only thoughts, or calls that cannot be told
  begin_message("assistant");
  assistant_text(begin, end, !refused && !called);
  if (refused) refusals(begin, end);
  if (named != nullptr) name_of(*named);
  if (called) calls(begin, end);
  out_ += '}';
}

void MessageWriter::assistant_text(std::size_t begin, std::size_t end, bool must_say) {
  const Part* last = nullptr;
  const std::size_t count = texts(begin, end, last);
  if (count == 0) {
    out_ += must_say ? "\"\"" : "null";
    return;
  }
  if (count == 1 && last->kind == PartKind::text && !marked(*last)) {
    out_ += must_say || last->text != "\"\"" ? last->text : Raw("null");
    return;
  }
  out_ += '[';
  const char* separator = "";
  for (std::size_t i = begin; i < end; ++i) {
    if (request_.items[i].kind != ItemKind::message) continue;
    for (const Part& each : request_.parts_of(request_.items[i])) {
      if (each.kind == PartKind::refusal || !says(each)) continue;
      out_ += separator;
      part(each);
      separator = ",";
    }
  }
  out_ += ']';
}

// Chat has one refusal a message.
void MessageWriter::refusals(std::size_t begin, std::size_t end) {
  out_ += ",\"refusal\":\"";
  for (std::size_t i = begin; i < end; ++i) {
    if (request_.items[i].kind != ItemKind::message) continue;
    for (const Part& part : request_.parts_of(request_.items[i]))
      if (part.kind == PartKind::refusal) out_ += inside(part.text);
  }
  out_ += '"';
}

void MessageWriter::calls(std::size_t begin, std::size_t end) {
  out_ += ",\"tool_calls\":[";
  bool first = true;
  for (std::size_t i = begin; i < end; ++i) {
    const Item& item = request_.items[i];
    if (!is_call(item) || (is_custom(item) && target_.dropped(Need::custom_tools))) continue;
    if (!first) out_ += ',';
    first = false;
    call(item);
  }
  out_ += ']';
}

void MessageWriter::call(const Item& item) {
  const bool custom = item.kind == ItemKind::custom_call;
  out_.append("{\"id\":").append(item.call_id);
  out_ += custom ? R"(,"type":"custom","custom":{"name":)" : R"(,"type":"function","function":{"name":)";
  out_.append(item.name).append(custom ? ",\"input\":" : ",\"arguments\":").append(item.arguments).append("}}");
}

void MessageWriter::content(std::span<const Part> parts, bool text_only) {
  std::size_t count = 0;
  const Part* last = nullptr;
  const auto passes = [this, text_only](const Part& part) {
    return says(part) && (!text_only || part.kind == PartKind::text);
  };
  for (const Part& each : parts) {
    if (!passes(each)) continue;
    last = &each;
    ++count;
  }
  if (count == 0) {
    out_ += "\"\"";
    return;
  }
  if (count == 1 && (last->kind == PartKind::text || last->kind == PartKind::refusal) && !marked(*last)) {
    out_ += last->text;
    return;
  }
  char separator = '[';
  for (const Part& each : parts) {
    if (!passes(each)) continue;
    out_ += separator;
    part(each);
    separator = ',';
  }
  out_ += ']';
}

void MessageWriter::part(const Part& part) {
  switch (part.kind) {
    case PartKind::text:
    case PartKind::refusal: out_.append(R"({"type":"text","text":)").append(part.text); return close_part(part);
    case PartKind::image: return image(part);
    case PartKind::file: return file(part);
    case PartKind::audio:
      out_.append(R"({"type":"input_audio","input_audio":{"data":)").append(part.data);
      put(out_, ",\"format\":", part.format);
      out_ += '}';
      return close_part(part);
    case PartKind::other: out_ += part.raw; return;
  }
}

void MessageWriter::image(const Part& part) {
  out_.append(R"({"type":"image_url","image_url":{"url":)").append(part.url);
  // Chat's finest is "high".
  const bool finer = !same_ && part.detail == "\"original\"";
  if (!target_.dropped(Need::image_detail)) put(out_, ",\"detail\":", finer ? Raw("\"high\"") : part.detail);
  out_ += '}';
  close_part(part);
}

void MessageWriter::file(const Part& part) {
  out_ += R"({"type":"file","file":{)";
  if (part.data.empty()) {
    out_.append("\"file_id\":").append(part.file_id);
  } else {
    out_.append("\"file_data\":").append(part.data);
    put(out_, ",\"filename\":", part.filename);
  }
  out_ += '}';
  close_part(part);
}

}  // namespace

void write_chat_messages(const Request& request, const Target& target, std::string& out) {
  MessageWriter(request, target, out).run();
}

}  // namespace fw::dialect::inner
