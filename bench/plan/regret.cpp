#include "regret.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <numeric>
#include <stdexcept>

#include "plan/intervals.h"
#include "plan/rolling.h"

namespace fw::plan {
namespace {

constexpr double kCoverage = 0.8;
constexpr double kServed = 0.99;

std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> made;
  for (std::size_t begin = 0; begin <= line.size();) {
    const auto end = std::min(line.find(',', begin), line.size());
    made.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return made;
}

std::vector<double> copy(std::span<const double> values) { return {values.begin(), values.end()}; }

// Of the terms that a rule could use, the one that suits it best: a gift to the rule.
double best_periodic(const UnitMarket& market, const Load& load, const Size& size) {
  double best = cost_of(market, load, periodic(market, load, 0, size));
  for (std::size_t t = 1; t < market.terms.size(); ++t) best = std::min(best, cost_of(market, load, periodic(market, load, t, size)));
  return best;
}

}  // namespace

Trace read_trace(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) throw std::runtime_error(path + " cannot be read");
  Trace trace;
  for (const auto name : cells(line)) trace.names.emplace_back(name);
  trace.loads.resize(trace.names.size());
  while (std::getline(file, line)) {
    const auto row = cells(line);
    for (std::size_t c = 0; c < trace.loads.size(); ++c) {
      double value = 0;
      const auto text = c < row.size() ? row[c] : std::string_view();
      if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) throw std::runtime_error(path + ": found '" + std::string(text) + "', expected a number");
      trace.loads[c].push_back(value);
    }
  }
  return trace;
}

std::vector<double> pooled(const Trace& trace) {
  std::vector<double> sum(trace.loads.front().size());
  for (const auto& load : trace.loads) std::ranges::transform(sum, load, sum.begin(), std::plus{});
  return sum;
}

double clairvoyant_usd(const UnitMarket& market, const Load& load) {
  const auto slots = load.slots();
  std::vector<Value> values;
  double all = 0;
  for (std::size_t i = 0; i < slots; ++i) {
    const double units = load.units[load.begin + i];
    values.emplace_back(std::vector<Segment>{{units, market.load_usd}});
    all += units * market.load_usd;
  }
  std::vector<IntervalTerm> terms;
  for (const auto& each : market.terms) {
    auto& term = terms.emplace_back();
    term.usd = each.usd;
    term.slots = each.slots;
    for (std::size_t at = 0; at < slots; at += market.start_slots) term.starts.push_back(at);
  }
  const auto solved = plan_intervals(values, terms);
  return all - solved.worth_usd + solved.usd;
}

std::vector<Outcome> outcomes(const UnitMarket& market, const Load& load) {
  std::vector<Outcome> made;
  made.push_back({"rolling", cost_of(market, load, rolling(market, load))});
  made.push_back({"ladder", cost_of(market, load, quantile_ladder(market, load))});
  made.push_back({"pay as you go", cost_of(market, load, {})});
  const auto add = [&](std::string_view name, const Size& size) { made.push_back({name, best_periodic(market, load, size)}); };
  // The sizing formula for Azure's units: the busiest minute's requests times the mean tokens of one. With one series of a
  // load it is its peak.
  add("peak, Azure formula", [](std::span<const double> last) { return std::ranges::max(last); });
  add("P95", [](std::span<const double> last) { return load_quantile(copy(last), 0.95); });
  add("mean", [](std::span<const double> last) { return std::accumulate(last.begin(), last.end(), 0.0) / static_cast<double>(last.size()); });
  for (std::size_t t = 0; t < market.terms.size(); ++t) {
    const double busy = std::min(market.terms[t].slot_usd() / market.load_usd, 1.0);
    const double usd = cost_of(market, load, periodic(market, load, t, [&](std::span<const double> last) { return load_quantile(copy(last), 1 - busy); }));
    if (t == 0) made.push_back({"newsvendor", usd});
    else made.back().usd = std::min(made.back().usd, usd);
  }
  add("80 % coverage", [](std::span<const double> last) { return covering_units(copy(last), kCoverage); });
  add("slosizer p99", [](std::span<const double> last) { return load_quantile(copy(last), kServed); });
  add("slosizer latency", [](std::span<const double> last) { return queue_units(last, 1 - kServed); });
  made.push_back({"ski rental", cost_of(market, load, ski_rental(market, load))});
  return made;
}

}  // namespace fw::plan
