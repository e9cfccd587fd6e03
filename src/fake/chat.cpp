#include "fake/chat.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "fake/fill.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

constexpr std::array<std::string_view, 4> kFinish{R"("stop")", R"("length")", R"("tool_calls")", R"("content_filter")"};

std::string_view finish_word(Finish f) { return kFinish[static_cast<std::size_t>(f)]; }

// `,"tool_calls":[…]` or nothing.
void append_tool_calls(std::string& out, const Draft& draft) {
  bool first = true;
  for (const auto& s : draft.segments) {
    if (!s.is_call()) continue;
    out += std::exchange(first, false) ? R"(,"tool_calls":[)" : ",";
    out.append(R"({"id":")")
        .append(s.call_id)
        .append(R"(","type":"function","function":{"name":")")
        .append(s.call_name);
    out.append(R"(","arguments":")").append(s.whole()).append("\"}}");
  }
  if (!first) out += ']';
}

// The first of these segments as a string, or null.
void append_said(std::string& out, const Draft& draft, bool (*is_it)(const Segment&)) {
  const auto at = std::ranges::find_if(draft.segments, is_it);
  if (at == draft.segments.end())
    out += "null";
  else
    out.append("\"").append(at->whole()).append("\"");
}

bool is_text(const Segment& s) { return s.kind == SegmentKind::text; }
bool is_text_or_refusal(const Segment& s) { return is_text(s) || s.is_refusal(); }
bool is_refusal(const Segment& s) { return s.is_refusal(); }
bool is_reasoning(const Segment& s) { return s.is_reasoning(); }

void append_choice(std::string& out, const ChatTemplates& look, const Draft& draft, std::int64_t index) {
  fill_with(out, look.choice, [&](std::string& to, char hole) {
    if (hole == 'n') to += fmt::format_int(index).c_str();
    if (hole == 'f') to += finish_word(draft.finish);
    if (hole != 'w') return;
    fill_with(to, look.message, [&](std::string& inner, char part) {
      if (part == 'x') append_said(inner, draft, look.tells_refusals ? is_text : is_text_or_refusal);
      if (part == 'k') append_tool_calls(inner, draft);
      if (part == 'z') append_said(inner, draft, is_refusal);
      if (part == 'y') append_said(inner, draft, is_reasoning);
    });
  });
}

}  // namespace

void append_chat_usage(std::string& out, const ChatTemplates& look, const Tokens& usage) {
  const fmt::format_int p(usage.input), q(usage.output), s(usage.input + usage.output), k(usage.cached),
      r(usage.reasoning);
  std::string written;
  if (usage.cache_written > 0) written = fmt::format(R"(,"cache_write_tokens":{})", usage.cache_written);
  Slots slots;
  slots.set('p', p.c_str())
      .set('q', q.c_str())
      .set('s', s.c_str())
      .set('k', k.c_str())
      .set('r', r.c_str())
      .set('w', written);
  fill(out, look.usage, slots);
}

void append_chat(std::string& out, const ChatTemplates& look, const ChatAnswer& answer) {
  Slots slots;
  slots.set('i', answer.id).set('t', answer.created).set('m', answer.model).set('T', answer.tier);
  fill_with(out, look.whole, [&](std::string& to, char hole) {
    if (hole == 'U') return append_chat_usage(to, look, answer.usage);
    if (hole != 'c') {
      to += slots.get(hole);
      return;
    }
    for (std::int64_t i = 0; i < answer.n; ++i) {
      if (i > 0) to += ',';
      append_choice(to, look, answer.draft, i);
    }
  });
}

void append_chat_error(std::string& out, const Fault& fault) {
  out += "data: ";
  wire::JsonWriter w(out);
  w.begin_object().key("error").begin_object();
  w.member("message", fault.message.empty() ? "The server had an error while processing your request. Sorry about that!"
                                            : std::string_view(fault.message));
  w.member("type", fault.type.empty() ? "server_error" : std::string_view(fault.type)).key("param").null();
  w.key("code");
  if (fault.code.empty())
    w.null();
  else
    w.string(fault.code);
  w.end_object().end_object();
  out += "\n\n";
}

namespace {

class ChatStream final : public EventSource {
 public:
  ChatStream(const ChatTemplates& look, ChatAnswer answer) : look_(look), answer_(std::move(answer)) {
    phase_ = look_.chunk_first.empty() ? Phase::role : Phase::prompt_filter;
  }

  Step next(std::string& out) override {
    for (;;) {
      switch (phase_) {
        case Phase::prompt_filter: phase_ = Phase::role; return whole_event(out, look_.chunk_first);
        case Phase::role: return choice_frame(out, role_delta(), "null", "{}", Phase::content);
        case Phase::content:
          if (segment_ >= answer_.draft.segments.size()) {
            phase_ = Phase::finish;
            break;
          }
          if (answer_.draft.segments[segment_].is_reasoning() && !look_.tells_thoughts) {
            ++segment_;
            break;
          }
          return content(out);
        case Phase::finish:
          finishing_ = true;
          return choice_frame(out, "{}", finish_word(answer_.draft.finish), "{}", Phase::filter);
        case Phase::filter:
          phase_ = Phase::usage;
          if (!answer_.filter_chunks || look_.chunk_filter.empty()) break;
          return filter_event(out);
        case Phase::usage:
          phase_ = Phase::done;
          if (!answer_.include_usage || look_.usage_in_finish) break;
          return usage_event(out);
        case Phase::done: phase_ = Phase::over; return whole_event(out, "[DONE]");
        case Phase::over: return Step::over;
      }
    }
  }

