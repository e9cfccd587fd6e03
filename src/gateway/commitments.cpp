#include "gateway/commitments.h"

#include <algorithm>

namespace fw::gateway {

void Commitments::restore(const std::vector<Money>& drawn) {
  std::ranges::copy_n(drawn.begin(), static_cast<std::ptrdiff_t>(std::min(drawn.size(), drawn_.size())), drawn_.begin());
}

bool Commitments::draw(std::uint16_t provider, Money cost, WallTime at) {
  bool any = false;
  for (const auto i : snapshot_.providers()[provider].commitments) {
    if (cost == Money() || !snapshot_.commitments()[i].terms.runs(at)) continue;
    drawn_[i] += cost;
    untold_[i] += cost;
    any = true;
  }
  return any;
}

std::vector<Money> Commitments::tell() {
  auto out = untold_;
  std::ranges::fill(untold_, Money());
  return out;
}

void Commitments::hear(const std::vector<Money>& drawn) {
  for (std::size_t i = 0; i < drawn.size(); ++i) drawn_[i] += drawn[i];
}

Commitments::Paid Commitments::paid(std::uint16_t provider, WallTime at) const {
  constexpr Int128 kUnitsPerMicro = 1'000'000'000;
  Paid out;
  for (const auto i : snapshot_.providers()[provider].commitments) {
    const auto& terms = snapshot_.commitments()[i].terms;
    const auto part = ledger::paid_part(terms, drawn_[i], at);
    if (part > out.part) out = {part, static_cast<std::int64_t>(ledger::left(terms, drawn_[i]).units() / kUnitsPerMicro)};
  }
  return out;
}

std::vector<Commitments::Standing> Commitments::standing(WallTime at) const {
  std::vector<Standing> out;
  for (std::size_t i = 0; i < drawn_.size(); ++i) {
    const auto& terms = snapshot_.commitments()[i].terms;
    out.push_back({drawn_[i], ledger::left(terms, drawn_[i]), ledger::due(terms, at), ledger::paid_part(terms, drawn_[i], at)});
  }
  return out;
}

}  // namespace fw::gateway
