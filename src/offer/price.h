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
  bool operator==(const Meters&) const = default;
};

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
  bool operator==(const Tier&) const = default;
};

struct PriceSheet {
  Meters meters;
  std::optional<LongContext> long_context;
  std::vector<Tier> tiers;
  // What a cache write counted without a lifetime is priced as.
  dialect::CacheLifetime cache_lifetime = dialect::CacheLifetime::m30;
  bool operator==(const PriceSheet&) const = default;

  const Tier* tier(std::string_view name) const;
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
