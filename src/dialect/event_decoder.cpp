#include "dialect/event_decoder.h"

#include <charconv>
#include <utility>

namespace fw::dialect {
namespace {

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

void EventDecoder::feed(std::string_view bytes, AnswerSink& sink) {
  if (ended_) return;
  events_.feed(bytes);
  while (!ended_) {
    wire::SseEvent event;
    const auto next = events_.next(event);
    if (next == wire::SseDecoder::Next::need_more) break;
    if (next == wire::SseDecoder::Next::event) {
      take_any(event, sink);
    } else {
      fail_malformed("event_too_long", "The provider sent an event longer than the limit.", sink);
    }
  }
  events_.release();
}

void EventDecoder::take_any(const wire::SseEvent& event, AnswerSink& sink) {
  if (event.has_data) {
    if (!blank(event.data)) take(event, sink);
  } else if (event.raw.starts_with("error:")) {
    // llama.cpp once told its errors in a field of this name.
    fail(read_stream_error(event.raw.substr(6)), sink);
  }
}

void EventDecoder::fail(ProviderStreamError told, AnswerSink& sink) {
  if (!told.malformed) told.retryable = may_do_better_elsewhere(told);
  ended_ = true;
  sink.on({.kind = EventKind::error, .error = &told});
}

void EventDecoder::fail_malformed(std::string_view code, std::string_view message, AnswerSink& sink) {
  ProviderStreamError told;
  told.code = code;
  told.type = "server_error";
  told.message = message;
  told.retryable = told.malformed = true;
  fail(std::move(told), sink);
}

void EventDecoder::fail_not_json(AnswerSink& sink) {
  fail_malformed("not_a_stream", "The provider sent an event that is no JSON object of its dialect.", sink);
}

bool read_whole(const wire::JsonObject& members, std::string_view text) {
  const auto* error = members.error();
  if (error == nullptr) return true;
  return error->fault == wire::JsonFault::ended_early && error->offset == text.size() && text.ends_with('}');
}

bool no_elements(std::string_view array) {
  return array.size() < 2 || array.find_first_not_of(" \t\r\n", 1) == array.size() - 1;
}

std::int64_t seconds_of(std::string_view token) {
  double seconds = 0;
  std::from_chars(token.data(), token.data() + token.size(), seconds);
  return seconds > 0 && seconds < 1e12 ? static_cast<std::int64_t>(seconds) : 0;
}

std::string_view array_or_nothing(const wire::JsonMember& member) {
  return member.kind == wire::JsonKind::array && !no_elements(member.value) ? member.value : std::string_view();
}

}  // namespace fw::dialect
