#include "fake/responses.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "fake/ask_fields.h"
#include "wire/json.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

bool incomplete(Finish f) { return f == Finish::length || f == Finish::content_filter; }

std::string_view state_word(ResponseState state, Finish finish) {
  switch (state) {
    case ResponseState::queued: return "queued";
    case ResponseState::in_progress: return "in_progress";
    case ResponseState::cancelled: return "cancelled";
    case ResponseState::done: break;
  }
  return incomplete(finish) ? "incomplete" : "completed";
}

void append_usage(std::string& out, const Tokens& t) {
  fmt::format_to(std::back_inserter(out), R"({{"input_tokens":{},"input_tokens_details":{{"cached_tokens":{})", t.input,
                 t.cached);
  if (t.cache_written > 0) fmt::format_to(std::back_inserter(out), R"(,"cache_write_tokens":{})", t.cache_written);
  fmt::format_to(std::back_inserter(out),
                 R"(}},"output_tokens":{},"output_tokens_details":{{"reasoning_tokens":{}}},"total_tokens":{}}})",
                 t.output, t.reasoning, t.input + t.output);
}

// A part of a message or of a summary.
void append_part(std::string& out, const Segment& s, std::string_view text) {
  if (s.is_reasoning())
    fmt::format_to(std::back_inserter(out), R"({{"type":"summary_text","text":"{}"}})", text);
  else if (s.is_refusal())
    fmt::format_to(std::back_inserter(out), R"({{"type":"refusal","refusal":"{}"}})", text);
  else
    fmt::format_to(std::back_inserter(out), R"({{"type":"output_text","annotations":[],"logprobs":[],"text":"{}"}})",
                   text);
}

// `begun` only: without what it will hold.
void append_item(std::string& out, const ResponseAnswer& answer, std::size_t index, bool begun) {
  const auto& s = answer.draft.segments[index];
  const auto& item_id = answer.item_ids[index];
  const auto status = begun ? "in_progress" : "completed";
  if (s.is_call()) {
    fmt::format_to(std::back_inserter(out),
                   R"({{"id":"{}","type":"function_call","status":"{}","arguments":"{}","call_id":"{}","name":"{}"}})",
                   item_id, status, begun ? std::string_view() : s.whole(), s.call_id, s.call_name);
    return;
  }
  if (s.is_reasoning()) {
    fmt::format_to(std::back_inserter(out), R"({{"id":"{}","type":"reasoning","summary":[)", item_id);
    if (!begun && answer.tells_thoughts)
      fmt::format_to(std::back_inserter(out), R"({{"type":"summary_text","text":"{}"}})", s.whole());
    out += ']';
    if (!begun && !answer.seal.empty()) fmt::format_to(std::back_inserter(out), R"(,"encrypted_content":"{}.{}")", answer.seal, item_id);
    out += '}';
    return;
  }
  fmt::format_to(std::back_inserter(out), R"({{"id":"{}","type":"message","status":"{}","content":[)", item_id, status);
  if (!begun) append_part(out, s, s.whole());
  out += R"(],"role":"assistant"})";
}

struct EchoDefault {
  std::string_view name;
  std::string_view Echo::* member;
  std::string_view otherwise;
};
constexpr std::array kEchoDefaults{
    EchoDefault{"instructions", &Echo::instructions, "null"},
    EchoDefault{"max_output_tokens", &Echo::max_output_tokens, "null"},
    EchoDefault{"max_tool_calls", &Echo::max_tool_calls, "null"},
    EchoDefault{"metadata", &Echo::metadata, "{}"},
    EchoDefault{"parallel_tool_calls", &Echo::parallel_tool_calls, "true"},
    EchoDefault{"previous_response_id", &Echo::previous_response_id, "null"},
    EchoDefault{"prompt_cache_key", &Echo::prompt_cache_key, "null"},
    EchoDefault{"safety_identifier", &Echo::safety_identifier, "null"},
    EchoDefault{"store", &Echo::store, "true"},
    EchoDefault{"temperature", &Echo::temperature, "1.0"},
    EchoDefault{"tool_choice", &Echo::tool_choice, R"("auto")"},
    EchoDefault{"top_logprobs", &Echo::top_logprobs, "0"},
    EchoDefault{"top_p", &Echo::top_p, "1.0"},
    EchoDefault{"truncation", &Echo::truncation, R"("disabled")"},
    EchoDefault{"user", &Echo::user, "null"},
};

struct Member {
  std::string_view name, otherwise;
};
constexpr std::array kToolMembers{Member{"description", "null"}, Member{"parameters", "null"},
                                  Member{"strict", "true"}};
constexpr std::array kReasoningMembers{Member{"effort", "null"}, Member{"summary", "null"}};
constexpr std::array kTextMembers{Member{"format", R"({"type":"text"})"}, Member{"verbosity", R"("medium")"}};

