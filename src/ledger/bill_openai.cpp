// OpenAI's own: GET /organization/usage/completions and GET /organization/costs, pages as the API answers them, one after
// the other or alone. Source: OpenAI's OpenAPI document, UsageCompletionsResult and CostsResult; the words of line_item
// as people print them ("gpt-5.5-2026-04-23, cached input", "priority | gpt-5.6-sol, output, long context").
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ledger/bill_reader.h"
#include "ledger/bill_words.h"

namespace fw::ledger::bills {
namespace {

// Each result with its bucket's span.
Read each_result(Filling& to, const std::function<Read(const Members&, const BillLine&)>& visit) {
  to.bill().cloud = "openai";
  const auto bucket = [&](const Members& b) -> Read {
    BillLine base;
    const auto from = parse_bill_time(b.text("start_time")), until = parse_bill_time(b.text("end_time"));
    if (!from || !until) return refuse(b.at(), "a bucket without its times", "start_time and end_time in seconds since 1970");
    base.from = *from;
    base.until = std::max(*from, *until);
    const auto results = b.raw("results");
    if (results.empty()) return {};
    return each_element(results, [&](const Members& r) {
      base.line = to.line_of(r.at());
      base.account = r.text("project_id");
      return visit(r, base);
    });
  };
  return each_object(to.text(), "data", [&](const Members& m) -> Read {
    // A page of several in one file.
    return m.raw("data").empty() ? bucket(m) : each_element(m.raw("data"), bucket);
  });
}

struct Count {
  std::string_view meter, what;
  std::int64_t tokens = 0;
};

// Their counts as buckets that do not overlap. Cached counts hold cached audio and images too.
std::array<Count, 7> counts_of(const Members& r) {
  const auto cached = r.count("input_cached_tokens"), written = r.count("input_cache_write_tokens");
  const auto audio = r.count("input_audio_tokens"), image = r.count("input_image_tokens");
  const auto audio_out = r.count("output_audio_tokens"), image_out = r.count("output_image_tokens");
  auto plain = r.count("input_tokens") - cached - written;
  if (!r.raw("input_uncached_tokens").empty()) plain = r.count("input_uncached_tokens");
  return {Count{"input", "input_uncached_tokens", plain - audio - image},
          {"cache_read", "input_cached_tokens", cached},
          {"cache_write", "input_cache_write_tokens", written},
          {"audio_in", "input_audio_tokens", audio},
          {"image", "input_image_tokens", image},
          {"output", "output_tokens", r.count("output_tokens") - audio_out - image_out},
          {"audio_out", "output_audio_tokens", audio_out}};
}

}  // namespace

Read read_openai_usage(Filling& to) {
  return each_result(to, [&](const Members& r, const BillLine& base) -> Read {
    auto line = base;
    line.model = r.text("model");
    if (line.model.empty()) return refuse(r.place("model"), "a result without a model", "usage that was asked for with group_by=model");
    const auto tier = r.text("service_tier");
    if (r.raw("batch") == "true") line.tier = "batch";
    else if (!tier.empty()) line.tier = offer::is_ordinary_tier(tier) ? "standard" : tier == "fast" ? "priority" : tier;
    for (const auto& [meter, what, tokens] : counts_of(r)) {
      if (tokens == 0) continue;
      if (tokens < 0 || tokens > kTokensMax) return refuse(r.place("input_tokens"), "counts that do not add up", "input_tokens with all its parts");
      line.meter = meter;
      line.what = fmt::format("{}, {}", line.model, what);
      line.tokens = tokens;
      if (auto added = to.add(line); !added) return added;
    }
    if (const auto images = r.count("output_image_tokens"); images != 0) {
      line.meter.clear();
      line.what = fmt::format("{}, output_image_tokens", line.model);
      line.tokens = images;
      return to.add(line);
    }
    return {};
  });
}

Read read_openai_costs(Filling& to) {
  return each_result(to, [&](const Members& r, const BillLine& base) -> Read {
    auto line = base;
    const auto item = r.text("line_item");
    if (item.empty()) return refuse(r.place("line_item"), "a cost without a line_item", "costs that were asked for with group_by=line_item");
    if (r.raw("amount").empty()) return refuse(r.at(), "a cost without its amount", "amount.value and amount.currency");
    const auto amount = Members::of(r.raw("amount"));
    if (!amount) return std::unexpected(amount.error());
    const auto value = amount->figure("value");
    if (!value) return refuse(amount->place("value"), quoted(amount->raw("value")), "a number of US dollars");
    if (auto usd = usd_only(amount->place("currency"), amount->text("currency")); !usd) return usd;
    const auto charged = usd_of(amount->place("value"), *value);
    if (!charged) return std::unexpected(charged.error());
    to.saw_amount(*value);
    put_words(line, item);
    line.amount = *charged;
    const auto unit = r.text("quantity_unit") == "1000_tokens" ? std::optional<std::int64_t>(1'000) : tokens_of_unit(r.text("quantity_unit"));
    if (const auto quantity = r.figure("quantity"); quantity && unit && !line.meter.empty()) {
      const auto tokens = tokens_of(r.place("quantity"), *quantity, *unit);
      if (!tokens) return std::unexpected(tokens.error());
      to.saw_tokens(*quantity, *unit);
      line.tokens = *tokens;
    }
    if (value->units < 0) line.kind = ChargeKind::credit;
    return to.add(line);
  });
}

}  // namespace fw::ledger::bills
