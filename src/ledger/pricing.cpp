#include "ledger/pricing.h"

#include <array>
#include <optional>

#include <fmt/format.h>

namespace fw::ledger {
namespace {

using dialect::CacheLifetime;
using dialect::Usage;
using offer::Meters;
using offer::PriceSheet;

// Adds up buckets until one has tokens and no price.
class Bill {
 public:
  void add(std::string_view meter, std::int64_t tokens, const std::optional<TokenPrice>& price) {
    if (tokens == 0 || !unknown_.empty()) return;
    if (!price) {
      unknown_ = fmt::format("{} has no price", meter);
      return;
    }
    cost_ += *price * tokens;
  }
  const std::string& unknown() const { return unknown_; }
  Money cost() const { return cost_; }

 private:
  Money cost_;
  std::string unknown_;
};

// A count or a price without a lifetime stands for the cloud's default one.
const std::optional<TokenPrice>& write_price(const Meters& meters, CacheLifetime lifetime, CacheLifetime standard) {
  const auto& named = meters.cache_write[static_cast<std::size_t>(lifetime)];
  if (named) return named;
  if (lifetime == CacheLifetime::standard) return meters.cache_write[static_cast<std::size_t>(standard)];
  return lifetime == standard ? meters.cache_write[0] : named;
}

// Every bucket that has tokens, with the name and the price of its meter.
template <class Visit>
void each_bucket(const Usage& usage, const Meters& meters, CacheLifetime standard, const Visit& visit) {
  visit("input", usage.input, meters.input);
  visit("cache_read", usage.cache_read, meters.cache_read);
  for (std::size_t i = 0; i < dialect::kCacheLifetimes; ++i) {
    const auto lifetime = static_cast<CacheLifetime>(i);
    if (usage.cache_write[i] == 0) continue;
    const auto named = lifetime == CacheLifetime::standard ? standard : lifetime;
    visit(fmt::format("cache_write.{}", name(named)), usage.cache_write[i], write_price(meters, lifetime, standard));
  }
  visit("output", usage.output, meters.output);
  visit("output", usage.reasoning, meters.output);
  visit("audio_in", usage.audio_in, meters.audio_in);
  visit("audio_out", usage.audio_out, meters.audio_out);
  visit("image", usage.image, meters.image);
  visit("tool_calls", usage.tool_calls, std::optional<TokenPrice>());
}

}  // namespace

std::expected<Priced, UnknownPrice> price(const Usage& usage, const PriceSheet& sheet, std::string_view tier) {
  if (!usage.reported) return std::unexpected(UnknownPrice{"the usage was not reported"});
  const offer::Tier* special = nullptr;
  if (!offer::is_ordinary_tier(tier)) {
    special = sheet.tier(tier == "fast" ? "priority" : tier);
    if (special == nullptr) return std::unexpected(UnknownPrice{fmt::format("the tier '{}' has no price", tier)});
  }
  const auto* const step = sheet.step(special);
  const bool is_long = step && usage.total_input() > step->above;
  Bill total;
  each_bucket(usage, is_long ? sheet.above(special) : sheet.below(special), sheet.cache_lifetime,
              [&](std::string_view meter, std::int64_t tokens, const std::optional<TokenPrice>& price) { total.add(meter, tokens, price); });
  if (!total.unknown().empty()) return std::unexpected(UnknownPrice{total.unknown()});
  return Priced{total.cost(), is_long, special ? special->row : sheet.row};
}

PriceParts price_parts(const Usage& usage, const PriceSheet* sheet) {
  PriceParts out;
  const auto* const step = sheet ? sheet->step(nullptr) : nullptr;
  out.long_context = step && usage.total_input() > step->above;
  const auto meters = !sheet ? Meters() : out.long_context ? sheet->above(nullptr) : sheet->below(nullptr);
  each_bucket(usage, meters, sheet ? sheet->cache_lifetime : CacheLifetime::standard,
              [&](std::string_view meter, std::int64_t tokens, const std::optional<TokenPrice>& price) {
                if (tokens != 0) out.parts.push_back({std::string(meter), tokens, price});
              });
  return out;
}

}  // namespace fw::ledger
