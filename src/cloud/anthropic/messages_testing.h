// What tests and the fuzzer of Messages share: streams made of recorded events, and events as text.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cloud/anthropic/messages_decode.h"
#include "wire/event_stream.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::cloud::anthropic::testing {

// Calls `visit` with each line that is not empty.
template <class Visit>
void each_line(std::string_view lines, Visit visit) {
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    if (end > 0) visit(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

// Lines of one event each, as vercel/ai keeps its recordings, as Anthropic sends them.
inline std::string sse_of(std::string_view lines) {
  std::string out;
  each_line(lines, [&out](std::string_view line) {
    const std::string_view type = wire::json_text(wire::json_find(line, {"type"}).value_or(""));
    out += fmt::format("event: {}\ndata: {}\n\n", type, line);
  });
  return out;
}

inline void append_frame(std::string& out, std::string_view kind, std::string_view type, std::string_view payload) {
  const std::string name = fmt::format(":{}-type", kind);
  const std::array<wire::EventHeader, 3> headers{{{.name = name, .bytes = type},
                                                  {.name = ":content-type", .bytes = "application/json"},
                                                  {.name = ":message-type", .bytes = kind}}};
  wire::write_event_message(out, headers, payload);
}

// The same as Bedrock sends them.
inline std::string frames_of(std::string_view lines) {
  std::string out;
  each_line(lines, [&out](std::string_view line) {
    append_frame(out, "event", "chunk", fmt::format(R"({{"bytes":"{}","p":"abcd"}})", wire::base64(line)));
  });
  return out;
}

// Events as lines: "0 text Hello". Aborts on what no renderer could live with: text that is no inside of
// a JSON string, an event about an item that is not open.
class EventLog final : public dialect::AnswerSink {
 public:
  void on(const dialect::AnswerEvent& event) override {
    using dialect::EventKind;
    must(!over_);
    for (const auto told : {event.text, event.id, event.model, event.call_id, event.name})
      must(!wire::json_check(fmt::format("\"{}\"", told), 1));
    const bool about_item = event.kind != EventKind::begin && event.kind != EventKind::usage &&
                            event.kind != EventKind::finish && event.kind != EventKind::error;
    if (event.kind == EventKind::item_begin) must(!open_ && event.output == items_++);
    if (about_item && event.kind != EventKind::item_begin) must(open_ && event.output + 1 == items_);
    if (about_item) open_ = event.kind != EventKind::item_end;
    if (event.kind == EventKind::finish) must(!open_);
    over_ = event.kind == EventKind::error || event.kind == EventKind::finish;
    write(event);
  }

  std::string text;

 private:
  static constexpr std::array<std::string_view, 15> kKinds{
      "begin",     "item_begin", "text",       "refusal",  "reasoning_text", "reasoning_summary",
      "arguments", "encrypted",  "annotation", "logprobs", "item_end",       "other_item",
      "usage",     "finish",     "error"};
  static constexpr std::array<std::string_view, 7> kItems{
      "message", "function_call", "function_output", "custom_call", "custom_output", "reasoning", "other"};
  static constexpr std::array<std::string_view, 5> kFinishes{"stop", "length", "tool_calls", "content_filter", "other"};

  static void must(bool holds) {
    if (!holds) std::abort();
  }
  void write(const dialect::AnswerEvent& event) {
    using dialect::EventKind;
    text += fmt::format("{} {}", event.output, kKinds[static_cast<std::size_t>(event.kind)]);
    if (event.kind == EventKind::item_begin || event.kind == EventKind::item_end)
      text += fmt::format(" {}", kItems[static_cast<std::size_t>(event.item)]);
    if (event.kind == EventKind::finish || (event.kind == EventKind::item_end && event.finish != dialect::Finish::stop))
      text += fmt::format(" {}", kFinishes[static_cast<std::size_t>(event.finish)]);
    for (const std::string_view part :
         {event.text, event.id, event.model, event.call_id, event.name, event.service_tier})
      if (!part.empty()) text += fmt::format(" {}", part);
    if (event.usage != nullptr) write(*event.usage);
    if (event.error != nullptr) write(*event.error);
    text += '\n';
  }
  void write(const dialect::Usage& usage) {
    text += fmt::format(" reported={} input={} cache_read={} cache_write=[{}] output={} reasoning={} tool_calls={}{}",
                        usage.reported, usage.input, usage.cache_read, fmt::join(usage.cache_write, ","), usage.output,
                        usage.reasoning, usage.tool_calls, usage.inconsistent ? " inconsistent" : "");
  }
  void write(const dialect::ProviderStreamError& error) {
    text += fmt::format(" {} {} retryable={} malformed={} {}", error.code, error.type, error.retryable,
                        error.malformed, error.message);
  }

  std::uint32_t items_ = 0;
  bool open_ = false;
  bool over_ = false;
};

// The events of a stream that arrives in pieces of so many bytes, and how it ended.
inline std::string told(std::string_view stream, bool framed, std::size_t first, std::size_t piece,
                        dialect::RelayLimits limits = {}) {
  const auto decoder = messages_decoder(framed, limits);
  EventLog log;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t size = std::clamp<std::size_t>(at == 0 ? first : piece, 1, stream.size() - at);
    // Memory that ends where the bytes end, so that reading on is seen.
    const std::vector<char> part(stream.begin() + static_cast<std::ptrdiff_t>(at),
                                 stream.begin() + static_cast<std::ptrdiff_t>(at + size));
    decoder->feed({part.data(), part.size()}, log);
    at += size;
  }
  decoder->close(log);
  return log.text + (decoder->ended() ? "ended\n" : "truncated\n");
}

inline std::string told_whole(std::string_view body) {
  EventLog log;
  const auto read = messages_decoder(false, {})->whole(body, 128, log);
  return read ? log.text + "ended\n" : "none: " + read.error().message + "\n";
}

}  // namespace fw::cloud::anthropic::testing
