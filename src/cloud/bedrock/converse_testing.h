// What tests and the fuzzer of Converse share: streams made of recorded events, and events as text.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "dialect/answer_events.h"
#include "wire/event_stream.h"
#include "wire/json.h"

namespace fw::cloud::bedrock::testing {

// One message as Bedrock sends it; `kind` is "event" or "exception".
inline void append_frame(std::string& out, std::string_view kind, std::string_view type, std::string_view payload) {
  const std::string name = fmt::format(":{}-type", kind);
  const std::array<wire::EventHeader, 3> headers{{{.name = name, .bytes = type},
                                                  {.name = ":content-type", .bytes = "application/json"},
                                                  {.name = ":message-type", .bytes = kind}}};
  wire::write_event_message(out, headers, payload);
}

// Lines of {"EVENT":{…}}, as vercel/ai keeps its recordings, as the bytes they were.
inline std::string frames_of(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    wire::JsonObject members(lines.substr(0, end), 64);
    for (wire::JsonMember member; members.next(member);)
      append_frame(out, member.key.ends_with("Exception") ? "exception" : "event", member.key, member.value);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

// Events as lines: "0 text Hello".
class EventLog final : public dialect::AnswerSink {
 public:
  void on(const dialect::AnswerEvent& event) override {
    using dialect::EventKind;
    text += fmt::format("{} {}", event.output, kKinds[static_cast<std::size_t>(event.kind)]);
    if (event.kind == EventKind::item_begin || event.kind == EventKind::item_end)
      text += fmt::format(" {}", kItems[static_cast<std::size_t>(event.item)]);
    if (event.kind == EventKind::finish || (event.kind == EventKind::item_end && event.finish != dialect::Finish::stop))
      text += fmt::format(" {}", kFinishes[static_cast<std::size_t>(event.finish)]);
    for (const std::string_view part : {event.text, event.call_id, event.name, event.service_tier})
      if (!part.empty()) text += fmt::format(" {}", part);
    if (event.usage != nullptr) say(*event.usage);
    if (event.error != nullptr) say(*event.error);
    text += '\n';
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

  void say(const dialect::Usage& usage) {
    text += fmt::format(" reported={} input={} cache_read={} cache_write=[{}] output={}{}", usage.reported, usage.input,
                        usage.cache_read, fmt::join(usage.cache_write, ","), usage.output,
                        usage.inconsistent ? " inconsistent" : "");
  }
  void say(const dialect::ProviderStreamError& error) {
    text +=
        fmt::format(" {} retryable={} malformed={} {}", error.code, error.retryable, error.malformed, error.message);
  }
};

}  // namespace fw::cloud::bedrock::testing
