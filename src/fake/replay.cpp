// Recorded answers under fresh ids.
#include <fmt/format.h>

#include <iterator>

#include "fake/chat.h"
#include "fake/responses.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

void append_replaced(std::string& out, std::string_view text, std::string_view from, std::string_view to) {
  if (from.empty()) {
    out += text;
    return;
  }
  for (std::size_t at = 0;;) {
    const auto hit = text.find(from, at);
    out += text.substr(at, hit - at);
    if (hit == std::string_view::npos) return;
    out += to;
    at = hit + from.size();
  }
}

class ReplayStream final : public EventSource {
 public:
  ReplayStream(const Recording& recording, std::string id) : recording_(recording), id_(std::move(id)) {}

  Step next(std::string& out) override {
    const bool chat = recording_.endpoint == Endpoint::chat;
    if (at_ >= recording_.events.size() + (chat ? 1 : 0)) return Step::over;
    if (at_ == recording_.events.size()) {
      ++at_;
      out += "data: [DONE]\n\n";
      return Step::frame;
    }
    const auto event = recording_.events[at_++];
    if (!chat) {
      const auto type = wire::json_text(wire::json_find(event, {"type"}).value_or(""));
      out.append("event: ").append(type).append("\n");
    }
    out += "data: ";
    append_replaced(out, event, recording_.id, id_);
    out += "\n\n";
    const bool content = carries_content(recording_.endpoint, event);
    contents_ += content;
    return content ? Step::content : Step::frame;
  }

  // The recording's own count once it is through, a count of events before.
  Tokens so_far() const override {
    auto t = recording_.usage;
    if (at_ < recording_.events.size()) {
      t.output = contents_;
      t.reasoning = 0;
    }
    return t;
  }
  void append_error(std::string& out, const Fault& fault) const override {
    if (recording_.endpoint == Endpoint::chat)
      append_chat_error(out, fault);
    else
      append_response_error(out, fault, static_cast<std::int64_t>(at_));
  }

 private:
  const Recording& recording_;
  std::string id_;
  std::size_t at_ = 0;
  std::int64_t contents_ = 0;
};

// The texts of a recorded chat stream, joined; still escaped.
struct Joined {
  std::string content, reasoning;
  std::string_view model, usage = "null", finish = R"("stop")", created = "0";
};

Joined join(const Recording& recording) {
  Joined j;
  for (const auto event : recording.events) {
    j.model = wire::json_text(wire::json_find(event, {"model"}).value_or(""));
    j.created = wire::json_find(event, {"created"}).value_or("0");
    if (const auto usage = wire::json_find(event, {"usage"}); usage && *usage != "null") j.usage = *usage;
    wire::JsonArray choices(wire::json_find(event, {"choices"}).value_or("[]"), 64);
    wire::JsonMember choice;
    if (!choices.next(choice)) continue;
    j.content += wire::json_text(wire::json_find(choice.value, {"delta", "content"}).value_or(""));
    j.reasoning += wire::json_text(wire::json_find(choice.value, {"delta", "reasoning_content"}).value_or(""));
    if (const auto f = wire::json_find(choice.value, {"finish_reason"}); f && *f != "null") j.finish = *f;
  }
  return j;
}

}  // namespace

std::unique_ptr<EventSource> replay_stream(const Recording& recording, std::string id) {
  return std::make_unique<ReplayStream>(recording, std::move(id));
}

std::string replay_body(const Recording& recording, std::string_view id) {
  std::string out;
  if (!recording.body.empty()) {
    append_replaced(out, recording.body, recording.id, id);
    return out;
  }
  const auto j = join(recording);
  fmt::format_to(std::back_inserter(out),
                 R"({{"id":"{}","object":"chat.completion","created":{},"model":"{}","choices":[{{"index":0,"message":)"
                 R"({{"role":"assistant","content":"{}","reasoning_content":"{}"}},"finish_reason":{}}}],"usage":{}}})",
                 id, j.created, j.model, j.content, j.reasoning, j.finish, j.usage);
  return out;
}

}  // namespace fw::fake
