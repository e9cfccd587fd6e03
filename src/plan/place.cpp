#include "plan/place.h"

#include <algorithm>
#include <cmath>

namespace fw::plan {

double Placer::usd(const Source& source, const Tokens& tokens, std::size_t step) const {
  const double extra = extra_.empty() || source.cloud == kNothing ? 0 : extra_[source.cloud];
  return weigh(source.usd, tokens) * money_.at(source.cloud, step / problem_.steps_per_slot) + extra * tokens.total();
}

double Placer::cost(const Group& group, std::size_t k, std::size_t s, std::size_t step) const {
  const auto& source = group.sources[s];
  if (!group.admits[k][s] || !source.at(step)) return std::numeric_limits<double>::infinity();
  const auto tokens = problem_.demand->classes[group.classes[k]].at(step);
  return usd(source, tokens, step);
}

// The cheapest source without a limit for each class, and the moves to limited ones that save something.
void Placer::look(const Group& group, std::size_t step, std::span<const double> units) {
  const auto classes = group.classes.size();
  sources_ = group.sources.size();
  share_.assign(classes * sources_, 0);
  worth_.assign(classes, 0);
  base_usd_.assign(classes, 0);
  base_.assign(classes, sources_ - 1);
  tokens_.resize(classes);
  moves_.clear();
  row_of_.assign(sources_, kNothing);
  limits_ = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    tokens_[k] = problem_.demand->classes[group.classes[k]].at(step);
    if (tokens_[k].total() == 0) continue;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < sources_; ++s) {
      const auto& source = group.sources[s];
      if (source.pool != kNothing || source.limited() || !group.admits[k][s] || !source.at(step)) continue;
      const double here = usd(source, tokens_[k], step);
      if (here < least) least = here, base_[k] = s;
    }
    base_usd_[k] = worth_[k] = least;
    share_[k * sources_ + base_[k]] = 1;
    for (std::size_t s = 0; s < sources_; ++s) {
      const auto& source = group.sources[s];
      if (!(source.limited() || (source.pool != kNothing && units[source.pool] > 0)) || !group.admits[k][s] || !source.at(step)) continue;
      const double saves = least - usd(source, tokens_[k], step);
      if (saves <= 0) continue;
      moves_.push_back({k, s, saves});
      if (row_of_[s] == kNothing) row_of_[s] = limits_++;
    }
  }
}

// One pool and no quota: by value density.
void Placer::fill_one(const Group& group, std::span<const double> units) {
  const auto& source = group.sources[moves_.front().s];
  double left = units[source.pool];
  double price = 0;
  const auto takes = [&](const Move& move) { return weigh(source.units, tokens_[move.k]); };
  std::ranges::sort(moves_, [&](const Move& a, const Move& b) { return a.saves * takes(b) > b.saves * takes(a); });
  for (const auto& move : moves_) {
    const double wants = takes(move);
    const double part = wants > left ? left / wants : 1;
    share_[move.k * sources_ + move.s] = part;
    share_[move.k * sources_ + base_[move.k]] = 1 - part;
    if (part < 1 && price == 0) price = move.saves / wants;
    left = std::max(left - wants, 0.0);
    worth_[move.k] = base_usd_[move.k] - std::max(move.saves - price * wants, 0.0);
  }
}

void Placer::fill_all(const Group& group, std::size_t step, std::span<const double> units) {
  const auto classes = group.classes.size();
  // Rows: each class once, then by source its pool or its tokens, then by source its requests.
  packing_.reset(classes + 2 * limits_, moves_.size());
  for (std::size_t k = 0; k < classes; ++k) packing_.limit(k) = 1;
  for (std::size_t m = 0; m < moves_.size(); ++m) {
    const auto& [k, s, saves] = moves_[m];
    const auto& source = group.sources[s];
    const auto row = classes + row_of_[s];
    packing_.worth(m) = saves;
    packing_.cell(k, m) = 1;
    // Each row in shares of its own limit, so that numbers of all sizes stay near one.
    const auto limit = [&](std::size_t r, double takes, double most) {
      const double scale = most > 0 && std::isfinite(most) ? most : 1;
      packing_.cell(r, m) = std::isfinite(most) ? takes / scale : 0;
      packing_.limit(r) = most > 0 ? 1 : 0;
    };
    if (source.pool != kNothing) limit(row, weigh(source.units, tokens_[k]), units[source.pool]);
    else {
      limit(row, tokens_[k].total(), source.tokens_max);
      limit(row + limits_, problem_.demand->classes[group.classes[k]].requests[step], source.requests_max);
    }
  }
  packing_.solve();
  for (std::size_t k = 0; k < classes; ++k)
    if (tokens_[k].total() > 0) worth_[k] = base_usd_[k] - packing_.price(k);
  for (std::size_t m = 0; m < moves_.size(); ++m) {
    const double part = std::min(packing_.x(m), 1.0);
    share_[moves_[m].k * sources_ + moves_[m].s] = part;
    auto& rest = share_[moves_[m].k * sources_ + base_[moves_[m].k]];
    rest = std::max(rest - part, 0.0);
  }
}

double Placer::place(const Group& group, std::size_t step, std::span<const double> units) {
  look(group, step, units);
  if (!moves_.empty()) {
    if (limits_ == 1 && group.sources[moves_.front().s].pool != kNothing) fill_one(group, units);
    else fill_all(group, step, units);
  }
  double usd = 0;
  for (std::size_t k = 0; k < group.classes.size(); ++k) usd += base_usd_[k];
  for (const auto& move : moves_) usd -= share_[move.k * sources_ + move.s] * move.saves;
  return usd;
}

}  // namespace fw::plan
