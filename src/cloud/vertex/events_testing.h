// Events of an answer as lines of text, for tests and the fuzzer.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cloud/vertex/generate_decode.h"
#include "wire/json.h"

namespace fw::cloud::vertex {

// One line per event; texts of one item that follow each other stay apart. Aborts on what no
// renderer could live with: text that is no inside of a JSON string, events about items not open.
class EventLines final : public dialect::AnswerSink {
 public:
  void on(const dialect::AnswerEvent& event) override {
    using Kind = dialect::EventKind;
    must(!over_);
    must(inside_of_string(event.text) && inside_of_string(event.id) && inside_of_string(event.model) &&
         inside_of_string(event.call_id) && inside_of_string(event.name));
    must(event.raw.empty() || !wire::json_check(event.raw, 64));
    switch (event.kind) {
      case Kind::begin: line("begin {} {} {} {}", event.id, event.model, event.created, event.service_tier); break;
      case Kind::item_begin: begin_item(event); break;
      case Kind::text: content(event, "text"); break;
      case Kind::reasoning_summary: content(event, "summary"); break;
      case Kind::encrypted: content(event, "encrypted"); break;
      case Kind::arguments: content(event, "arguments"); break;
      case Kind::logprobs: content(event, "logprobs"); break;
      case Kind::item_end: end_item(event); break;
      case Kind::usage: usage(*event.usage); break;
      case Kind::finish:
        line("finish {} {} {} {}", event.choice, word(event.finish), event.text, event.service_tier);
        break;
      case Kind::error:
        over_ = true;
        line("error {} {} {}{}{}", event.error->code, event.error->type, event.error->message,
             event.error->retryable ? " retryable" : "", event.error->malformed ? " malformed" : "");
        break;
      default: must(false);
    }
  }

  const std::string& text() const { return text_; }
  // What the calls' arguments say, in the order of the calls.
  const std::vector<std::string>& arguments() const { return arguments_; }

 private:
  static void must(bool holds) {
    if (!holds) std::abort();
  }
  static bool inside_of_string(std::string_view text) { return !wire::json_check("\"" + std::string(text) + "\"", 1); }
  static std::string_view word(dialect::Finish finish) {
    constexpr std::array<std::string_view, 5> kWords{"stop", "length", "tool_calls", "content_filter", "other"};
    return kWords[static_cast<std::size_t>(finish)];
  }
  template <class... A>
  void line(fmt::format_string<A...> format, const A&... args) {
    std::string made = fmt::vformat(format, fmt::make_format_args(args...));
    made.erase(made.find_last_not_of(' ') + 1);
    text_ += made + "\n";
  }
  void begin_item(const dialect::AnswerEvent& event) {
    constexpr std::array<std::string_view, 7> kKinds{"message", "call", "", "", "", "reasoning", ""};
    must(event.output == items_++);
    open_.push_back(event.output);
    const auto kind = kKinds[static_cast<std::size_t>(event.item)];
    line("item {} {} {} {} {}", event.choice, event.output, kind, event.call_id, event.name);
    call_ = event.item == dialect::inner::ItemKind::function_call;
    if (call_) arguments_.emplace_back();
  }
  void content(const dialect::AnswerEvent& event, std::string_view kind) {
    must(std::ranges::find(open_, event.output) != open_.end());
    line("{} {} {}{}", kind, event.output, event.text, event.raw);
    if (kind == "arguments") must(wire::json_unescape(event.text, arguments_.back()));
  }
  void end_item(const dialect::AnswerEvent& event) {
    must(std::erase(open_, event.output) == 1);
    const bool cut = event.finish == dialect::Finish::length || event.finish == dialect::Finish::content_filter;
    line("end {} {}", event.output, cut ? word(event.finish) : "");
  }
  void usage(const dialect::Usage& usage) {
    line("usage in {} cached {} audio {} image {} out {} reasoning {} audio {}{}", usage.input, usage.cache_read,
         usage.audio_in, usage.image, usage.output, usage.reasoning, usage.audio_out,
         usage.inconsistent ? " inconsistent" : "");
  }

  std::string text_;
  std::vector<std::string> arguments_;
  std::vector<std::uint32_t> open_;
  std::uint32_t items_ = 0;
  bool call_ = false;
  bool over_ = false;
};

// The events of a stream that arrives in pieces of so many bytes, and how it ended.
inline std::string told(std::string_view stream, std::vector<std::size_t> sizes, EventLines* keep = nullptr) {
  EventLines own;
  EventLines& lines = keep != nullptr ? *keep : own;
  GenerateDecoder decoder({});
  for (std::size_t from = 0, i = 0; from < stream.size(); ++i) {
    const std::size_t size = std::min(std::max<std::size_t>(sizes[i % sizes.size()], 1), stream.size() - from);
    // Memory that ends where the bytes end, so that reading on is seen.
    const std::vector<char> piece(stream.begin() + static_cast<std::ptrdiff_t>(from),
                                  stream.begin() + static_cast<std::ptrdiff_t>(from + size));
    decoder.feed({piece.data(), piece.size()}, lines);
    from += size;
  }
  decoder.close(lines);
  return lines.text() + (decoder.ended() ? "ended\n" : "truncated\n");
}

inline std::string told_whole(std::string_view body, EventLines* keep = nullptr) {
  EventLines own;
  EventLines& lines = keep != nullptr ? *keep : own;
  GenerateDecoder decoder({});
  const auto done = decoder.whole(body, 128, lines);
  return lines.text() + (done ? "ended\n" : "refused: " + done.error().message + "\n");
}

}  // namespace fw::cloud::vertex
