// A conversation as Messages wants it: roles alternate, and the results of a turn's calls come first in
// the message that follows them.
#include <algorithm>

#include <fmt/format.h>

#include "cloud/anthropic/messages_write.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::Need;
using dialect::inner::Item;
using dialect::inner::ItemKind;
using dialect::inner::Part;
using dialect::inner::Raw;
using dialect::inner::Role;
using wire::JsonWriter;

constexpr int kArgumentsDepthMax = 512;
constexpr std::size_t kCallIdBytesMax = 64;

// The pattern of ToolUseBlockParam.id is ^[a-zA-Z0-9_-]+$: any other id becomes its hash, the same
// one for the same id.
std::string call_id(Raw id) {
  const std::string_view raw = wire::json_text(id);
  const bool fits = !raw.empty() && raw.size() <= kCallIdBytesMax && std::ranges::all_of(raw, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return fits ? std::string(raw) : "call_" + wire::hex(wire::sha256(raw)).substr(0, 32);
}

// Neighbours of one role are one message: it is written when the other role speaks.
class Messages {
 public:
  explicit Messages(std::string& out) : out_(out) {}

  // Blocks end up behind each other, results before them.
  void add(bool assistant, std::string_view block) { append(to(assistant, blocks_), block); }
  void add_result(std::string_view block) { append(to(false, results_), block); }
  void flush() {
    if (results_.empty() && blocks_.empty()) return;
    if (!out_.empty()) out_ += ',';
    out_.append(R"({"role":")").append(assistant_ ? "assistant" : "user").append(R"(","content":[)").append(results_);
    if (!results_.empty() && !blocks_.empty()) out_ += ',';
    out_.append(blocks_).append("]}");
    results_.clear();
    blocks_.clear();
  }

  static void append(std::string& to, std::string_view block) {
    if (!to.empty()) to += ',';
    to += block;
  }

 private:
  std::string& to(bool assistant, std::string& list) {
    if (assistant != assistant_) flush();
    assistant_ = assistant;
    return list;
  }

  std::string& out_;
  std::string results_;
  std::string blocks_;
  bool assistant_ = false;
};

class Writer {
 public:
  Writer(const Writing& w, Conversation& out) : w_(w), out_(out), messages_(out.messages) {}

  Result<void> write() {
    const auto& request = w_.request;
    if (!request.instructions.empty()) system_text(request.instructions);
    for (std::size_t i = 0; i < request.items.size(); ++i) {
      auto written = item(request.items[i]);
      if (written) continue;
      written.error().param = request.from == dialect::Dialect::chat
                                  ? fmt::format("messages[{}].content", request.items[i].turn)
                                  : fmt::format("input[{}]", i);
      return written;
    }
    messages_.flush();
    return {};
  }

 private:
  Result<void> item(const Item& item) {
    switch (item.kind) {
      case ItemKind::message: return message(item);
      case ItemKind::function_call:
      case ItemKind::custom_call: return call(item), Result<void>();
      case ItemKind::function_output:
      case ItemKind::custom_output: return result(item);
      case ItemKind::reasoning: return reasoning(item), Result<void>();
      case ItemKind::other: break;
    }
    return std::unexpected(client_error(Code::invalid_value, "found an item that this model cannot be told"));
  }

  void system_text(Raw text) {
    if (is_blank(text)) return;
    std::string block;
    JsonWriter(block).begin_object().member("type", "text").key("text").raw(text).end_object();
    Messages::append(out_.system, block);
  }

  Result<void> message(const Item& item) {
    const bool system = item.role == Role::system || item.role == Role::developer;
    const bool assistant = item.role == Role::assistant;
    for (const Part& part : w_.request.parts_of(item)) {
      // Written aside: a blank block must not change whose turn it is.
      std::string block;
      if (auto written = write_block(w_, part, block); !written) return written;
      if (block.empty()) continue;
      if (system) {
        Messages::append(out_.system, block);
        continue;
      }
      if (!assistant) begin_turn();
      messages_.add(assistant, block);
    }
    return {};
  }

  void begin_turn() {
    out_.calls_without_thoughts = false;
    thought_ = false;
  }

  void call(const Item& item) {
    out_.has_tool_blocks = true;
    out_.calls_without_thoughts = out_.calls_without_thoughts || !thought_;
    std::string block;
    JsonWriter json(block);
    json.begin_object().member("type", "tool_use").member("id", std::string_view(call_id(item.call_id)));
    json.key("name").raw(item.name.empty() ? R"("")" : item.name).key("input");
    if (item.kind == ItemKind::custom_call)
      json.begin_object().key("input").raw(item.arguments.empty() ? R"("")" : item.arguments).end_object();
    else
      arguments(item.arguments, json);
    json.end_object();
    messages_.add(true, block);
  }

  // An object is wanted. Models write other things, too, and clients replay them.
  static void arguments(Raw token, JsonWriter& json) {
    std::string text;
    wire::json_unescape(wire::json_text(token), text);
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == text.npos)
      json.raw("{}");
    else if (text[begin] == '{' && !wire::json_check(text, kArgumentsDepthMax))
      json.raw(text);
    else
      json.begin_object().key("arguments").raw(token).end_object();
  }

  Result<void> result(const Item& item) {
    out_.has_tool_blocks = true;
    std::string content;
    if (!item.output.empty() && !is_blank(item.output))
      JsonWriter(content).begin_object().member("type", "text").key("text").raw(item.output).end_object();
    for (const Part& part : w_.request.parts_of(item)) {
      std::string block;
      if (auto written = write_block(w_, part, block); !written) return written;
      if (!block.empty()) Messages::append(content, block);
    }
    std::string whole;
    JsonWriter json(whole);
    json.begin_object().member("type", "tool_result").member("tool_use_id", std::string_view(call_id(item.call_id)));
    if (!content.empty()) json.key("content").begin_array().raw(content).end_array();
    json.end_object();
    messages_.add_result(whole);
    return {};
  }

  // Only what an Anthropic model said can be told to one: it is signed.
  void reasoning(const Item& item) {
    const std::string_view encrypted = wire::json_text(item.encrypted);
    std::string block;
    JsonWriter json(block);
    if (encrypted.starts_with(kRedactedPrefix)) {
      json.begin_object().member("type", "redacted_thinking").key("data");
      json.raw(fmt::format("\"{}\"", encrypted.substr(kRedactedPrefix.size()))).end_object();
    } else if (encrypted.starts_with(kSignaturePrefix)) {
      std::string text;
      for (const Part& part : w_.request.parts_of(item)) text += wire::json_text(part.text);
      json.begin_object().member("type", "thinking").key("thinking").raw(fmt::format("\"{}\"", text));
      json.key("signature").raw(fmt::format("\"{}\"", encrypted.substr(kSignaturePrefix.size()))).end_object();
    }
    if (block.empty() || w_.target.dropped(Need::encrypted_reasoning)) return;
    thought_ = true;
    messages_.add(true, block);
  }

  const Writing& w_;
  Conversation& out_;
  Messages messages_;
  bool thought_ = false;  // in the turn at hand
};

}  // namespace

Result<Conversation> write_conversation(const Writing& w) {
  Conversation out;
  auto written = Writer(w, out).write();
  if (!written) return std::unexpected(std::move(written.error()));
  return out;
}

}  // namespace fw::cloud::anthropic
