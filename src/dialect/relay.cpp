#include "dialect/relay.h"

#include <algorithm>
#include <array>

#include "dialect/event_relay.h"
#include "wire/json.h"

namespace fw::dialect {
namespace {

constexpr std::size_t kWordBytesMax = 256;
constexpr std::size_t kMessageBytesMax = 4096;

// Codes and types after which the same request has no better chance elsewhere (openai 7.57.0
// `ResponseError.code`; the rest as chat completions spell them).
constexpr std::array<std::string_view, 11> kFinalCodes{
    "invalid_prompt",   "bio_policy",       "data_residency_mismatch", "content_filter",
    "invalid_request_error", "context_length_exceeded", "content_policy_violation", "invalid_image",
    "invalid_image_url", "image_content_policy_violation", "BadRequestError"};

bool is_final(std::string_view word) { return std::ranges::find(kFinalCodes, word) != kFinalCodes.end(); }

// Cut at a limit, but never inside a character.
std::string cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0u) == 0x80u) --bytes_max;
  return std::string(text.substr(0, bytes_max));
}

// What a value says: a string's text, or the JSON of anything else; null says nothing.
std::string said(const wire::JsonMember& member, std::size_t bytes_max) {
  if (member.kind == wire::JsonKind::null) return {};
  if (member.kind != wire::JsonKind::string) return cut(member.value, bytes_max);
  std::string text;
  wire::json_unescape(wire::json_text(member.value), text);
  return cut(text, bytes_max);
}

bool joins(std::string_view left, std::string_view right) { return left.data() + left.size() == right.data(); }

}  // namespace

void EventRelay::feed(std::string_view bytes, std::vector<std::string_view>& out) {
  rewritten_.clear();
  const std::size_t first = out.size();
  if (!closed_) decoder_.feed(bytes);
  while (!closed_) {
    wire::SseEvent event;
    switch (decoder_.next(event)) {
      case wire::SseDecoder::Next::need_more: return;
      case wire::SseDecoder::Next::too_long:
        fail_malformed("event_too_long", "The provider sent an event longer than the limit.");
        return;
      case wire::SseDecoder::Next::event: take(event, out, first);
    }
  }
}

void EventRelay::take(const wire::SseEvent& event, std::vector<std::string_view>& out, std::size_t first) {
  if (event.has_data) {
    ++events_;
    if (!judge(event)) return;
    started_ = true;
  } else if (event.raw.starts_with("error:")) {
    // llama.cpp once told its errors in a field of this name.
    if (!fail_told(read_stream_error(event.raw.substr(6)))) return;
  } else if (!event.comment_only && !event.canonical) {
    return;
  }
  const std::string_view view = client_bytes(event);
  if (out.size() > first && joins(out.back(), view)) {
    out.back() = {out.back().data(), out.back().size() + view.size()};
  } else {
    out.push_back(view);
  }
}

std::string_view EventRelay::client_bytes(const wire::SseEvent& event) {
  if (event.canonical) return event.raw;
  std::string& text = rewritten_.emplace_front();
  if (event.has_data) {
    wire::write_sse(text, event.name, event.data);
    return text;
  }
  for (std::size_t i = 0; i < event.raw.size(); ++i) {
    if (event.raw[i] == '\r' && i + 1 < event.raw.size() && event.raw[i + 1] == '\n') continue;
    text += event.raw[i] == '\r' ? '\n' : event.raw[i];
  }
  return text;
}

bool EventRelay::begins_as_object(std::string_view event_data) {
  const auto at = event_data.find_first_not_of(" \t\r\n");
  if (at != std::string_view::npos && event_data[at] == '{') return true;
  fail_malformed("not_a_stream", "The provider's stream does not begin with a JSON object.");
  return false;
}

void EventRelay::fail_malformed(std::string_view code, std::string_view message) {
  error_ = std::make_unique<ProviderStreamError>();
  error_->code = code;
  error_->type = "server_error";
  error_->message = message;
  error_->retryable = true;
  error_->malformed = true;
  ended_ = closed_ = true;
}

bool EventRelay::fail_told(ProviderStreamError told) {
  error_ = std::make_unique<ProviderStreamError>(std::move(told));
  error_->retryable = may_do_better_elsewhere(*error_);
  error_->relayed = started_;
  ended_ = closed_ = true;
  return started_;
}

bool may_do_better_elsewhere(const ProviderStreamError& told) { return !is_final(told.code) && !is_final(told.type); }

ProviderStreamError read_stream_error(std::string_view value) {
  ProviderStreamError out;
  wire::JsonObject members(value, kEventDepthMax);
  for (wire::JsonMember member; members.next(member);) {
    if (member.key == "code") out.code = said(member, kWordBytesMax);
    if (member.key == "type" && out.type.empty()) out.type = said(member, kWordBytesMax);
    if (member.key == "message") out.message = said(member, kMessageBytesMax);
    if (member.key == "error" && member.kind != wire::JsonKind::null) return read_stream_error(member.value);
  }
  if (members.error() == nullptr) return out;
  const auto begin = std::min(value.find_first_not_of(" \t\r\n"), value.size());
  value = value.substr(begin, value.find_last_not_of(" \t\r\n") + 1 - begin);
  const bool quoted = value.size() >= 2 && value.front() == '"';
  wire::JsonMember whole{.key = {}, .value = value, .kind = quoted ? wire::JsonKind::string : wire::JsonKind::number};
  out.message = said(whole, kMessageBytesMax);
  return out;
}

std::unique_ptr<StreamRelay> make_relay(Dialect dialect, bool strip_usage, RelayLimits limits) {
  if (dialect == Dialect::chat) return make_chat_relay(strip_usage, limits);
  if (dialect == Dialect::responses) return make_responses_relay(limits);
  return nullptr;
}

}  // namespace fw::dialect
