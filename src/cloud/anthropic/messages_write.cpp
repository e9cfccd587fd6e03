#include "cloud/anthropic/messages_write.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::Need;
using dialect::inner::Raw;
using dialect::inner::Request;
using dialect::inner::Target;
using wire::JsonWriter;

// Messages takes 0 to 1; OpenAI's range ends at 2.
Raw clamped(Raw temperature) {
  double value = 0;
  const auto read = std::from_chars(temperature.data(), temperature.data() + temperature.size(), value);
  if (read.ec != std::errc()) return temperature;
  if (value > 1) return "1";
  return value < 0 ? Raw("0") : temperature;
}

// A model that thinks takes no other temperature than 1; OpenAI's refuse the pair, too.
Result<void> write_sampling(const Writing& w, bool thinks, JsonWriter& json) {
  const Raw temperature = w.said(Need::temperature);
  if (!temperature.empty()) {
    const Raw fitting = clamped(temperature);
    double value = 1;
    std::from_chars(fitting.data(), fitting.data() + fitting.size(), value);
    if (thinks && value < 1)
      return std::unexpected(client_error(Code::invalid_value,
                                          "found a temperature beside a reasoning effort, expected one of them: a model "
                                          "that thinks takes no temperature but 1",
                                          "temperature"));
    json.key("temperature").raw(fitting);
  }
  if (const Raw top_p = w.said(Need::top_p); !top_p.empty()) json.key("top_p").raw(top_p);
  const Raw stop = w.said(Need::stop);
  if (stop.starts_with('"')) json.key("stop_sequences").begin_array().raw(stop).end_array();
  if (stop.starts_with('[')) json.key("stop_sequences").raw(stop);
  return {};
}

// Both name a client's user; the newer field counts.
void write_metadata(const Writing& w, JsonWriter& json) {
  const Raw identifier = w.said(Need::safety_identifier);
  const Raw user = identifier.empty() ? w.said(Need::user) : identifier;
  if (!user.empty()) json.key("metadata").begin_object().key("user_id").raw(user).end_object();
}

struct TierRow {
  std::string_view asked;
  std::string_view tier;
};

// MessageCreateParams.service_tier: auto uses priority capacity where the account has bought some.
constexpr std::array<TierRow, 4> kTiers{
    {{"auto", "auto"}, {"default", "standard_only"}, {"priority", "auto"}, {"fast", "auto"}}};

Result<void> write_tier(const Writing& w, JsonWriter& json) {
  const std::string_view asked = wire::json_text(w.said(Need::service_tier));
  if (asked.empty()) return {};
  const auto found = std::ranges::find(kTiers, asked, &TierRow::asked);
  const bool usual = asked == "auto" || asked == "default";
  if (found == kTiers.end() || (!w.host.takes_tier && !usual))
    return std::unexpected(client_error(
        Code::invalid_value,
        fmt::format("found the service tier '{}', expected {}: this place has no other", asked.substr(0, 100),
                    w.host.takes_tier ? "auto, default, priority or fast" : "auto or default"),
        "service_tier"));
  if (w.host.takes_tier) json.member("service_tier", found->tier);
  return {};
}

std::int64_t max_tokens(const Writing& w) {
  return wire::json_int(w.said(Need::max_tokens)).value_or(w.model.output_tokens_max);
}

}  // namespace

Result<void> write_messages_request(Host host, const Request& request, const Target& target, std::string& out) {
  const Writing w{row(host), model_of(wire::json_text(target.model_json)), request, target};
  const auto conversation = write_conversation(w);
  if (!conversation) return std::unexpected(conversation.error());
  JsonWriter json(out);
  json.begin_object();
  if (!w.host.body_version.empty()) json.member("anthropic_version", w.host.body_version);
  if (w.host.model_in_body) json.key("model").raw(target.model_json);
  json.member("max_tokens", max_tokens(w));
  if (!conversation->system.empty()) json.key("system").begin_array().raw(conversation->system).end_array();
  json.key("messages").begin_array();
  if (!conversation->messages.empty()) json.raw(conversation->messages);
  json.end_array();
  write_tools(w, conversation->has_tool_blocks, json);
  const auto thinks = write_thinking(w, *conversation, max_tokens(w), json);
  if (!thinks) return std::unexpected(thinks.error());
  if (auto done = write_sampling(w, *thinks, json); !done) return done;
  write_metadata(w, json);
  if (auto done = write_tier(w, json); !done) return done;
  if (request.stream && w.host.stream_in_body) json.member("stream", true);
  json.end_object();
  return {};
}

}  // namespace fw::cloud::anthropic
