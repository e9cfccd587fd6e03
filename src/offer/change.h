// What the offer book knows to come: prices that move, offers that end.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "offer/book.h"

namespace fw::offer {

struct Change {
  enum class What : std::uint8_t {
    moves,    // some price becomes another, appears or goes
    unknown,  // from then on no price is known: a promotion whose successor nobody has said
    absent,   // from then on it is known not to be offered
  };
  What what = What::moves;
  WallTime at;
  const Dated* before = nullptr;  // both live as long as the timeline; `after` is null where nothing is known
  const Dated* after = nullptr;
};
std::string_view name(Change::What what);  // "moves", "unknown", "absent"

// What changes after `now` and not after `until`, in order. A part without a price before it is no change.
std::vector<Change> changes(const Timeline& timeline, WallTime now, WallTime until);

// Every price of a sheet by name, USD per million tokens: "input", "cache_write.30m", "long_context.input", and behind
// the name of a tier "flex.input".
std::vector<std::pair<std::string, std::string>> prices_of(const PriceSheet& sheet);

// The prices that differ: name, before, after; empty: not there.
struct Moved {
  std::string meter, before, after;
};
std::vector<Moved> moved(const PriceSheet& before, const PriceSheet& after);

}  // namespace fw::offer
