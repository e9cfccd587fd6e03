// What a plan becomes when a price, a quota, a cloud or the demand changes: found from the plan, in a fraction of the time.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {

// One change, of what a name stands for: an offer, a cloud, or `*` for all; of growth a model, class or place, or `*`.
struct Change {
  enum class Kind : std::uint8_t { price, quota, leaves, growth };
  Kind kind = Kind::price;
  std::string name;
  std::string part;              // price: of this alone (input, cache_read, output, hour, month, year); empty: all that are known
  std::optional<double> factor;  // what is there is multiplied by
  std::string value;             // what is there then: USD, or tokens per minute; "none": no quota
};

// Changes that come together.
struct WhatIf {
  std::string text;
  std::vector<Change> changes;
};

// "price NAME x0.9", "price OFFER PART USD", "quota OFFER x2", "quota OFFER TOKENS|none", "leaves NAME", "growth [NAME] x1.3";
// several with commas between. The error says what was found, what was expected and what it could be.
std::expected<WhatIf, std::string> read_what_if(std::string_view text, const Demand& demand, const std::vector<Offer>& offers);

// What a plan was made from.
struct Given {
  const Demand& demand;
  const std::vector<Offer>& offers;
  const Rules& rules;
};

struct WhatIfAnswer {
  std::string text;
  bool planned = false;           // a plan was found; otherwise only `kept` may be there
  Money cost, lower_bound;
  std::optional<Money> kept;      // with the plan's own purchases, as far as they can still be had; nothing: rules or quotas forbid it
  std::vector<Purchase> purchases;
};

// Warm: descent from the plan's units and a bound from the plan's own prices. The bound is a true one for the changed problem,
// the plan as good as one descent finds.
WhatIfAnswer what_if(const Given& given, const Problem& problem, const Plan& plan, const WhatIf& change);

// A member of a plan: "what_if":[...].
std::string what_if_member(const std::vector<WhatIfAnswer>& answers, const Plan& plan);

}  // namespace fw::plan
