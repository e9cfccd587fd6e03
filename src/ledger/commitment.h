// An amount that was promised to a cloud for a period: what is spent there draws it down, and what is not drawn by its end
// is lost. So as long as too little is drawn, spending there costs less than it says.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/money.h"

namespace fw::ledger {

// When spending counts as paid already.
enum class Draw : std::uint8_t {
  even,  // while less is drawn than the same amount every second would have drawn
  soon,  // until all of it is drawn
};

struct CommitmentTerms {
  Money amount;                  // above zero
  WallTime from;                 // in the period
  WallTime until;                // no longer in it
  Draw draw = Draw::even;
  std::uint16_t paid = UINT16_MAX;  // the part of a price that then counts as paid, of 65,536; 65,535: all

  bool runs(WallTime at) const { return from <= at && at < until; }
};

// Nothing left: zero, also where more was spent.
Money left(const CommitmentTerms& terms, Money drawn);
// What the even draw has reached at that time; outside of the period nothing, or all.
Money due(const CommitmentTerms& terms, WallTime at);
// The part of a price there that counts as paid, of 65,536.
std::uint16_t paid_part(const CommitmentTerms& terms, Money drawn, WallTime at);

}  // namespace fw::ledger
