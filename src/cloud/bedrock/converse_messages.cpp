// A conversation as Converse wants it: roles alternate, and the results of a turn's calls come first
// in the message that follows them.
#include <fmt/format.h>

#include "cloud/bedrock/converse_write.h"
#include "wire/json.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::inner::Item;
using dialect::inner::ItemKind;
using dialect::inner::Part;
using dialect::inner::Raw;
using dialect::inner::Request;
using dialect::inner::Role;
using wire::JsonWriter;

constexpr int kArgumentsDepthMax = 512;

// Neighbours of one role are one message: it is written when the other role speaks.
class Messages {
 public:
  explicit Messages(std::string& out) : out_(out) {}

  // Where the next block of this role goes; blocks end up behind each other, results before them.
  std::string& block(bool assistant) {
    turn_to(assistant);
    return blocks_;
  }
  std::string& result() {
    turn_to(false);
    return results_;
  }
  void flush() {
    if (results_.empty() && blocks_.empty()) return;
    if (!out_.empty()) out_ += ',';
    out_.append(R"({"role":")").append(assistant_ ? "assistant" : "user").append(R"(","content":[)").append(results_);
    if (!results_.empty() && !blocks_.empty()) out_ += ',';
    out_.append(blocks_).append("]}");
    results_.clear();
    blocks_.clear();
  }

 private:
  void turn_to(bool assistant) {
    if (assistant != assistant_) flush();
    assistant_ = assistant;
  }

  std::string& out_;
  std::string results_;
  std::string blocks_;
  bool assistant_ = false;
};

class Writer {
 public:
  Writer(const Request& request, Family family, Conversation& out)
      : request_(request), family_(family), out_(out), messages_(out.messages) {}

  Result<void> write() {
    if (!request_.instructions.empty()) system_text(request_.instructions);
    for (std::size_t i = 0; i < request_.items.size(); ++i) {
      auto written = item(request_.items[i]);
      if (written) continue;
      const std::uint32_t turn = request_.items[i].turn;
      written.error().param = request_.from == dialect::Dialect::chat ? fmt::format("messages[{}].content", turn)
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
      // Reasoning is bound to the model and the account that made it, and models that get it unsigned
      // say it aloud (@ai-sdk/amazon-bedrock 5.0.101): it is not replayed.
      case ItemKind::reasoning: return {};
      case ItemKind::other: break;
    }
    return std::unexpected(client_error(Code::invalid_value, "found an item that this model cannot be told"));
  }

  void system_text(Raw text) {
    if (is_blank(text)) return;
    std::string block;
    JsonWriter(block).begin_object().key("text").raw(text).end_object();
    append(out_.system, block);
  }

  Result<void> message(const Item& item) {
    const bool system = item.role == Role::system || item.role == Role::developer;
    for (const Part& part : request_.parts_of(item)) {
      if (system && part.kind == dialect::inner::PartKind::text) {
        system_text(part.text);
        continue;
      }
      // Written aside: a blank block must not change whose turn it is.
      std::string block;
      if (auto written = write_block(part, documents_, block); !written) return written;
      if (block.empty()) continue;
      append(system ? out_.system : messages_.block(item.role == Role::assistant), block);
    }
    return {};
  }

  static void append(std::string& to, std::string_view block) {
    if (!to.empty()) to += ',';
    to += block;
  }

  void call_id(Raw id, JsonWriter& json) {
    std::string token = "\"";
    append_call_id(token, wire::json_text(id), family_);
    json.key("toolUseId").raw(token.append("\""));
  }

  void call(const Item& item) {
    out_.has_tool_blocks = true;
    std::string block;
    JsonWriter json(block);
    json.begin_object().key("toolUse").begin_object();
    call_id(item.call_id, json);
    json.key("name").raw(item.name.empty() ? R"("")" : item.name).key("input");
    if (item.kind == ItemKind::custom_call)
      json.begin_object().key("input").raw(item.arguments.empty() ? R"("")" : item.arguments).end_object();
    else
      arguments(item.arguments, json);
    json.end_object().end_object();
    append(messages_.block(true), block);
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
    if (!item.output.empty()) JsonWriter(content).begin_object().key("text").raw(item.output).end_object();
    for (const Part& part : request_.parts_of(item)) {
      std::string block;
      if (auto written = write_block(part, documents_, block); !written) return written;
      if (!block.empty()) append(content, block);
    }
    if (content.empty()) content = R"({"text":""})";
    std::string whole;
    JsonWriter json(whole);
    json.begin_object().key("toolResult").begin_object();
    call_id(item.call_id, json);
    json.key("content").begin_array().raw(content).end_array().end_object().end_object();
    append(messages_.result(), whole);
    return {};
  }

  const Request& request_;
  Family family_;
  Conversation& out_;
  Messages messages_;
  int documents_ = 0;
};

}  // namespace

Result<Conversation> write_conversation(const Request& request, Family family) {
  Conversation out;
  auto written = Writer(request, family, out).write();
  if (!written) return std::unexpected(std::move(written.error()));
  return out;
}

}  // namespace fw::cloud::bedrock
