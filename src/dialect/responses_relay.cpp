// Responses: named events with a sequence number each, ended by one of a few terminal events.
#include <fmt/format.h>

#include "dialect/error.h"
#include "dialect/event_relay.h"
#include "wire/json.h"

namespace fw::dialect {
namespace {

using wire::JsonKind;
using wire::JsonMember;

struct Response {
  std::string_view id, service_tier, status, usage, tool_usage, error;
};

struct Event {
  std::string_view type, response, error;
};

Response read_response(std::string_view object) {
  Response out;
  wire::JsonObject members(object, kEventDepthMax);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    if (key == "id") out.id = wire::json_text(member.value);
    if (key == "service_tier") out.service_tier = wire::json_text(member.value);
    if (key == "status") out.status = wire::json_text(member.value);
    if (key == "usage" && member.kind == JsonKind::object) out.usage = member.value;
    if (key == "tool_usage" && member.kind == JsonKind::object) out.tool_usage = member.value;
    if (key == "error" && member.kind != JsonKind::null) out.error = member.value;
  }
  return out;
}

Event read_event(std::string_view data) {
  Event out;
  wire::JsonObject members(data, kEventDepthMax);
  for (JsonMember member; members.next(member);) {
    if (member.key == "type") out.type = wire::json_text(member.value);
    if (member.key == "response" && member.kind == JsonKind::object) out.response = member.value;
    if (member.key == "error" && member.kind != JsonKind::null) out.error = member.value;
  }
  return out;
}

// The events that are read; all others pass by their name alone.
enum class Kind : std::uint8_t { ordinary, created, terminal, failed, error };

Kind kind_of(std::string_view type) {
  if (type == "error") return Kind::error;
  if (!type.starts_with("response.")) return Kind::ordinary;
  type.remove_prefix(9);
  if (type == "created" || type == "queued" || type == "in_progress") return Kind::created;
  if (type == "failed") return Kind::failed;
  const bool terminal = type == "completed" || type == "incomplete" || type == "cancelled";
  return terminal ? Kind::terminal : Kind::ordinary;
}

class ResponsesRelay final : public EventRelay {
 public:
  explicit ResponsesRelay(RelayLimits limits) : EventRelay(limits) {}

  std::string render_error(const Error& error) const override { return responses_error_event(error, next_sequence_); }

 private:
  bool judge(const wire::SseEvent& event) override {
    if (event.data.starts_with("[DONE]")) return false;  // not this dialect's, but some servers send it
    opening_ = events_ == 1 || preamble_;
    preamble_ = false;
    const std::int64_t sequence = sequence_number_of(event.data);
    const Kind kind = kind_of(event.name);
    seen_.add_responses(event.name, event.data);
    const bool read = events_ == 1 || event.name.empty() || kind != Kind::ordinary;
    if (events_ == 1 && kind != Kind::error && !begins_as_object(event.data)) return false;
    const bool pass = !read || judge_read(read_event(event.data), kind, event.data);
    if (pass) next_sequence_ = sequence >= 0 ? sequence + 1 : next_sequence_ + 1;
    return pass;
  }

  bool judge_read(const Event& event, Kind kind, std::string_view data) {
    if (kind == Kind::ordinary) kind = kind_of(event.type);
    const bool untyped_error = kind == Kind::ordinary && event.type.empty() && !event.error.empty();
    preamble_ = opening_ && (untyped_error || kind != Kind::ordinary) && kind != Kind::terminal;
    if (kind == Kind::error || untyped_error) return fail_told(error_of(event, data));
    if (kind == Kind::ordinary) return true;
    return judge_response(read_response(event.response), kind);
  }

  bool judge_response(const Response& response, Kind kind) {
    constexpr std::size_t kIdBytesMax = 512;
    constexpr std::size_t kWordBytesMax = 64;
    further_ |= ended_ && !response.id.empty() && response.id.substr(0, kIdBytesMax) != response_id_;
    if (!response.id.empty()) response_id_ = response.id.substr(0, kIdBytesMax);
    if (!response.service_tier.empty()) service_tier_ = response.service_tier.substr(0, kWordBytesMax);
    if (kind == Kind::created) return true;
    finish_ = response.status.substr(0, kWordBytesMax);
    count(response);
    if (kind == Kind::failed) return fail_told(read_stream_error(response.error));
    ended_ = true;
    return true;
  }

  // A further response in the same stream is charged beside the first; the same one told again is not.
  void count(const Response& response) {
    Usage told = read_responses_usage(response.usage);
    told.tool_calls = read_tool_requests(response.tool_usage);
    if (!further_) told_usage() = Usage{};
    told_usage().add(told);
    further_ = false;
  }

  // {type:"error", code, message, param, sequence_number}; older ones nest {error:{…}}.
  static ProviderStreamError error_of(const Event& event, std::string_view data) {
    ProviderStreamError told = read_stream_error(event.error.empty() ? data : event.error);
    if (told.type == "error") told.type.clear();
    return told;
  }

  std::int64_t next_sequence_ = 0;
  bool opening_ = false;  // nothing but a preamble came before this event
  bool further_ = false;  // another response than the one that ended has begun
};

static_assert(sizeof(ResponsesRelay) < 400);  // one for each open stream

}  // namespace

std::string responses_error_event(const Error& error, std::int64_t sequence_number) {
  std::string data;
  wire::JsonWriter writer(data);
  writer.begin_object().member("type", "error").member("code", row(error.code).text);
  writer.member("message", error.message).key("param");
  if (error.param.empty()) {
    writer.null();
  } else {
    writer.string(error.param);
  }
  writer.member("sequence_number", sequence_number).end_object();
  std::string out;
  wire::write_sse(out, "error", data);
  return out;
}

std::unique_ptr<StreamRelay> make_responses_relay(RelayLimits limits) {
  return std::make_unique<ResponsesRelay>(limits);
}

}  // namespace fw::dialect
