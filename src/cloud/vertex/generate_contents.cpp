#include "cloud/vertex/generate_contents.h"

#include <algorithm>
#include <utility>

#include "cloud/vertex/generate_decode.h"
#include "cloud/vertex/media.h"

namespace fw::cloud::vertex {
namespace {

using dialect::inner::ItemKind;
using dialect::inner::PartKind;
using dialect::inner::Role;

constexpr int kDepthMax = 128;
// What Google documents for calls whose signature is gone
// (ai.google.dev/gemini-api/docs/thought-signatures; @ai-sdk/google 3.0.141 does the same).
constexpr std::string_view kNoSignature = "skip_thought_signature_validator";

bool is_system(const dialect::inner::Item& item) {
  return item.kind == ItemKind::message && (item.role == Role::system || item.role == Role::developer);
}

bool is_words(const dialect::inner::Part& part) {
  return part.kind == PartKind::text || part.kind == PartKind::refusal;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

bool is_object(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && text[first] == '{' && !wire::json_check(text, kDepthMax);
}

}  // namespace

std::string_view ContentsWriter::param() const {
  return request_.from == dialect::Dialect::chat ? "messages" : "input";
}

Result<void> ContentsWriter::write(wire::JsonWriter& writer) {
  const bool conversation = has_conversation();
  if (conversation) write_system(writer);
  writer.key("contents").begin_array();
  if (!conversation) {
    // Contents must not be empty: instructions alone become what the user says.
    open(Turn::user, writer);
    write_system_parts(writer);
  }
  const auto& items = request_.items;
  for (std::size_t i = 0; i < items.size();) {
    std::size_t next = i + 1;
    if (items[i].kind == ItemKind::function_output) {
      while (next < items.size() && items[next].kind == ItemKind::function_output) ++next;
      if (auto done = write_results(i, next, writer); !done) return done;
    } else if (auto done = write_item(items[i], writer); !done) {
      return done;
    }
    i = next;
  }
  close(writer);
  writer.end_array();
  return {};
}

bool ContentsWriter::has_conversation() const {
  return std::ranges::any_of(request_.items, [this](const Item& item) {
    if (item.kind == ItemKind::reasoning || is_system(item)) return false;
    if (item.kind != ItemKind::message) return true;
    return std::ranges::any_of(request_.parts_of(item),
                               [](const Part& part) { return !is_words(part) || !wire::json_text(part.text).empty(); });
  });
}

void ContentsWriter::write_system(wire::JsonWriter& writer) {
  if (request_.instructions.empty() && std::ranges::none_of(request_.items, is_system)) return;
  writer.key("systemInstruction").begin_object().key("parts").begin_array();
  write_system_parts(writer);
  writer.end_array().end_object();
}

void ContentsWriter::write_system_parts(wire::JsonWriter& writer) {
  if (!request_.instructions.empty()) writer.begin_object().key("text").raw(request_.instructions).end_object();
  for (const Item& item : request_.items) {
    if (!is_system(item)) continue;
    for (const Part& part : request_.parts_of(item))
      if (is_words(part)) writer.begin_object().key("text").raw(part.text).end_object();
  }
}

Result<void> ContentsWriter::write_item(const Item& item, wire::JsonWriter& writer) {
  switch (item.kind) {
    case ItemKind::message: return is_system(item) ? Result<void>{} : write_message(item, writer);
    case ItemKind::function_call: return write_call(item, writer);
    case ItemKind::reasoning: remember_signature(item, writer); return {};
    default: break;
  }
  return std::unexpected(
      client_error(Code::invalid_value, "found an item that Gemini cannot be told", std::string(param())));
}

Result<void> ContentsWriter::write_message(const Item& item, wire::JsonWriter& writer) {
  const Turn turn = item.role == Role::assistant ? Turn::model : Turn::user;
  for (const Part& part : request_.parts_of(item)) {
    if (is_words(part)) {
      write_text(turn, part.text, writer);
      continue;
    }
    open(turn, writer);
    if (auto done = write_media(part, param(), writer); !done) return done;
  }
  return {};
}

// Empty texts are refused there, and say nothing.
void ContentsWriter::write_text(Turn turn, std::string_view token, wire::JsonWriter& writer) {
  if (wire::json_text(token).empty()) return;
  open(turn, writer);
  flush_signature(writer);
  writer.begin_object().key("text").raw(token).end_object();
}

Result<void> ContentsWriter::write_call(const Item& item, wire::JsonWriter& writer) {
  std::string store;
  const std::string_view arguments = text_of(item.arguments, store);
  if (!is_blank(arguments) && !is_object(arguments))
    return std::unexpected(client_error(Code::invalid_value, "found a function call whose arguments are no JSON object",
                                        std::string(param())));
  open(Turn::model, writer);
  calls_[item.call_id] = {item.name, calls_told_++};
  writer.begin_object().key("functionCall").begin_object().key("name").raw(item.name).key("args");
  writer.raw(is_blank(arguments) ? "{}" : arguments).end_object();
  // The first call of a turn vouches for all of them.
  if (signature_.empty() && signs_calls_ && !turn_has_calls_) signature_ = kNoSignature;
  if (!signature_.empty()) {
    const std::string quoted = "\"" + std::string(signature_) + "\"";
    writer.key("thoughtSignature").raw(quoted);
  }
  writer.end_object();
  signature_ = {};
  turn_has_calls_ = true;
  return {};
}

Result<void> ContentsWriter::write_results(std::size_t begin, std::size_t end, wire::JsonWriter& writer) {
  std::vector<const Item*> results;
  for (std::size_t i = begin; i < end; ++i) {
    const Item& item = request_.items[i];
    if (!calls_.contains(item.call_id))
      return std::unexpected(client_error(Code::invalid_value,
                                          "found a tool result whose call_id no earlier call has; Gemini wants the "
                                          "function's name, which only the call tells",
                                          std::string(param())));
    results.push_back(&item);
  }
  std::ranges::sort(results, {}, [this](const Item* item) { return std::pair(calls_.at(item->call_id).number, item); });
  open(Turn::tools, writer);
  for (const Item* item : results)
    if (auto done = write_result(*item, writer); !done) return done;
  if (signs_calls_) return {};
  for (const Item* item : results)
    if (auto done = write_result_media(*item, writer); !done) return done;
  return {};
}

// What is no text goes along inside the result, or, where models before Gemini 3 know no such
// thing, after all results of the turn.
Result<void> ContentsWriter::write_result(const Item& item, wire::JsonWriter& writer) {
  writer.begin_object().key("functionResponse").begin_object();
  writer.key("name").raw(calls_.at(item.call_id).name).key("response");
  write_response(item, writer);
  const bool has_media = !std::ranges::all_of(request_.parts_of(item), is_words);
  if (signs_calls_ && has_media) {
    writer.key("parts").begin_array();
    if (auto done = write_result_media(item, writer); !done) return done;
    writer.end_array();
  }
  writer.end_object().end_object();
  return {};
}

Result<void> ContentsWriter::write_result_media(const Item& item, wire::JsonWriter& writer) {
  for (const Part& part : request_.parts_of(item)) {
    if (is_words(part)) continue;
    if (auto done = write_media(part, param(), writer); !done) return done;
  }
  return {};
}

// An object as it is, anything else under "result".
void ContentsWriter::write_response(const Item& item, wire::JsonWriter& writer) {
  std::string text = "\"";
  text += wire::json_text(item.output);
  for (const Part& part : request_.parts_of(item))
    if (is_words(part)) text += wire::json_text(part.text);
  text += '"';
  std::string store;
  const std::string_view said = text_of(text, store);
  if (is_object(said)) {
    writer.raw(said);
  } else {
    writer.begin_object().key("result").raw(text).end_object();
  }
}

void ContentsWriter::remember_signature(const Item& item, wire::JsonWriter& writer) {
  const std::string_view encrypted = wire::json_text(item.encrypted);
  // Another cloud's cannot be read here.
  if (!encrypted.starts_with(kSignaturePrefix)) return;
  if (!signature_.empty()) open(Turn::model, writer);
  flush_signature(writer);
  signature_ = encrypted.substr(kSignaturePrefix.size());
}

// A signature that no call followed goes back as it came: with an empty text.
void ContentsWriter::flush_signature(wire::JsonWriter& writer) {
  if (signature_.empty()) return;
  const std::string quoted = "\"" + std::string(signature_) + "\"";
  if (turn_ == Turn::model) writer.begin_object().member("text", "").key("thoughtSignature").raw(quoted).end_object();
  signature_ = {};
}

void ContentsWriter::open(Turn turn, wire::JsonWriter& writer) {
  if (turn_ == turn) return;
  close(writer);
  if (turn != Turn::model) signature_ = {};
  turn_ = turn;
  turn_has_calls_ = false;
  writer.begin_object().member("role", turn == Turn::model ? "model" : "user").key("parts").begin_array();
}

void ContentsWriter::close(wire::JsonWriter& writer) {
  if (turn_ == Turn::none) return;
  if (turn_ == Turn::model) flush_signature(writer);
  writer.end_array().end_object();
  turn_ = Turn::none;
}

}  // namespace fw::cloud::vertex
