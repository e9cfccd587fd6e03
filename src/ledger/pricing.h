// Usage times price, exactly. Settlement and reservation use the same function.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "dialect/usage.h"
#include "offer/price.h"

namespace fw::ledger {

struct Priced {
  Money cost;
  bool long_context = false;  // the whole request was priced above the step
  std::string_view row = {};  // the price's row in the offer book; lives as long as the sheet
};

struct UnknownPrice {
  std::string what;  // "cache_write.30m has no price"
};

// `tier`: the one served, else the one asked; empty, "auto", "default", "standard" and "on_demand"
// mean the ordinary one, "fast" is "priority". A bucket with tokens but no price, a tier the sheet
// does not know, hosted tool requests and a usage that was not reported make the cost unknown; a
// bucket without tokens needs no price. Reasoning costs what output costs. On a sheet of the offer book
// (`apart`) a tier and a step stand for themselves; else they lay over the base ones.
std::expected<Priced, UnknownPrice> price(const dialect::Usage& usage, const offer::PriceSheet& sheet,
                                          std::string_view tier);

// The same by meter, at the sheet's ordinary tier; without a sheet no part has a price. Reasoning is a part of its own,
// under "output".
struct PricePart {
  std::string meter;  // "input", "cache_write.30m"
  std::int64_t tokens = 0;
  std::optional<TokenPrice> price;
};
struct PriceParts {
  std::vector<PricePart> parts;  // those with tokens
  bool long_context = false;
};
PriceParts price_parts(const dialect::Usage& usage, const offer::PriceSheet* sheet);

}  // namespace fw::ledger
