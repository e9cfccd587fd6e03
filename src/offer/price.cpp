#include "offer/price.h"

#include <algorithm>

#include <fmt/format.h>

namespace fw::offer {

bool is_ordinary_tier(std::string_view tier) {
  return tier.empty() || tier == "auto" || tier == "default" || tier == "standard" || tier == "on_demand";
}
namespace {

std::unexpected<Error> refuse(std::string path, std::string_view found, std::string_view expected) {
  return std::unexpected(Error{Code::invalid_value, Origin::operator_, Retry::never,
                               fmt::format("found '{}', expected {}", found, expected), std::move(path)});
}

Result<std::optional<TokenPrice>> read_meter(const std::string& text, std::string path) {
  if (text.empty()) return std::nullopt;
  if (auto price = TokenPrice::parse_per_million(text)) return price;
  return refuse(std::move(path), text, "USD per million tokens as a plain decimal, such as \"2.50\"");
}

struct Slot {
  std::string_view name;
  std::string MeterText::* text;
  std::optional<TokenPrice> Meters::* price;
};

constexpr std::array<Slot, 6> kSlots{{{"input", &MeterText::input, &Meters::input},
                                      {"cache_read", &MeterText::cache_read, &Meters::cache_read},
                                      {"output", &MeterText::output, &Meters::output},
                                      {"audio_in", &MeterText::audio_in, &Meters::audio_in},
                                      {"audio_out", &MeterText::audio_out, &Meters::audio_out},
                                      {"image", &MeterText::image, &Meters::image}}};

Result<Meters> read_meters(const MeterText& text, const std::string& path) {
  Meters meters;
  for (const Slot& slot : kSlots) {
    auto price = read_meter(text.*slot.text, path + std::string(slot.name));
    if (!price) return std::unexpected(std::move(price.error()));
    meters.*slot.price = *price;
  }
  for (const auto& [word, value] : text.cache_write) {
    const std::string at = path + "cache_write." + word;
    const auto lifetime = dialect::cache_lifetime(word);
    if (!lifetime) return refuse(at, word, "a lifetime: 5m, 30m, 1h, 12h or default");
    auto price = read_meter(value, at);
    if (!price) return std::unexpected(std::move(price.error()));
    meters.cache_write[static_cast<std::size_t>(*lifetime)] = *price;
  }
  return meters;
}

Result<std::optional<LongContext>> read_step(const std::optional<LongContextText>& text, const std::string& path) {
  if (!text) return std::nullopt;
  const std::string at = path + "long_context.";
  if (text->above <= 0) return refuse(at + "above", std::to_string(text->above), "a number of input tokens above 0");
  auto meters = read_meters(text->meters, at);
  if (!meters) return std::unexpected(std::move(meters.error()));
  return LongContext{text->above, *meters};
}

Result<Tier> read_tier(const std::string& name, const TierText& text) {
  const std::string path = "tiers." + name + ".";
  if (name.empty()) return refuse("tiers", name, "the name of a tier");
  auto meters = read_meters(text.meters, path);
  if (!meters) return std::unexpected(std::move(meters.error()));
  auto step = read_step(text.long_context, path);
  if (!step) return std::unexpected(std::move(step.error()));
  return Tier{name, *meters, *step, {}};
}

void lay(std::optional<TokenPrice>& under, const std::optional<TokenPrice>& over) {
  if (over) under = over;
}

}  // namespace

void Meters::lay_over(const Meters& over) {
  for (const Slot& slot : kSlots) lay(this->*slot.price, over.*slot.price);
  for (std::size_t i = 0; i < cache_write.size(); ++i) lay(cache_write[i], over.cache_write[i]);
}

bool Meters::any() const { return *this != Meters{}; }

std::optional<TokenPrice>* find_meter(Meters& meters, std::string_view name) {
  constexpr std::string_view kWrite = "cache_write.";
  if (name.starts_with(kWrite)) {
    const auto lifetime = dialect::cache_lifetime(name.substr(kWrite.size()));
    return lifetime ? &meters.cache_write[static_cast<std::size_t>(*lifetime)] : nullptr;
  }
  const auto slot = std::ranges::find(kSlots, name, &Slot::name);
  return slot == kSlots.end() ? nullptr : &(meters.*slot->price);
}

const std::vector<std::string>& meter_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made{"input", "cache_read"};
    for (std::size_t i = 0; i < dialect::kCacheLifetimes; ++i)
      made.push_back(fmt::format("cache_write.{}", dialect::name(static_cast<dialect::CacheLifetime>(i))));
    for (const auto* name : {"output", "audio_in", "audio_out", "image"}) made.emplace_back(name);
    return made;
  }();
  return names;
}

const Tier* PriceSheet::tier(std::string_view name) const {
  const auto found = std::ranges::find(tiers, name, &Tier::name);
  return found == tiers.end() ? nullptr : &*found;
}

Meters PriceSheet::below(const Tier* special) const {
  if (!special) return meters;
  if (apart) return special->meters;
  Meters out = meters;
  out.lay_over(special->meters);
  return out;
}

const LongContext* PriceSheet::step(const Tier* special) const {
  const auto& own = special ? special->long_context : long_context;
  const auto& counts = own || apart ? own : long_context;
  return counts ? &*counts : nullptr;
}

Meters PriceSheet::above(const Tier* special) const {
  const auto& own = special ? special->long_context : long_context;
  if (apart) return own ? own->meters : below(special);
  Meters out = below(special);
  if (long_context) out.lay_over(long_context->meters);
  if (own) out.lay_over(own->meters);
  return out;
}

Result<PriceSheet> read_price(const PriceText& text) {
  PriceSheet sheet;
  auto meters = read_meters(text.meters, "");
  if (!meters) return std::unexpected(std::move(meters.error()));
  sheet.meters = *meters;
  auto step = read_step(text.long_context, "");
  if (!step) return std::unexpected(std::move(step.error()));
  sheet.long_context = *step;
  for (const auto& [name, tier_text] : text.tiers) {
    auto tier = read_tier(name, tier_text);
    if (!tier) return std::unexpected(std::move(tier.error()));
    sheet.tiers.push_back(std::move(*tier));
  }
  sheet.row = kConfigRow;
  for (auto& tier : sheet.tiers) tier.row = kConfigRow;
  return sheet;
}

}  // namespace fw::offer
