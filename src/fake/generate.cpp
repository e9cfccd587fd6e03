#include "fake/generate.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

#include "fake/issuers.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

constexpr std::string_view kSignature = "RmFrZSBzaWduYXR1cmUgb2YgYSBmYWtlIHRob3VnaHQ=";

std::string_view finish_reason(Finish f) {
  // Calls end like words.
  constexpr std::array<std::string_view, 4> kReasons{"STOP", "MAX_TOKENS", "STOP", "SAFETY"};
  return kReasons[static_cast<std::size_t>(f)];
}

// Of so much as was generated; candidates without thoughts.
void append_usage(std::string& out, const Tokens& t) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, R"(,"usageMetadata":{{"promptTokenCount":{})", t.input);
  if (t.output > t.reasoning) fmt::format_to(to, R"(,"candidatesTokenCount":{})", t.output - t.reasoning);
  fmt::format_to(to, R"(,"totalTokenCount":{})", t.input + t.output);
  if (t.cached > 0) fmt::format_to(to, R"(,"cachedContentTokenCount":{})", t.cached);
  fmt::format_to(to, R"(,"trafficType":"ON_DEMAND","promptTokensDetails":[{{"modality":"TEXT","tokenCount":{}}}])",
                 t.input);
  if (t.reasoning > 0) fmt::format_to(to, R"(,"thoughtsTokenCount":{})", t.reasoning);
  out += '}';
}

void append_part(std::string& out, const Segment& s, std::string_view text, bool sign) {
  auto to = std::back_inserter(out);
  if (s.is_call()) {
    fmt::format_to(to, R"({{"functionCall":{{"name":"{}","args":{}}})", s.call_name, Draft::arguments(s));
    if (sign) fmt::format_to(to, R"(,"thoughtSignature":"{}")", kSignature);
    out += '}';
  } else if (s.is_reasoning()) {
    fmt::format_to(to, R"({{"text":"{}","thought":true}})", text);
  } else {
    fmt::format_to(to, R"({{"text":"{}"}})", text);
  }
}

void append_tail(std::string& out, const GenerateAnswer& a, const Tokens& usage) {
  if (a.blocked)
    out +=
        R"(,"promptFeedback":{"blockReason":"PROHIBITED_CONTENT","blockReasonMessage":"The prompt is blocked by the )"
        R"(safety settings.","safetyRatings":[{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","probability":"HIGH","blocked":true}]})";
  if (a.tells_usage) append_usage(out, usage);
  fmt::format_to(std::back_inserter(out), R"(,"modelVersion":"{}","createTime":"{}","responseId":"{}"}})", a.model,
                 a.created, a.id);
}

class GenerateStream final : public EventSource {
 public:
  GenerateStream(GenerateAnswer answer, bool array) : answer_(std::move(answer)), array_(array) {}

  Step next(std::string& out) override {
    if (over_) return Step::over;
    skip_untold();
    if (answer_.blocked || segment_ >= answer_.draft.segments.size()) return last(out);
    const auto& s = answer_.draft.segments[segment_];
    begin(out);
    out += R"({"candidates":[{"content":{"role":"model","parts":[)";
    const auto tokens = s.is_call() ? s.tokens() : 1;
    append_part(out, s, piece_ < s.pieces ? s.text->piece(piece_) : "",
                answer_.signs_thoughts && !std::exchange(signed_, signed_ || s.is_call()));
    out += "]}}]";
    contents_ += tokens;
    if (s.is_reasoning()) reasoning_ += tokens;
    append_tail(out, answer_, so_far());
    end(out);
    if (s.is_call() || ++piece_ >= s.pieces) {
      ++segment_;
      piece_ = 0;
    }
    return Step::content;
  }

  Tokens so_far() const override {
    auto t = answer_.usage;
    t.output = contents_;
    t.reasoning = reasoning_;
    return t;
  }

  void append_error(std::string& out, const Fault& fault) const override {
    const auto status = static_cast<int>(fault.status.value_or(503));
    const auto error =
        google_error(status, fault.code.empty() ? google_status(status) : std::string_view(fault.code),
                     fault.message.empty() ? "The service is currently unavailable." : std::string_view(fault.message));
    if (array_)
      out.append(begun_ ? ",\r\n" : "[").append(error.body).append("]");
    else
      out.append("data: ").append(error.body).append("\r\n\r\n");
  }
  std::string_view content_type() const override {
    return array_ ? "application/json; charset=UTF-8" : "text/event-stream";
  }

 private:
  // Thoughts that nobody asked for are counted, not told.
  void skip_untold() {
    while (segment_ < answer_.draft.segments.size() && answer_.draft.segments[segment_].is_reasoning() &&
           !answer_.tells_thoughts) {
      reasoning_ += answer_.draft.segments[segment_].tokens();
      contents_ += answer_.draft.segments[segment_].tokens();
      ++segment_;
    }
  }

  void begin(std::string& out) {
    if (array_)
      out += std::exchange(begun_, true) ? ",\r\n" : "[";
    else
      out += "data: ";
  }
  void end(std::string& out) const { out += array_ ? "\n" : "\r\n\r\n"; }

  Step last(std::string& out) {
    over_ = true;
    begin(out);
    out += R"({"candidates":[)";
    if (!answer_.blocked)
      fmt::format_to(std::back_inserter(out),
                     R"({{"content":{{"role":"model","parts":[{{"text":""}}]}},"finishReason":"{}"}})",
                     finish_reason(answer_.draft.finish));
    out += ']';
    append_tail(out, answer_, answer_.usage);
    end(out);
    if (array_) out += ']';
    return Step::frame;
  }

  GenerateAnswer answer_;
  std::size_t segment_ = 0;
  std::size_t piece_ = 0;
  std::int64_t contents_ = 0;
  std::int64_t reasoning_ = 0;
  bool array_;
  bool begun_ = false;
  bool signed_ = false;
  bool over_ = false;
};

}  // namespace

bool signs_thoughts(std::string_view model) {
  const auto name = model.substr(model.rfind('/') + 1);
  return name.starts_with("gemini-3") || name.starts_with("gemini-4");
}

void append_generate(std::string& out, const GenerateAnswer& answer) {
  out += R"({"candidates":[)";
  if (!answer.blocked) {
    out += R"({"content":{"role":"model","parts":[)";
    bool first = true;
    bool sign = answer.signs_thoughts;
    for (const auto& s : answer.draft.segments) {
      if (s.is_reasoning() && !answer.tells_thoughts) continue;
      if (!std::exchange(first, false)) out += ',';
      append_part(out, s, s.whole(), s.is_call() && std::exchange(sign, false));
    }
    fmt::format_to(std::back_inserter(out), R"(]}},"finishReason":"{}"}})", finish_reason(answer.draft.finish));
  }
  out += ']';
  append_tail(out, answer, answer.usage);
}

std::unique_ptr<EventSource> generate_stream(GenerateAnswer answer, bool array) {
  return std::make_unique<GenerateStream>(std::move(answer), array);
}

}  // namespace fw::fake
