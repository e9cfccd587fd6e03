// A bill by request: {"attempts": [{…}]}, an array, or an object a line. `sender_id` or `attempt_id` is our attempt's id as
// the cloud was sent it, `id` the cloud's own. The fake clouds keep such a bill (GET /_fake/bill).
#include <algorithm>

#include <fmt/format.h>

#include "ledger/bill_reader.h"
#include "offer/row.h"

namespace fw::ledger::bills {
namespace {

// As OpenAI counts: input holds what was cached and written, output the reasoning.
std::optional<dialect::Usage> usage_of(const Members& u) {
  dialect::Usage out;
  out.reported = true;
  out.cache_read = u.count("cached_tokens");
  out.cache_write[0] = u.count("cache_write_tokens");
  out.input = u.count("input_tokens") - out.cache_read - out.cache_write[0];
  out.reasoning = u.count("reasoning_tokens");
  out.output = u.count("output_tokens") - out.reasoning;
  if (u.count("input_tokens") > kTokensMax || u.count("output_tokens") > kTokensMax) return std::nullopt;
  if (out.input < 0 || out.output < 0 || out.cache_read < 0 || out.reasoning < 0 || out.cache_write[0] < 0) return std::nullopt;
  return out;
}

}  // namespace

Read read_attempts(Filling& to) {
  if (const auto whole = Members::of(to.text()); whole && !whole->raw("attempts").empty()) {
    const auto cloud = whole->text("cloud");
    if (std::ranges::find(offer::cloud_words(), cloud) != offer::cloud_words().end()) to.bill().cloud = cloud;
  }
  return each_object(to.text(), "attempts", [&](const Members& e) -> Read {
    if (e.raw("open") == "true") return {};  // still runs, and its count with it
    BilledAttempt out;
    out.line = to.line_of(e.at());
    out.attempt_id = e.text(e.raw("sender_id").empty() ? "attempt_id" : "sender_id");
    out.upstream_request_id = e.text("id");
    if (out.attempt_id.empty() && out.upstream_request_id.empty())
      return refuse(e.at(), "an entry without an id", "sender_id (our attempt's) or id (the cloud's)");
    out.model = e.text("model");
    if (!e.raw("time").empty()) {
      out.time = parse_bill_time(e.text("time"));
      if (!out.time) return refuse(e.place("time"), quoted(e.raw("time")), "a time such as 2026-07-30T07:00:00Z");
    }
    const auto billed = e.raw("billed");
    if (!billed.empty() && billed != "true" && billed != "false") return refuse(e.place("billed"), quoted(billed), "true or false");
    out.billed = billed != "false";
    if (!e.raw("usage").empty()) {
      const auto members = Members::of(e.raw("usage"));
      if (!members) return std::unexpected(members.error());
      const auto usage = usage_of(*members);
      if (!usage) return refuse(e.place("usage"), "counts that do not add up", "input_tokens and output_tokens with all their parts");
      out.usage = *usage;
    }
    if (!e.raw("cost_usd").empty()) {
      const auto cost = e.figure("cost_usd");
      if (!cost) return refuse(e.place("cost_usd"), quoted(e.raw("cost_usd")), "a number of US dollars");
      to.saw_amount(*cost);
      const auto usd = usd_of(e.place("cost_usd"), *cost);
      if (!usd) return std::unexpected(usd.error());
      out.amount = *usd;
    }
    return to.add(std::move(out));
  });
}

}  // namespace fw::ledger::bills
