// The fields of what operators are told of.
#include "config/codec.h"

namespace fw::config {

template <>
const Table* table_of<Webhook>() {
  static const Table table{
      "webhook",
      "Where notices are sent: a POST of one JSON object, signed as Standard Webhooks 1.0 says.",
      {entry<&Webhook::name>({.name = "name", .doc = "For the log and the metrics.", .required = true, .rule = &kName}),
       entry<&Webhook::url>({.name = "url", .doc = "`https://…`, or `http://…` where nobody listens. It may hold a secret, so it is shown nowhere.", .required = true, .discreet = true}),
       entry<&Webhook::secret>({.name = "secret", .doc = "What it is signed with: `whsec_` and base64, or plain text; 24 bytes at least. Without it notices are not signed.", .discreet = true}),
       entry<&Webhook::kinds>({.name = "kinds", .doc = "Only these.", .nonempty = true, .one_or_many = true, .default_text = "all"}),
       entry<&Webhook::timeout_ms>({.name = "timeout_ms", .doc = "For one delivery. One that fails is tried again after 1 s, 5 s, 30 s, 2 min and 10 min.", .unit = "ms", .min = 1, .max = 60'000})}};
  return &table;
}

template <>
const Table* table_of<Alerts>() {
  static const Table table{
      "alerts",
      "What operators are told of: each notice goes to the log, to `/admin/v1/alerts` and to these.",
      {entry<&Alerts::price_days>({.name = "price_days", .doc = "A price of a deployment that moves or ends is told so long before.", .unit = "days", .min = 0, .max = 365}),
       entry<&Alerts::webhooks>({.name = "webhooks", .doc = "Where to."})}};
  return &table;
}

}  // namespace fw::config
