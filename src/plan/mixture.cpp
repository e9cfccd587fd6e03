#include "plan/mixture.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "plan/packing.h"

namespace fw::plan {
namespace {

constexpr int kColumnsMax = 48;
constexpr double kAny = 1e3;
constexpr double kCut = 1e-9;    // squares above what is allowed by less are let be
constexpr double kKept = 1e-7;   // of all tokens, of a budget

// One placement of all demand.
struct Column {
  CloudPrices prices;
  double usd = 0;
  std::vector<double> shares;  // of all tokens, by cloud
  Spend spend;
};

// One rule: so much of each share and of each period's money, at most.
struct Row {
  std::vector<double> of_share;        // by cloud; empty: none
  std::size_t period = kNothing;       // of the budget
  std::size_t contract = kNothing;     // what is drawn from it is no more than what is spent
  double most = 0;
  double scale = 1;                    // of its money

  double of(const Column& column) const {
    double all = 0;
    for (std::size_t c = 0; c < of_share.size(); ++c) all += of_share[c] * column.shares[c];
    if (period != kNothing) all += column.spend.budget[period] / scale;
    if (contract != kNothing) all -= column.spend.contract[contract] / scale;
    return all;
  }
};

class Mixer {
 public:
  Mixer(const Problem& problem, const std::vector<std::vector<double>>& units, const Spend& bought) : problem_(problem), units_(units), bought_(bought) {}

  Mix mix(CloudPrices& prices) {
    columns_ = {column(no_prices(problem_))};
    if (!problem_.shares.any() && problem_.budgets.empty() && problem_.contracts.empty()) return {{{1.0, no_prices(problem_)}}, columns_[0].usd, 0, true};
    if (prices.token.size() == problem_.clouds.size()) add(prices);
    Mix best;
    CloudPrices best_prices = no_prices(problem_);
    bool any = false;
    for (const auto& floor : problem_.shares.floors()) {
      rows(floor);
      auto here = no_prices(problem_);
      auto made = way(here);
      if (any && (made.kept < best.kept || (made.kept == best.kept && made.usd + made.unspent_usd >= best.usd + best.unspent_usd))) continue;
      best = std::move(made);
      best_prices = std::move(here);
      any = true;
    }
    if (!any) best = {{{1.0, no_prices(problem_)}}, columns_[0].usd, unspent(columns_[0].spend), false};
    prices = std::move(best_prices);
    return best;
  }

 private:
  Column column(CloudPrices prices) const {
    Column made{std::move(prices), 0, std::vector<double>(problem_.clouds.size()), Spend(problem_)};
    each_share(problem_, units_, {{{1.0, made.prices}}, 0, 0, true}, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
      const auto tokens = problem_.demand->classes[group.classes[k]].at(step);
      const auto& source = group.sources[s];
      const double usd = share * weigh(source.usd, tokens);
      made.usd += usd;
      if (source.cloud == kNothing) return;
      made.shares[source.cloud] += share * tokens.total() / problem_.tokens;
      if (made.spend.counted() && usd > 0) made.spend.add(problem_, source.cloud, step / problem_.steps_per_slot, usd);
    });
    return made;
  }

  bool add(const CloudPrices& prices) {
    auto made = column(prices);
    if (std::ranges::any_of(columns_, [&](const Column& each) { return each.usd == made.usd && each.shares == made.shares; })) return false;
    columns_.push_back(std::move(made));
    return true;
  }

  double unspent(const Spend& spend) const {
    double all = 0;
    for (std::size_t k = 0; k < problem_.contracts.size(); ++k) all += std::max(problem_.contracts[k].usd - bought_.contract[k] - spend.contract[k], 0.0);
    return all;
  }

  void rows(const std::vector<double>& floor) {
    rows_.clear();
    const auto clouds = problem_.clouds.size();
    const auto one = [&](std::size_t c, double factor) {
      std::vector<double> made(clouds);
      made[c] = factor;
      return made;
    };
    for (std::size_t c = 0; c < clouds; ++c) {
      if (problem_.shares.most[c] < 1) rows_.push_back({one(c, 1), kNothing, kNothing, problem_.shares.most[c], 1});
      if (floor[c] > 0) rows_.push_back({one(c, -1), kNothing, kNothing, -floor[c], 1});
    }
    for (std::size_t b = 0; b < problem_.budgets.size(); ++b) {
      double left = problem_.budgets[b].usd - bought_.budget[b];
      for (const auto& each : problem_.contracts) left -= each.part_of(problem_.budgets[b]) * each.usd;
      const double scale = std::max(problem_.budgets[b].usd, 1e-9);
      rows_.push_back({{}, b, kNothing, left / scale, scale});
    }
    for (std::size_t k = 0; k < problem_.contracts.size(); ++k) {
      const double scale = std::max(problem_.contracts[k].usd, 1e-9);
      rows_.push_back({{}, kNothing, k, bought_.contract[k] / scale, scale});
    }
  }

  // One way to have a second source: columns and tangents of the squares until nothing new comes.
  Mix way(CloudPrices& prices) {
    auto made = program(prices);
    bool more = true;
    for (int i = 0; more && i < kColumnsMax; ++i) {
      more = cut(shares_of(made));
      more = add(prices) || more;
      if (more) made = program(prices);
    }
    made.kept = made.kept && problem_.shares.broken_by(shares_of(made)) <= kKept;
    return made;
  }

