// The input items of Responses.
#include "dialect/inner_write.h"

namespace fw::dialect::inner {
namespace {

class ItemWriter {
 public:
  ItemWriter(const Request& request, const Target& target, std::string& out)
      : request_(request), target_(target), out_(out), same_(request.from == Dialect::responses) {}
  void run();

 private:
  bool passes(const Item& item) const;
  bool as_written_item(const Item& item) const;
  void item(const Item& item);
  void message(const Item& item);
  void call(const Item& item);
  void result(const Item& item);
  void reasoning(const Item& item);
  void content(const Item& item);
  void part(const Part& part, bool output);
  void image(const Part& part);
  void file(const Part& part);
  bool says(const Item& item, const Part& part) const;
  bool marked(const Part& part) const {
    return !part.cache_breakpoint.empty() && !target_.dropped(Need::prompt_cache_options);
  }
  void close_part(const Part& part) {
    if (marked(part)) put(out_, ",\"prompt_cache_breakpoint\":", part.cache_breakpoint);
    out_ += '}';
  }
  void id_of(const Item& item) {
    if (same_) put(out_, ",\"id\":", item.id);
  }

  const Request& request_;
  const Target& target_;
  std::string& out_;
  bool same_;
};

bool is_custom(const Item& item) { return item.kind == ItemKind::custom_call || item.kind == ItemKind::custom_output; }
bool is_result(const Item& item) {
  return item.kind == ItemKind::function_output || item.kind == ItemKind::custom_output;
}

void ItemWriter::run() {
  out_ += '[';
  bool first = true;
  for (const Item& each : request_.items) {
    if (!passes(each)) continue;
    if (!first) out_ += ',';
    first = false;
    if (same_ && as_written_item(each) && !each.raw.empty())
      out_ += each.raw;
    else
      item(each);
  }
  out_ += ']';
}

bool ItemWriter::passes(const Item& item) const {
  if (is_custom(item)) return !target_.dropped(Need::custom_tools);
  if (item.kind == ItemKind::reasoning) return same_ && !target_.dropped(Need::reasoning_items);
  return item.kind != ItemKind::other || same_;
}

bool ItemWriter::as_written_item(const Item& item) const {
  if (!item.phase.empty() && target_.dropped(Need::message_phase)) return false;
  if (!item.encrypted.empty() && target_.dropped(Need::encrypted_reasoning)) return false;
  for (const Part& part : request_.parts_of(item)) {
    if (!as_written(part, target_)) return false;
    if (is_result(item) && part.kind != PartKind::text && target_.dropped(Need::tool_result_parts)) return false;
  }
  return true;
}

void ItemWriter::item(const Item& item) {
  switch (item.kind) {
    case ItemKind::message: return message(item);
    case ItemKind::function_call:
    case ItemKind::custom_call: return call(item);
    case ItemKind::function_output:
    case ItemKind::custom_output: return result(item);
    case ItemKind::reasoning: return reasoning(item);
    case ItemKind::other: out_ += item.raw; return;
  }
}

void ItemWriter::message(const Item& item) {
  switch (item.role) {
    case Role::system: out_ += R"({"type":"message","role":"system")"; break;
    case Role::developer: out_ += R"({"type":"message","role":"developer")"; break;
    case Role::user: out_ += R"({"type":"message","role":"user")"; break;
    case Role::assistant: out_ += R"({"type":"message","role":"assistant")"; break;
  }
  id_of(item);
  if (same_ && !item.id.empty()) out_ += ",\"status\":\"completed\"";
  if (!target_.dropped(Need::message_phase)) put(out_, ",\"phase\":", item.phase);
  out_ += ",\"content\":";
  content(item);
  out_ += '}';
}

void ItemWriter::call(const Item& item) {
  const bool custom = item.kind == ItemKind::custom_call;
  out_ += custom ? R"({"type":"custom_tool_call","call_id":)" : R"({"type":"function_call","call_id":)";
  out_.append(item.call_id).append(",\"name\":").append(item.name);
  out_.append(custom ? ",\"input\":" : ",\"arguments\":").append(item.arguments);
  id_of(item);
  out_ += '}';
}

void ItemWriter::result(const Item& item) {
  const bool custom = item.kind == ItemKind::custom_output;
  out_ += custom ? R"({"type":"custom_tool_call_output","call_id":)" : R"({"type":"function_call_output","call_id":)";
  out_.append(item.call_id).append(",\"output\":");
  if (item.part_begin == item.part_end)
    out_ += item.output;
  else
    content(item);
  id_of(item);
  out_ += '}';
}

void ItemWriter::reasoning(const Item& item) {
  out_ += "{\"type\":\"reasoning\"";
  id_of(item);
  out_ += ",\"summary\":[";
  const char* separator = "";
  for (const Part& each : request_.parts_of(item)) {
    if (each.kind != PartKind::text) continue;
    out_.append(separator).append(R"({"type":"summary_text","text":)").append(each.text).append("}");
    separator = ",";
  }
  out_ += ']';
  if (!target_.dropped(Need::encrypted_reasoning)) put(out_, ",\"encrypted_content\":", item.encrypted);
  out_ += '}';
}

bool ItemWriter::says(const Item& item, const Part& part) const {
  if (is_result(item) && part.kind != PartKind::text && target_.dropped(Need::tool_result_parts)) return false;
  return keeps(part, target_, same_);
}

// One plain text is a string: every server understands that.
void ItemWriter::content(const Item& item) {
  const bool output = item.role == Role::assistant && item.kind == ItemKind::message;
  std::size_t count = 0;
  const Part* last = nullptr;
  for (const Part& each : request_.parts_of(item)) {
    if (!says(item, each)) continue;
    last = &each;
    ++count;
  }
  if (count == 0) {
    out_ += "\"\"";
    return;
  }
  // A message with an id is an answer given back, and those have parts.
  const bool answer = same_ && output && !item.id.empty();
  if (count == 1 && last->kind == PartKind::text && !marked(*last) && !answer) {
    out_ += last->text;
    return;
  }
  char separator = '[';
  for (const Part& each : request_.parts_of(item)) {
    if (!says(item, each)) continue;
    out_ += separator;
    part(each, output);
    separator = ',';
  }
  out_ += ']';
}

void ItemWriter::part(const Part& part, bool output) {
  switch (part.kind) {
    case PartKind::refusal:
      if (output) {
        out_.append(R"({"type":"refusal","refusal":)").append(part.text).append("}");
        return;
      }
      [[fallthrough]];
    case PartKind::text:
      out_ += output ? R"({"type":"output_text","text":)" : R"({"type":"input_text","text":)";
      out_ += part.text;
      if (output) out_ += ",\"annotations\":[]";
      return close_part(part);
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

void ItemWriter::image(const Part& part) {
  out_ += "{\"type\":\"input_image\"";
  put(out_, ",\"image_url\":", part.url);
  if (!target_.dropped(Need::image_file_id)) put(out_, ",\"file_id\":", part.file_id);
  // Required here; "auto" is what its absence means in Chat.
  const bool told = !part.detail.empty() && !target_.dropped(Need::image_detail);
  out_.append(",\"detail\":").append(told ? part.detail : Raw("\"auto\""));
  close_part(part);
}

void ItemWriter::file(const Part& part) {
  out_ += "{\"type\":\"input_file\"";
  put(out_, ",\"filename\":", part.filename);
  put(out_, ",\"file_data\":", part.data);
  if (!target_.dropped(Need::file_id)) put(out_, ",\"file_id\":", part.file_id);
  if (!target_.dropped(Need::file_url)) put(out_, ",\"file_url\":", part.url);
  if (same_ && !target_.dropped(Need::image_detail)) put(out_, ",\"detail\":", part.detail);
  close_part(part);
}

}  // namespace

void write_responses_items(const Request& request, const Target& target, std::string& out) {
  ItemWriter(request, target, out).run();
}

}  // namespace fw::dialect::inner