  Tokens so_far() const override {
    auto t = answer_.usage;
    t.output = contents_ + t.reasoning;
    return t;
  }
  void append_error(std::string& out, const Fault& fault) const override { append_chat_error(out, fault); }

 private:
  enum class Phase : std::uint8_t { prompt_filter, role, content, finish, filter, usage, done, over };
  static constexpr std::string_view kSafe =
      R"({"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},)"
      R"("sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}})";

  std::string_view role_delta() const {
    const bool calls = !answer_.draft.segments.empty() && answer_.draft.segments.back().is_call();
    return calls ? R"({"role":"assistant","content":null,"refusal":null})"
                 : R"({"role":"assistant","content":"","refusal":null})";
  }

  static Step whole_event(std::string& out, std::string_view text) {
    out.append("data: ").append(text).append("\n\n");
    return Step::frame;
  }

  void chunk(std::string& out, std::string_view delta, std::string_view finish, std::string_view filters) {
    const fmt::format_int index(choice_);
    Slots slots;
    slots.set('i', answer_.id).set('t', answer_.created).set('m', answer_.model).set('T', answer_.tier);
    slots.set('n', index.c_str()).set('d', delta).set('f', finish).set('r', filters);
    std::string usage;
    if (look_.usage_in_finish && finishing_ && answer_.tells_usage) {
      usage = R"(,"usage":)";
      append_chat_usage(usage, look_, answer_.usage);
      slots.set('u', usage);
    } else if (answer_.include_usage && !look_.usage_in_finish) {
      slots.set('u', R"(,"usage":null)");
    }
    if (answer_.obfuscate) slots.set('o', padding());
    out += "data: ";
    fill(out, look_.chunk, slots);
    out += "\n\n";
  }

  // One event of this kind for each choice, then the next phase.
  Step choice_frame(std::string& out, std::string_view delta, std::string_view finish, std::string_view filters,
                    Phase then) {
    chunk(out, delta, finish, filters);
    if (++choice_ >= answer_.n) {
      choice_ = 0;
      phase_ = then;
    }
    return Step::frame;
  }

  // Piece by piece, each told to every choice in turn.
  Step content(std::string& out) {
    const auto& s = answer_.draft.segments[segment_];
    const bool opening = s.is_call() && !opened_;
    make_delta(s, opening);
    chunk(out, delta_, "null", kSafe);
    contents_ += !s.is_reasoning();
    if (++choice_ < answer_.n) return Step::content;
    choice_ = 0;
    if (opening)
      opened_ = true;
    else
      ++piece_;
    if (piece_ >= s.pieces) {
      calls_ += s.is_call();
      ++segment_;
      piece_ = 0;
      opened_ = false;
    }
    return Step::content;
  }

  void make_delta(const Segment& s, bool opening) {
    delta_.clear();
    if (opening) {
      fmt::format_to(
          std::back_inserter(delta_),
          R"({{"tool_calls":[{{"index":{},"id":"{}","type":"function","function":{{"name":"{}","arguments":""}}}}]}})",
          calls_, s.call_id, s.call_name);
    } else if (s.is_call()) {
      fmt::format_to(std::back_inserter(delta_), R"({{"tool_calls":[{{"index":{},"function":{{"arguments":"{}"}}}}]}})",
                     calls_, s.text->piece(piece_));
    } else {
      const std::string_view member = s.is_reasoning()                         ? "reasoning_content"
                                      : s.is_refusal() && look_.tells_refusals ? "refusal"
                                                                               : "content";
      delta_.append("{\"").append(member).append("\":\"");
      delta_.append(piece_ < s.pieces ? s.text->piece(piece_) : "").append("\"}");
    }
  }

  Step filter_event(std::string& out) {
    const fmt::format_int end(contents_);
    out += "data: ";
    fill(out, look_.chunk_filter, Slots().set('p', "0").set('q', end.c_str()));
    out += "\n\n";
    return Step::frame;
  }

  Step usage_event(std::string& out) {
    std::string usage;
    append_chat_usage(usage, look_, answer_.usage);
    Slots slots;
    slots.set('i', answer_.id).set('t', answer_.created).set('m', answer_.model).set('T', answer_.tier).set('U', usage);
    if (answer_.obfuscate) slots.set('o', padding());
    out += "data: ";
    fill(out, look_.chunk_usage, slots);
    out += "\n\n";
    return Step::frame;
  }

  // OpenAI pads its deltas so that their sizes tell nothing.
  std::string_view padding() {
    constexpr std::array<std::string_view, 4> kPads{R"(,"obfuscation":"k3Zq")", R"(,"obfuscation":"w81LtPxA2")",
                                                    R"(,"obfuscation":"Jd0sYbe")", R"(,"obfuscation":"u5TcH9rM4gQ")"};
    return kPads[static_cast<std::size_t>(contents_) % kPads.size()];
  }

  const ChatTemplates& look_;
  ChatAnswer answer_;
  std::string delta_;
  std::size_t segment_ = 0;
  std::size_t piece_ = 0;
  std::int64_t choice_ = 0;
  std::int64_t contents_ = 0;
  Phase phase_;
  bool opened_ = false;
  bool finishing_ = false;
  std::int64_t calls_ = 0;
};

}  // namespace

std::unique_ptr<EventSource> chat_stream(const ChatTemplates& look, ChatAnswer answer) {
  return std::make_unique<ChatStream>(look, std::move(answer));
}

}  // namespace fw::fake
