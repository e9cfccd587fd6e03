#include "dialect/render_parts.h"

#include <charconv>

#include "wire/json.h"

namespace fw::dialect {
namespace {

constexpr std::size_t kKeptBytesMax = 4096;
constexpr int kDepthMax = wire::json_depth_cap;

void member(std::string& out, std::string_view key, std::int64_t number) {
  if (out.back() != '{') out += ',';
  out.append(1, '"').append(key).append("\":");
  append_number(out, number);
}

void member_if(std::string& out, std::string_view key, std::int64_t number) {
  if (number != 0) member(out, key, number);
}

void append_input_details(std::string& out, const Usage& usage) {
  member(out, "cached_tokens", usage.cache_read);
  member(out, "cache_write_tokens", usage.cache_written());
  if (usage.cache_written() != usage.cache_write[0]) {
    out += ",\"cache_write_tokens_details\":{";
    member_if(out, "ttl_5m_tokens", usage.cache_write[static_cast<std::size_t>(CacheLifetime::m5)]);
    member_if(out, "ttl_30m_tokens", usage.cache_write[static_cast<std::size_t>(CacheLifetime::m30)]);
    member_if(out, "ttl_1h_tokens", usage.cache_write[static_cast<std::size_t>(CacheLifetime::h1)]);
    member_if(out, "ttl_12h_tokens", usage.cache_write[static_cast<std::size_t>(CacheLifetime::h12)]);
    out += '}';
  }
  member_if(out, "image_tokens", usage.image);
}

}  // namespace

void append_number(std::string& out, std::int64_t number) {
  char space[24];
  const auto end = std::to_chars(space, space + sizeof space, number).ptr;
  out.append(space, static_cast<std::size_t>(end - space));
}

void append_on_one_line(std::string& out, std::string_view json) {
  for (;;) {
    const auto at = json.find_first_of("\r\n");
    out.append(json.substr(0, at));
    if (at == std::string_view::npos) return;
    out += ' ';
    json.remove_prefix(at + 1);
  }
}

void append_element(std::string& list, std::string_view json) {
  if (!list.empty()) list += ',';
  append_on_one_line(list, json);
}

void append_elements(std::string& list, std::string_view array) {
  wire::JsonArray elements(array, kDepthMax);
  for (wire::JsonMember element; elements.next(element);) append_element(list, element.value);
}

void append_chat_usage(std::string& out, const Usage& usage) {
  out += '{';
  member(out, "prompt_tokens", usage.total_input());
  member(out, "completion_tokens", usage.total_output());
  member(out, "total_tokens", usage.total());
  out += ",\"prompt_tokens_details\":{";
  append_input_details(out, usage);
  member(out, "audio_tokens", usage.audio_in);
  out += "},\"completion_tokens_details\":{";
  member(out, "reasoning_tokens", usage.reasoning);
  member(out, "audio_tokens", usage.audio_out);
  out += ",\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
}

void append_responses_usage(std::string& out, const Usage& usage) {
  out += '{';
  member(out, "input_tokens", usage.total_input());
  out += ",\"input_tokens_details\":{";
  append_input_details(out, usage);
  member_if(out, "audio_tokens", usage.audio_in);
  out += '}';
  member(out, "output_tokens", usage.total_output());
  out += ",\"output_tokens_details\":{";
  member(out, "reasoning_tokens", usage.reasoning);
  member_if(out, "audio_tokens", usage.audio_out);
  out += '}';
  member(out, "total_tokens", usage.total());
  out += '}';
}

std::string_view finish_word(Finish finish, std::string_view word) {
  switch (finish) {
    case Finish::stop: return "stop";
    case Finish::length: return "length";
    case Finish::tool_calls: return "tool_calls";
    case Finish::content_filter: return "content_filter";
    case Finish::other: break;
  }
  return word.empty() ? "stop" : word;
}

void hand_over(std::string& made, std::string& out) {
  out.clear();
  if (out.capacity() > kKeptBytesMax) out.shrink_to_fit();
  out.swap(made);
}

bool fits(inner::ItemKind item, EventKind event) {
  using enum EventKind;
  using inner::ItemKind;
  switch (event) {
    case text:
    case refusal:
    case annotation:
    case logprobs: return item == ItemKind::message;
    case reasoning_text:
    case reasoning_summary:
    case encrypted: return item == ItemKind::reasoning;
    case arguments: return item == ItemKind::function_call || item == ItemKind::custom_call;
    default: return false;
  }
}

}  // namespace fw::dialect
