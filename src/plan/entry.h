// How far what is not bought is from being bought.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/dual.h"
#include "plan/problem.h"

namespace fw::plan {

inline constexpr std::string_view kPayAsYouGo = "pay_as_you_go";

// One price of an offer: USD for a million tokens of a column (input, cache_read, output), or for a unit and term (unit).
struct EntryPart {
  std::string_view what;
  std::optional<double> usd;     // what it costs; nothing: unknown
  std::optional<double> enters;  // where it would be bought first; nothing: cannot be told
};

struct EntryPrice {
  std::string offer, term;      // term: kPayAsYouGo, or hour, month, year of units
  std::optional<double> ratio;  // of its price at which it would be bought first; 1: it is, or nearly; nothing: unknown
  std::vector<EntryPart> parts;
};

// By the prices that prove the plan's bound, so right up to the gap between plan and bound. Offers whose price is unknown are
// there too: where several of its prices are, in the proportion of the cheapest known offer of the model. By group, then
// offer; those without a price last.
std::vector<EntryPrice> entry_prices(const Problem& problem, const Multipliers& multipliers);

// A member of a plan: "entry_prices":[...], and whether a plan's member says the same, to a millionth.
std::string entry_member(const std::vector<EntryPrice>& prices);
bool says_entries(std::string_view plan_json, const std::vector<EntryPrice>& prices);

// For people: "100", "93.1", or what an unknown price would have to be.
std::string entry_text(const EntryPrice& price);

}  // namespace fw::plan
