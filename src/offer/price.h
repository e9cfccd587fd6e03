// What tokens cost at one offer: the config's `price` and a row of the offer book, ready to count.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/money.h"
#include "dialect/usage.h"

namespace fw::offer {

// One price per meter; a meter without one is unknown, never free.
struct Meters {
  std::optional<TokenPrice> input;
  std::optional<TokenPrice> cache_read;
  std::array<std::optional<TokenPrice>, dialect::kCacheLifetimes> cache_write;
  std::optional<TokenPrice> output;  // of reasoning too
  std::optional<TokenPrice> audio_in;
  std::optional<TokenPrice> audio_out;
  std::optional<TokenPrice> image;

  // What `over` names replaces what stands here.
  void lay_over(const Meters& over);
  // Whether any meter has a price.
  bool any() const;
  bool operator==(const Meters&) const = default;
};

// The meter of this name as prices and the book spell it ("input", "cache_write.30m"); null: there is none.
std::optional<TokenPrice>* find_meter(Meters& meters, std::string_view name);
// Every meter's name, in the order in which they are shown.
const std::vector<std::string>& meter_names();

// Holds for the whole request when its input is strictly above the step.
struct LongContext {
  std::int64_t above = 0;
  Meters meters;
  bool operator==(const LongContext&) const = default;
};

struct Tier {
  std::string name;
  Meters meters;                            // replace the base ones
  std::optional<LongContext> long_context;  // replaces the base one's meters
  std::string row;                          // the row of the offer book it comes from
  bool operator==(const Tier&) const = default;
};

// True for the words by which clients and clouds mean the tier that needs no name: "", "auto", "default",
// "standard", "on_demand".
bool is_ordinary_tier(std::string_view tier);

// The `price_row` of prices that a deployment brings itself.
inline constexpr std::string_view kConfigRow = "config";

struct PriceSheet {
  Meters meters;
  std::optional<LongContext> long_context;
  std::vector<Tier> tiers;
  // What a cache write counted without a lifetime is priced as.
  dialect::CacheLifetime cache_lifetime = dialect::CacheLifetime::m30;
  // Of the offer book: a tier or a step does not fall back to the base; what it does not name is unknown.
  bool apart = false;
  // The row of the offer book that the ordinary tier's prices come from, or kConfigRow.
  std::string row;
  bool operator==(const PriceSheet&) const = default;

  const Tier* tier(std::string_view name) const;

  // What holds for one of its tiers (null: the ordinary one): below the step, which step that is (null: none), and above.
  Meters below(const Tier* special) const;
  const LongContext* step(const Tier* special) const;
  Meters above(const Tier* special) const;
};

// The same as the config spells it: USD per million tokens as decimal strings; empty: not named.
struct MeterText {
  std::string input, cache_read, output, audio_in, audio_out, image;
  std::map<std::string, std::string, std::less<>> cache_write;  // lifetime -> price
};
struct LongContextText {
  std::int64_t above = 0;
  MeterText meters;
};
struct TierText {
  MeterText meters;
  std::optional<LongContextText> long_context;
};
struct PriceText {
  MeterText meters;
  std::optional<LongContextText> long_context;
  std::map<std::string, TierText, std::less<>> tiers;
};

// Error (the operator's): `param` is the path of the field at fault, such as
// "tiers.flex.cache_write.30m"; the message says what was found and what was expected.
Result<PriceSheet> read_price(const PriceText& text);

}  // namespace fw::offer