  // A tangent where the squares are too great.
  bool cut(std::vector<double> shares) {
    double squares = 0;
    for (const double each : shares) squares += each * each;
    if (squares <= problem_.shares.hhi + kCut) return false;
    for (auto& each : shares) each /= std::sqrt(squares);
    rows_.push_back({std::move(shares), kNothing, kNothing, std::sqrt(problem_.shares.hhi), 1});
    return true;
  }

  std::vector<double> shares_of(const Mix& mix) const {
    std::vector<double> shares(problem_.clouds.size());
    for (const auto& [part, prices] : mix.parts) {
      const auto& at = *std::ranges::find(columns_, prices, &Column::prices);
      for (std::size_t c = 0; c < shares.size(); ++c) shares[c] += part * at.shares[c];
    }
    return shares;
  }

  // The best mixture of columns; `prices` become what the rules are worth. The first column is the beginning; what it has
  // too much of must be taken away by others at any price.
  Mix program(CloudPrices& prices) {
    const auto others = columns_.size() - 1, contracts = problem_.contracts.size();
    const auto first_over = others + contracts;
    const double any = any_usd();
    // Rows: all shares, the rules, what the first column breaks of each rule, contracts.
    const auto rules = rows_.size(), first_contract = 1 + 2 * rules;
    packing_.reset(first_contract + contracts, first_over + rules);
    packing_.limit(0) = 1;
    std::vector<double> over(rules);
    for (std::size_t r = 0; r < rules; ++r) {
      const auto& row = rows_[r];
      const double begin = row.of(columns_[0]), room = row.most - begin;
      over[r] = std::max(-room, 0.0);
      packing_.limit(1 + r) = std::max(room, 0.0);
      packing_.limit(1 + rules + r) = over[r];
      packing_.cell(1 + r, first_over + r) = 1;
      packing_.cell(1 + rules + r, first_over + r) = 1;
      packing_.worth(first_over + r) = any;
      for (std::size_t j = 0; j < others; ++j) packing_.cell(1 + r, j) = row.of(columns_[j + 1]) - begin;
      for (std::size_t k = 0; k < contracts; ++k) {
        const auto& contract = problem_.contracts[k];
        if (row.contract == k) packing_.cell(1 + r, others + k) = 1;
        if (row.period != kNothing) packing_.cell(1 + r, others + k) = -contract.part_of(problem_.budgets[row.period]) * contract.usd / row.scale;
      }
    }
    for (std::size_t k = 0; k < contracts; ++k) {
      packing_.limit(first_contract + k) = 1;
      packing_.cell(first_contract + k, others + k) = 1;
      packing_.worth(others + k) = problem_.contracts[k].usd;
    }
    for (std::size_t j = 0; j < others; ++j) {
      packing_.cell(0, j) = 1;
      packing_.worth(j) = columns_[0].usd - columns_[j + 1].usd;
    }
    packing_.solve();
    take_prices(prices);
    return taken(over, first_over);
  }

  // More than any placement can save or a contract ask for.
  double any_usd() const {
    double token = 1e-15, most = 0;
    for (const auto& group : problem_.groups)
      for (const auto& source : group.sources)
        if (source.offer != kNothing) token = std::max({token, source.usd.input, source.usd.cached, source.usd.output});
    for (const auto& each : columns_) most = std::max(most, each.usd);
    for (const auto& each : problem_.contracts) most = std::max(most, each.usd);
    return kAny * std::max(most, token * problem_.tokens);
  }

  Mix taken(const std::vector<double>& over, std::size_t first_over) const {
    Mix mix;
    double first = 1;
    Spend spend(problem_);
    const auto part = [&](double share, const Column& column) {
      mix.parts.emplace_back(share, column.prices);
      mix.usd += share * column.usd;
      for (std::size_t k = 0; k < spend.contract.size(); ++k) spend.contract[k] += share * column.spend.contract[k];
    };
    for (std::size_t j = 0; j + 1 < columns_.size(); ++j) {
      if (packing_.x(j) <= 0) continue;
      part(packing_.x(j), columns_[j + 1]);
      first -= packing_.x(j);
    }
    if (first > 0) part(first, columns_[0]);
    mix.unspent_usd = unspent(spend);
    for (std::size_t r = 0; r < over.size(); ++r) mix.kept = mix.kept && packing_.x(first_over + r) >= over[r] - kKept;
    return mix;
  }

  void take_prices(CloudPrices& prices) const {
    prices = no_prices(problem_);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const auto& row = rows_[r];
      const double price = packing_.price(1 + r);
      for (std::size_t c = 0; c < row.of_share.size(); ++c) prices.token[c] += row.of_share[c] * price / problem_.tokens;
      if (row.period != kNothing) prices.budget[row.period] += price / row.scale;
      if (row.contract != kNothing) prices.drawn[row.contract] += price / row.scale;
    }
    // Only differences between clouds count.
    double least = std::numeric_limits<double>::infinity();
    for (const auto cloud : problem_.shares.there) least = std::min(least, prices.token[cloud]);
    for (const auto cloud : problem_.shares.there) prices.token[cloud] -= least;
  }

  const Problem& problem_;
  const std::vector<std::vector<double>>& units_;
  const Spend& bought_;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
  Packing packing_;
};

}  // namespace

Mix mix_placements(const Problem& problem, const std::vector<std::vector<double>>& units, const Spend& bought, CloudPrices& prices) {
  return Mixer(problem, units, bought).mix(prices);
}

}  // namespace fw::plan