// An object of the request as it comes back: with what it left to the defaults (recordings of gpt-5.4 and
// gpt-5.6-sol, 2026).
std::string completed(std::string_view object, std::span<const Member> members) {
  std::string out(object.substr(0, object.rfind('}')));
  wire::JsonMember any;
  bool first = !wire::JsonObject(object, kAskDepthMax).next(any);
  for (const auto& m : members)
    if (!wire::json_find(object, {m.name}))
      fmt::format_to(std::back_inserter(out), R"({}"{}":{})", std::exchange(first, false) ? "" : ",", m.name,
                     m.otherwise);
  return out + "}";
}

std::string tools_echoed(std::string_view tools) {
  std::string out = "[";
  wire::JsonArray list(tools, kAskDepthMax);
  for (wire::JsonMember tool; !tools.empty() && list.next(tool);) {
    if (out.size() > 1) out += ',';
    const bool function = wire::json_find(tool.value, {"type"}) == R"("function")";
    out += function ? completed(tool.value, kToolMembers) : std::string(tool.value);
  }
  return out + "]";
}

}  // namespace

std::string echo_members(const Echo& echo, bool background) {
  std::string out = background ? R"(,"background":true)" : R"(,"background":false)";
  for (const auto& e : kEchoDefaults) {
    const auto said = echo.*e.member;
    fmt::format_to(std::back_inserter(out), R"(,"{}":{})", e.name, said.empty() || said == "null" ? e.otherwise : said);
  }
  // Responses takes no penalties, and tells them.
  const auto object = [](std::string_view said) { return said.empty() || said == "null" ? "{}" : said; };
  fmt::format_to(std::back_inserter(out),
                 R"(,"frequency_penalty":0.0,"presence_penalty":0.0,"reasoning":{},"text":{},"tools":{})",
                 completed(object(echo.reasoning), kReasoningMembers), completed(object(echo.text), kTextMembers),
                 tools_echoed(echo.tools));
  const bool tier = !echo.service_tier.empty() && echo.service_tier != "null" && echo.service_tier != R"("auto")";
  fmt::format_to(std::back_inserter(out), R"(,"service_tier":{})", tier ? echo.service_tier : R"("default")");
  return out;
}

void append_response(std::string& out, const ResponseAnswer& answer, ResponseState state) {
  const bool done = state == ResponseState::done;
  fmt::format_to(std::back_inserter(out),
                 R"({{"id":"{}","object":"response","created_at":{},"status":"{}","completed_at":{})", answer.id,
                 answer.created, state_word(state, answer.draft.finish), done ? answer.created : "null");
  out += R"(,"error":null,"incomplete_details":)";
  out += !done || !incomplete(answer.draft.finish) ? "null"
         : answer.draft.finish == Finish::length   ? R"({"reason":"max_output_tokens"})"
                                                   : R"({"reason":"content_filter"})";
  fmt::format_to(std::back_inserter(out), R"(,"model":"{}","output":[)", answer.model);
  for (std::size_t i = 0; done && i < answer.draft.segments.size(); ++i) {
    if (i > 0) out += ',';
    append_item(out, answer, i, false);
  }
  out += ']';
  out += answer.members;
  if (done) out += answer.extra;
  out += R"(,"usage":)";
  if (done)
    append_usage(out, answer.usage);
  else
    out += "null";
  out += '}';
}

void append_response_error(std::string& out, const Fault& fault, std::int64_t sequence_number) {
  out += "event: error\ndata: ";
  wire::JsonWriter w(out);
  w.begin_object().member("type", "error");
  w.member("code", fault.code.empty() ? "server_error" : std::string_view(fault.code));
  w.member("message", fault.message.empty() ? "The server had an error while processing your request. Sorry about that!"
                                            : std::string_view(fault.message));
  w.key("param").null().member("sequence_number", sequence_number).end_object();
  out += "\n\n";
}

namespace {

class ResponseStream final : public EventSource {
 public:
  explicit ResponseStream(ResponseAnswer answer) : answer_(std::move(answer)) {}

  Step next(std::string& out) override {
    switch (phase_) {
      case Phase::created: return whole(out, "response.created", ResponseState::in_progress, Phase::in_progress);
      case Phase::in_progress: return whole(out, "response.in_progress", ResponseState::in_progress, Phase::item);
      case Phase::item:
        if (segment_ < answer_.draft.segments.size()) return item_event(out);
        return last(out);
      case Phase::over: break;
    }
    return Step::over;
  }

  Tokens so_far() const override {
    auto t = answer_.usage;
    t.output = contents_ + t.reasoning;
    return t;
  }
  void append_error(std::string& out, const Fault& fault) const override {
    append_response_error(out, fault, sequence_);
  }

 private:
  enum class Phase : std::uint8_t { created, in_progress, item, over };
  enum class Part : std::uint8_t { added, part_added, delta, text_done, part_done, done };

  void open(std::string& out, std::string_view type) {
    fmt::format_to(std::back_inserter(out), "event: {}\ndata: {{\"type\":\"{}\",", type, type);
  }
  Step close(std::string& out, Step step) {
    fmt::format_to(std::back_inserter(out), ",\"sequence_number\":{}}}\n\n", sequence_++);
    return step;
  }

  Step whole(std::string& out, std::string_view type, ResponseState state, Phase then) {
    phase_ = then;
    open(out, type);
    out += R"("response":)";
    append_response(out, answer_, state);
    return close(out, Step::frame);
  }

