#include "admin/pages.h"
#include "config/words.h"
#include "wire/json_write.h"

namespace fw::admin {

std::string alerts_page(const Alerts& alerts, const gateway::Snapshot& snapshot) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("data").begin_array();
  for (const auto& n : alerts.told) {
    json.begin_object().member("id", n.id).member("time", rfc3339(n.time)).member("level", config::word_of(n.level)).member("type", n.type);
    json.member("text", n.text).key("data").raw(n.data.empty() ? "{}" : n.data).end_object();
  }
  json.end_array().key("next").null().key("webhooks").begin_array();
  const auto& hooks = snapshot.config().alerts.webhooks;
  for (std::size_t i = 0; i < hooks.size() && i < alerts.deliveries.size(); ++i) {
    const auto& d = alerts.deliveries[i];
    json.begin_object().member("name", hooks[i].name).member("delivered", static_cast<std::int64_t>(d.delivered));
    json.member("failed", static_cast<std::int64_t>(d.failed)).member("given_up", static_cast<std::int64_t>(d.given_up));
    json.member("waiting", static_cast<std::int64_t>(d.waiting)).key("failure");
    if (d.failure.empty()) json.null();
    else json.string(d.failure);
    json.end_object();
  }
  json.end_array().end_object();
  return out;
}

}  // namespace fw::admin
