#include "ledger/commitment.h"

#include <algorithm>

namespace fw::ledger {

Money left(const CommitmentTerms& terms, Money drawn) { return std::max(Money(), terms.amount - drawn); }

Money due(const CommitmentTerms& terms, WallTime at) {
  if (at < terms.from) return Money();
  if (at >= terms.until) return terms.amount;
  // In seconds: an amount of 10^9 USD times a century of them stays inside 128 bits.
  const auto seconds = std::max<std::int64_t>(1, terms.until.seconds() - terms.from.seconds());
  return Money::of_units(terms.amount.units() * (at.seconds() - terms.from.seconds()) / seconds);
}

std::uint16_t paid_part(const CommitmentTerms& terms, Money drawn, WallTime at) {
  if (!terms.runs(at)) return 0;
  return drawn < (terms.draw == Draw::even ? due(terms, at) : terms.amount) ? terms.paid : 0;
}

}  // namespace fw::ledger