  Step last(std::string& out) {
    return whole(out, incomplete(answer_.draft.finish) ? "response.incomplete" : "response.completed",
                 ResponseState::done, Phase::over);
  }

  // The events around one item, in OpenAI's order.
  Step item_event(std::string& out) {
    const auto& s = answer_.draft.segments[segment_];
    switch (part_) {
      case Part::added:
        part_ = s.is_call() ? Part::delta : s.is_reasoning() && !answer_.tells_thoughts ? Part::done : Part::part_added;
        if (s.is_call()) ++contents_;  // the call itself counts one
        return item_frame(out, "response.output_item.added", true);
      case Part::part_added:
        part_ = Part::delta;
        return part_frame(
            out, s.is_reasoning() ? "response.reasoning_summary_part.added" : "response.content_part.added", "");
      case Part::delta:
        if (piece_ < s.pieces) return delta(out, s);
        part_ = Part::text_done;
        [[fallthrough]];
      case Part::text_done: part_ = s.is_call() ? Part::done : Part::part_done; return text_done(out, s);
      case Part::part_done:
        part_ = Part::done;
        return part_frame(out, s.is_reasoning() ? "response.reasoning_summary_part.done" : "response.content_part.done",
                          s.whole());
      case Part::done: break;
    }
    const auto step = item_frame(out, "response.output_item.done", false);
    ++segment_;
    piece_ = 0;
    part_ = Part::added;
    return step;
  }

  Step item_frame(std::string& out, std::string_view type, bool begun) {
    open(out, type);
    fmt::format_to(std::back_inserter(out), R"("output_index":{},"item":)", segment_);
    append_item(out, answer_, segment_, begun);
    return close(out, Step::frame);
  }

  Step part_frame(std::string& out, std::string_view type, std::string_view text) {
    open_part(out, type);
    out += R"(,"part":)";
    append_part(out, answer_.draft.segments[segment_], text);
    return close(out, Step::frame);
  }

  // Of the item and, where it has several, its part.
  void open_part(std::string& out, std::string_view type) {
    const auto& s = answer_.draft.segments[segment_];
    open(out, type);
    fmt::format_to(std::back_inserter(out), R"("item_id":"{}","output_index":{})", answer_.item_ids[segment_],
                   segment_);
    if (!s.is_call()) out += s.is_reasoning() ? R"(,"summary_index":0)" : R"(,"content_index":0)";
  }

  static std::string_view stem(const Segment& s) {
    switch (s.kind) {
      case SegmentKind::call: return "response.function_call_arguments";
      case SegmentKind::reasoning: return "response.reasoning_summary_text";
      case SegmentKind::refusal: return "response.refusal";
      case SegmentKind::text: break;
    }
    return "response.output_text";
  }

  Step delta(std::string& out, const Segment& s) {
    open_part(out, fmt::format("{}.delta", stem(s)));
    if (s.kind == SegmentKind::text) out += R"(,"logprobs":[])";
    fmt::format_to(std::back_inserter(out), R"(,"delta":"{}")", s.text->piece(piece_++));
    if (answer_.obfuscate) out += contents_ % 2 == 0 ? R"(,"obfuscation":"q7WmZ")" : R"(,"obfuscation":"Lx0aVe3Kp")";
    contents_ += !s.is_reasoning();
    return close(out, Step::content);
  }

  Step text_done(std::string& out, const Segment& s) {
    open_part(out, fmt::format("{}.done", stem(s)));
    if (s.kind == SegmentKind::text) out += R"(,"logprobs":[])";
    const auto member = s.is_call() ? "arguments" : s.is_refusal() ? "refusal" : "text";
    fmt::format_to(std::back_inserter(out), R"(,"{}":"{}")", member, s.whole());
    return close(out, Step::frame);
  }

  ResponseAnswer answer_;
  std::size_t segment_ = 0;
  std::size_t piece_ = 0;
  std::int64_t contents_ = 0;
  std::int64_t sequence_ = 0;
  Phase phase_ = Phase::created;
  Part part_ = Part::added;
};

}  // namespace

std::unique_ptr<EventSource> response_stream(ResponseAnswer answer) {
  return std::make_unique<ResponseStream>(std::move(answer));
}

ResponseState ResponseStore::Stored::state(MonoTime now) const {
  if (cancelled) return ResponseState::cancelled;
  return background && now < ready ? ResponseState::queued : ResponseState::done;
}

void ResponseStore::keep(Stored stored) {
  while (order_.size() >= kMax) {
    by_id_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(stored.answer.id);
  const auto id = stored.answer.id;
  by_id_.insert_or_assign(id, std::move(stored));
}

ResponseStore::Stored* ResponseStore::find(std::string_view id) {
  const auto at = by_id_.find(std::string(id));
  return at == by_id_.end() ? nullptr : &at->second;
}

bool ResponseStore::erase(std::string_view id) {
  const auto key = std::string(id);
  std::erase(order_, key);
  return by_id_.erase(key) > 0;
}

void ResponseStore::clear() {
  by_id_.clear();
  order_.clear();
}

}  // namespace fw::fake
