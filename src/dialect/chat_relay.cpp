// Chat completions: unnamed events, each a chunk, ended by [DONE].
#include "dialect/error.h"
#include "dialect/event_relay.h"
#include "wire/json.h"

namespace fw::dialect {
namespace {

using wire::JsonKind;
using wire::JsonMember;

bool is_done(std::string_view data) {
  constexpr std::string_view kDone = "[DONE]";
  return data.starts_with(kDone) && data.find_first_not_of(" \t", kDone.size()) == std::string_view::npos;
}

// What one chunk says that is read at all.
struct Chunk {
  std::string_view id, service_tier, usage, error, finish;
  bool choices_empty = false;
  bool flat_error = false;  // {"object":"error","message":…}, older vLLM
};

std::string_view finish_of(std::string_view choices) {
  std::string_view finish;
  wire::JsonArray array(choices, kEventDepthMax);
  for (JsonMember choice; array.next(choice);) {
    wire::JsonObject members(choice.value, kEventDepthMax);
    for (JsonMember member; members.next(member);)
      if (member.key == "finish_reason" && member.kind == JsonKind::string) finish = wire::json_text(member.value);
  }
  return finish;
}

bool no_elements(std::string_view array) { return array.find_first_not_of(" \t\r\n", 1) == array.size() - 1; }

Chunk read_chunk(std::string_view data, bool with_finish) {
  Chunk chunk;
  wire::JsonObject members(data, kEventDepthMax);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    if (key == "id") chunk.id = wire::json_text(member.value);
    if (key == "service_tier") chunk.service_tier = wire::json_text(member.value);
    if (key == "usage" && member.kind == JsonKind::object) chunk.usage = member.value;
    if (key == "error" && member.kind != JsonKind::null) chunk.error = member.value;
    if (key == "object") chunk.flat_error = member.value == R"("error")";
    if (key == "choices" && member.kind == JsonKind::array) {
      chunk.choices_empty = no_elements(member.value);
      if (with_finish) chunk.finish = finish_of(member.value);
    }
  }
  return chunk;
}

class ChatRelay final : public EventRelay {
 public:
  ChatRelay(bool strip_usage, RelayLimits limits) : EventRelay(limits), strip_usage_(strip_usage) {}

  std::string render_error(const Error& error) const override { return "data: " + error_json(error) + "\n\n"; }

 private:
  bool judge(const wire::SseEvent& event) override {
    if (is_done(event.data)) {
      ended_ = closed_ = true;
      return true;
    }
    const Hits hits = look_for_hits(event.data);
    const bool first = events_ == 1;
    seen_.add_chat(hits.delta);
    if (event.name == "error") return fail_told(read_stream_error(event.data));
    if (!first && !hits.usage && !hits.error && !hits.finish) return true;
    if (first && !begins_as_object(event.data)) return false;
    return judge_read(read_chunk(event.data, hits.finish), event.data);
  }

  bool judge_read(const Chunk& chunk, std::string_view data) {
    if (!chunk.error.empty()) return fail_told(read_stream_error(chunk.error));
    if (chunk.flat_error) return fail_told(read_stream_error(data));
    if (response_id_.empty()) response_id_ = chunk.id.substr(0, kIdBytesMax);
    if (!chunk.service_tier.empty()) service_tier_ = chunk.service_tier.substr(0, kWordBytesMax);
    if (!chunk.finish.empty()) finish_ = chunk.finish.substr(0, kWordBytesMax);
    if (chunk.usage.empty()) return true;
    told_usage() = read_chat_usage(chunk.usage);
    return !(strip_usage_ && chunk.choices_empty);
  }

  static constexpr std::size_t kIdBytesMax = 256;
  static constexpr std::size_t kWordBytesMax = 64;
  bool strip_usage_;
};

static_assert(sizeof(ChatRelay) <= 264);  // one for each open stream

}  // namespace

std::unique_ptr<StreamRelay> make_chat_relay(bool strip_usage, RelayLimits limits) {
  return std::make_unique<ChatRelay>(strip_usage, limits);
}

}  // namespace fw::dialect
