#include "plan/oracle_testing.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <fmt/format.h>

#include "base/date.h"

namespace fw::plan {
namespace {

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::unique_ptr<Instance> make() {
    auto made = std::make_unique<Instance>();
    auto& demand = made->demand;
    demand.from = *parse_rfc3339("2026-11-22T00:00:00Z");
    demand.step_s = chance(0.3) ? 1'800 : 3'600;
    demand.steps = static_cast<std::size_t>(number(12, 40) * 3'600 / demand.step_s);
    const auto models = chance(0.25) ? 2 : 1;
    for (int m = 0; m < models; ++m) model(*made, fmt::format("m{}", m));
    return made;
  }

 private:
  double real(double low, double high) { return std::uniform_real_distribution(low, high)(random_); }
  std::int64_t number(std::int64_t low, std::int64_t high) { return std::uniform_int_distribution(low, high)(random_); }
  bool chance(double p) { return real(0, 1) < p; }
  Money money(double usd) { return Money::of_units(static_cast<Int128>(std::llround(usd * 1e6)) * 1'000'000'000); }
  TokenPrice price(double usd) { return *TokenPrice::parse_per_million(fmt::format("{:.4f}", usd)); }

  void model(Instance& made, const std::string& name) {
    const auto classes = number(1, 3);
    for (int c = 0; c < classes; ++c) demand_class(made.demand, name, fmt::format("c{}", c));
    offers(made, name);
    if (chance(0.3)) made.rules.classes["c0"].residency = {"eu"};
  }

  void demand_class(Demand& demand, const std::string& model, const std::string& name) {
    DemandClass made{model, name, "", {}, {}, {}, {}};
    std::vector<double> input, cached, output, requests;
    const double level = real(0.2, 3) * static_cast<double>(demand.step_s) / 60 * 10'000, cache = chance(0.5) ? real(0, 0.9) : 0, out = real(0.02, 0.4);
    for (std::size_t i = 0; i < demand.steps; ++i) {
      const double wave = 1 + 0.8 * std::sin(static_cast<double>(i) * 0.26);
      const double tokens = chance(0.1) ? 0 : std::round(level * wave * real(0.5, 1.5));
      cached.push_back(std::round(tokens * cache));
      input.push_back(tokens - cached.back());
      output.push_back(std::round(tokens * out));
      requests.push_back(std::round(tokens / 1'000));
    }
    made.input = Series(input);
    made.cached = Series(cached);
    made.output = Series(output);
    made.requests = Series(requests);
    demand.classes.push_back(std::move(made));
  }

  void offers(Instance& made, const std::string& model) {
    const char* clouds[] = {"openai", "azure", "bedrock"};
    const double input = real(0.5, 5), output = input * real(4, 8);
    const auto paygs = number(1, 3), pools = number(1, 3);
    for (int i = 0; i < paygs; ++i) {
      const double dearer = i == 0 ? 1 : real(0.85, 1.2);
      Offer offer{.name = fmt::format("{}-payg{}", model, i), .model = model, .cloud = clouds[i], .scope = "eu", .tier = "standard", .from = {}, .until = {},
                  .input = price(input * dearer), .cache_read = price(input * dearer * 0.1), .output = price(output * dearer),
                  .tokens_per_minute_max = {}, .requests_per_minute_max = {}, .weights = {}, .family = {}, .terms = {}};
      if (i > 0 && chance(0.5)) offer.tokens_per_minute_max = real(2'000, 30'000);
      if (i > 0 && chance(0.2)) offer.requests_per_minute_max = real(2, 30);
      made.offers.push_back(offer);
    }
    for (int i = 0; i < pools; ++i) pool(made, model, clouds[number(0, 2)], input, output / input);
    if (chance(0.25)) made.rules.max_share[clouds[number(1, 2)]] = real(0.2, 0.6);
  }

  void pool(Instance& made, const std::string& model, const char* cloud, double input, double weight) {
    const double tpm = real(500, 5'000);
    const double full_hour = tpm * 60 * input / 1e6;  // what a busy unit saves
    Offer offer{.name = fmt::format("{}-pool{}", model, made.offers.size()), .model = model, .cloud = cloud, .scope = chance(0.7) ? "eu" : "us", .tier = "standard",
                .kind = OfferKind::provisioned, .from = {}, .until = {}, .input = {}, .cache_read = {}, .output = {}, .tokens_per_minute_max = {}, .requests_per_minute_max = {},
                .unit_tokens_per_minute = tpm, .weights = {1, chance(0.5) ? 0 : 0.1, std::max(weight * real(0.8, 1.2), 1.0)}, .family = {}, .terms = {}};
    offer.increment = chance(0.5) ? 1 : number(1, 4);
    offer.minimum = chance(0.5) ? offer.increment : number(1, 12);
    const double ratio = real(0.3, 0.9);
    offer.terms.hour = chance(0.8) ? std::optional(money(full_hour * real(0.7, 1.5))) : std::nullopt;
    offer.terms.month = chance(0.8) ? std::optional(money(full_hour * ratio * 730)) : std::nullopt;
    if (chance(0.6) || (!offer.terms.hour && !offer.terms.month)) offer.terms.year = money(full_hour * ratio * real(0.7, 0.95) * 8'760);
    // A family: bought with the pool before, of the same cloud.
    if (chance(0.3) && made.offers.back().kind == OfferKind::provisioned) {
      made.offers.back().family = offer.family = fmt::format("family{}", made.offers.size());
      offer.terms = made.offers.back().terms;
      offer.cloud = made.offers.back().cloud;
    }
    made.offers.push_back(offer);
  }

  std::mt19937_64 random_;
};

// Collects objective, rows, bounds and integers.
class Milp {
 public:
  explicit Milp(const Problem& problem) : p_(problem) {}

  std::string text() {
    for (std::size_t f = 0; f < p_.families.size(); ++f) family(f);
    for (std::size_t i = 0; i < p_.pools.size(); ++i) pool(i);
    for (std::size_t g = 0; g < p_.groups.size(); ++g)
      for (std::size_t step = 0; step < p_.demand->steps; ++step) place(g, step);
    for (std::size_t c = 0; c < p_.caps.size(); ++c) row(by_cloud_[p_.caps[c].cloud], "<=", p_.caps[c].share * p_.tokens);
    return fmt::format("Minimize\n obj: {}\nSubject To\n{}Bounds\n{}Generals\n{}Binaries\n{}End\n", objective_, rows_, bounds_, integers_, binaries_);
  }

 private:
  void row(const std::string& left, const char* sense, double right) {
    if (!left.empty()) rows_ += fmt::format(" r{}: {} {} {:.12g}\n", count_++, left, sense, right);
  }
  static void add(std::string& to, double factor, const std::string& name) { to += fmt::format(" {} {:.12g} {}\n", factor < 0 ? "-" : "+", std::abs(factor), name); }

  void family(std::size_t f) {
    const auto& family = p_.families[f];
    std::vector<std::string> held(p_.slots);
    for (std::size_t t = 0; t < family.terms.size(); ++t)
      for (const auto from : family.terms[t].starts) {
        const auto name = fmt::format("y{}_{}_{}", f, t, from);
        add(objective_, interval_usd(family.terms[t], from, p_.slots), name);
        integers_ += name + "\n";
        for (auto i = from; i < std::min(from + family.terms[t].slots, p_.slots); ++i) add(held[i], 1, name);
      }
    for (std::size_t i = 0; i < p_.slots; ++i) {
      auto left = held[i];
      for (const auto pool : family.pools) add(left, -1, fmt::format("d{}_{}", pool, i));
      row(left, ">=", 0);
    }
  }

  void pool(std::size_t i) {
    const auto& lumps = p_.pools[i].lumps;
    for (std::size_t slot = 0; slot < p_.slots; ++slot) {
      const auto b = fmt::format("b{}_{}", i, slot), j = fmt::format("j{}_{}", i, slot);
      std::string left;
      add(left, 1, fmt::format("d{}_{}", i, slot));
      add(left, -lumps.minimum, b);
      add(left, -lumps.increment, j);
      row(left, "=", 0);
      left.clear();
      add(left, 1, j);
      // As tight as can be: a solver takes a millionth for zero.
      add(left, -std::ceil(most_units(i, slot) / lumps.increment), b);
      row(left, "<=", 0);
      binaries_ += b + "\n";
      integers_ += j + "\n";
    }
  }

  // Units that could take everything there is in a slot.
  double most_units(std::size_t i, std::size_t slot) const {
    const auto& group = p_.groups[p_.pools[i].group];
    double most = 1;
    for (auto step = p_.begin(slot); step < p_.end(slot); ++step) {
      double units = 0;
      for (const auto c : group.classes) units += weigh(group.sources[p_.pools[i].source].units, p_.demand->classes[c].at(step));
      most = std::max(most, units);
    }
    return most;
  }

  void place(std::size_t g, std::size_t step) {
    const auto& group = p_.groups[g];
    std::vector<std::string> takes(group.sources.size()), asks(group.sources.size());
    for (std::size_t k = 0; k < group.classes.size(); ++k) {
      const auto& wanted = p_.demand->classes[group.classes[k]];
      const auto tokens = wanted.at(step);
      if (tokens.total() == 0) continue;
      std::string all;
      for (std::size_t s = 0; s < group.sources.size(); ++s) {
        const auto& source = group.sources[s];
        if (!group.admits[k][s] || source.offer == kNothing) continue;
        const auto name = fmt::format("x{}_{}_{}_{}", g, step, k, s);
        add(all, 1, name);
        if (source.pool == kNothing) add(objective_, weigh(source.usd, tokens), name);
        else add(takes[s], weigh(source.units, tokens), name);
        if (std::isfinite(source.tokens_max)) add(takes[s], tokens.total(), name);
        if (std::isfinite(source.requests_max)) add(asks[s], wanted.requests[step], name);
        add(by_cloud_[source.cloud], tokens.total(), name);
      }
      row(all, "=", 1);
    }
    for (std::size_t s = 0; s < group.sources.size(); ++s) {
      const auto& source = group.sources[s];
      if (source.pool != kNothing && !takes[s].empty()) {
        add(takes[s], -1, fmt::format("d{}_{}", source.pool, step / p_.steps_per_slot));
        row(takes[s], "<=", 0);
      } else if (!takes[s].empty()) {
        row(takes[s], "<=", source.tokens_max);
      }
      row(asks[s], "<=", source.requests_max);
    }
  }

  const Problem& p_;
  std::string objective_, rows_, bounds_, integers_, binaries_;
  std::vector<std::string> by_cloud_ = std::vector<std::string>(16);
  int count_ = 0;
};

}  // namespace

std::unique_ptr<Instance> random_instance(std::uint64_t seed) { return Maker(seed).make(); }

std::string milp_text(const Problem& problem) { return Milp(problem).text(); }

std::optional<double> cbc_optimum(const std::string& milp, const std::string& file) {
  if (auto* out = std::fopen(file.c_str(), "we")) {
    std::fwrite(milp.data(), 1, milp.size(), out);
    std::fclose(out);
  }
  auto* cbc = popen(fmt::format("cbc '{}' ratioGap 0.0001 sec 20 solve quit 2>&1", file).c_str(), "re");
  std::string said;
  char piece[4096];
  while (const auto size = std::fread(piece, 1, sizeof piece, cbc)) said.append(piece, size);
  pclose(cbc);
  if (!std::getenv("FAIRWAY_PLAN_KEEP")) std::remove(file.c_str());
  const auto at = said.find("Objective value:");
  if (said.find("Result - Optimal solution found") == said.npos || at == said.npos) return std::nullopt;
  return std::strtod(said.c_str() + at + 16, nullptr);
}

}  // namespace fw::plan
