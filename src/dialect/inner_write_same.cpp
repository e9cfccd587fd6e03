// A request for a place that speaks the client's own dialect but cannot be told all of it: the
// client's bytes, with the least written anew.
#include "dialect/inner_top.h"
#include "dialect/inner_write.h"
#include "wire/json.h"

namespace fw::dialect::inner {
namespace {

class SameWriter {
 public:
  SameWriter(const Request& request, const Target& target, std::string& out)
      : request_(request), target_(target), out_(out), chat_(request.from == Dialect::chat) {}
  void run();

 private:
  void member(std::string_view key, Raw value);
  bool left_out(const TopField* field, Raw value) const;
  void key(std::string_view key);
  void tools();
  void include(Raw value);
  void filtered(std::string_view key, Raw value);
  void content();
  bool drops_format() const {
    return (request_.format == Format::json_object && target_.dropped(Need::json_mode)) ||
           (request_.format == Format::json_schema && target_.dropped(Need::json_schema));
  }

  bool counts_usage() const { return chat_ && request_.stream; }

  const Request& request_;
  const Target& target_;
  std::string& out_;
  bool chat_;
  bool told_stream_options_ = false;
};

void SameWriter::run() {
  out_.reserve(out_.size() + request_.body.size() + 512);
  out_.append("{\"model\":").append(target_.model_json);
  Walk walk(request_.body);
  walk.open();
  for (std::string_view raw; walk.key(raw);) member(raw, walk.take());
  if (counts_usage() && !told_stream_options_) write_chat_stream_options(request_, target_, out_);
  out_ += '}';
}

void SameWriter::key(std::string_view key) { out_.append(",\"").append(key).append("\":"); }

bool SameWriter::left_out(const TopField* field, Raw value) const {
  switch (field->top) {
    case Top::model: return true;
    case Top::messages:
    case Top::input:
    case Top::stream: return false;
    case Top::tools:
    case Top::functions: return !request_.tools.empty() && !any_tool_left(request_, target_);
    case Top::tool_choice:
    case Top::function_call:
      return !keeps_choice(request_, target_) || (!request_.tools.empty() && !any_tool_left(request_, target_));
    case Top::parallel_tool_calls:
      return target_.dropped(field->need) || (!request_.tools.empty() && !any_tool_left(request_, target_));
    case Top::response_format: return drops_format();
    case Top::stream_options: return !counts_usage() && target_.dropped(field->need);
    case Top::text:
    case Top::reasoning:
    case Top::include: return is_null(value);
    default: return target_.dropped(field->need);
  }
}

void SameWriter::member(std::string_view raw, Raw value) {
  std::string plain;
  if (raw.find('\\') != raw.npos) wire::json_unescape(raw, plain);
  const TopField* const field = top_field(request_.from, plain.empty() ? raw : std::string_view(plain));
  if (field != nullptr && left_out(field, value)) return;
  const Top top = field == nullptr || is_null(value) ? Top::plain : field->top;
  if (top == Top::text || top == Top::reasoning) return filtered(field->key, value);
  if (top == Top::include) return include(value);
  if (field != nullptr && field->top == Top::stream_options && counts_usage()) {
    told_stream_options_ = true;
    return write_chat_stream_options(request_, target_, out_);
  }
  key(raw);
  if (top == Top::messages || (top == Top::input && is_array(value)))
    content();
  else if (top == Top::tools && !request_.legacy_functions)
    tools();
  else
    out_ += value;
}

void SameWriter::content() {
  if (chat_)
    write_chat_messages(request_, target_, out_);
  else
    write_responses_items(request_, target_, out_);
}

void SameWriter::tools() {
  char separator = '[';
  for (const Tool& tool : request_.tools) {
    if (!keeps(tool, target_)) continue;
    out_ += separator;
    separator = ',';
    const bool strict = tool.kind == ToolKind::function && target_.dropped(Need::strict_tools);
    if (!strict)
      out_ += tool.raw;
    else if (chat_)
      write_chat_tool(tool, request_, target_, out_);
    else
      write_responses_tool(tool, request_, target_, out_);
  }
  if (separator == '[') out_ += '[';
  out_ += ']';
}

// `text` and `reasoning` without the members that cannot be told.
void SameWriter::filtered(std::string_view name, Raw value) {
  const auto dropped = [this](std::string_view member) {
    if (member == "verbosity") return target_.dropped(Need::verbosity);
    if (member == "format") return drops_format();
    if (member == "effort") return target_.dropped(Need::reasoning_effort);
    return (member == "summary" || member == "generate_summary") && target_.dropped(Need::reasoning_summary);
  };
  key(name);
  const std::size_t open = out_.size();
  copy_members(value, dropped, out_);
  if (out_.size() == open)
    out_ += '{';
  else
    out_[open] = '{';  // instead of the first comma
  out_ += '}';
}

void SameWriter::include(Raw value) {
  key("include");
  char separator = '[';
  Walk walk(value);
  walk.open();
  while (walk.element()) {
    const Raw each = walk.take();
    const Need need = each == "\"message.output_text.logprobs\""  ? Need::logprobs
                      : each == "\"reasoning.encrypted_content\"" ? Need::encrypted_reasoning
                                                                  : Need::include;
    if (target_.dropped(need)) continue;
    out_ += separator;
    out_ += each;
    separator = ',';
  }
  if (separator == '[') out_ += '[';
  out_ += ']';
}

}  // namespace

void write_chat_same(const Request& request, const Target& target, std::string& out) {
  SameWriter(request, target, out).run();
}

void write_responses_same(const Request& request, const Target& target, std::string& out) {
  SameWriter(request, target, out).run();
}

}  // namespace fw::dialect::inner
