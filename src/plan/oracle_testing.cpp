#include "plan/oracle_testing.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
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
    shares();
    money();
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
        for (auto i = from; i < std::min(from + family.terms[t].slots, p_.slots); ++i) pay(family.cloud, i, family.terms[t].usd / static_cast<double>(family.terms[t].slots), name);
        integers_ += name + "\n";
        if (family.terms[t].start_usd > 0) start(f, t, from);
        for (auto i = from; i < std::min(from + family.terms[t].slots, p_.slots); ++i) add(held[i], 1, name);
      }
    for (std::size_t i = 0; i < p_.slots; ++i) {
      auto left = held[i];
      for (const auto pool : family.pools) add(left, -1, fmt::format("d{}_{}", pool, i));
      row(left, ">=", 0);
    }
  }

  // Hours that were not held in the slot before.
  void start(std::size_t f, std::size_t t, std::size_t from) {
    std::string left;
    const auto name = fmt::format("r{}_{}", f, from);
    add(left, 1, name);
    add(left, -1, fmt::format("y{}_{}_{}", f, t, from));
    if (from > 0) add(left, 1, fmt::format("y{}_{}_{}", f, t, from - 1));
    row(left, ">=", 0);
    pay(p_.families[f].cloud, from, p_.families[f].terms[t].start_usd, name);
  }

  void pay(std::size_t cloud, std::size_t slot, double usd, const std::string& name) {
    paid_[name] += usd;
    for (std::size_t b = 0; b < p_.budgets.size(); ++b)
      if (p_.budgets[b].from <= slot && slot < p_.budgets[b].until) in_budget_[{b, name}] += usd;
    for (std::size_t k = 0; k < p_.contracts.size(); ++k)
      if (p_.contracts[k].cloud == cloud && p_.contracts[k].from <= slot && slot < p_.contracts[k].until) in_contract_[{k, name}] += usd;
  }

  void shares() {
    const auto& rules = p_.shares;
    if (!rules.any()) return;
    std::string seconds;
    for (const auto c : rules.there) {
      if (by_cloud_[c].empty()) continue;
      auto left = by_cloud_[c];
      const auto share = fmt::format("s{}", c), second = fmt::format("z{}", c);
      add(left, -1, share);
      row(left, "=", 0);
      left.clear();
      add(left, 1, share);
      row(left, "<=", rules.most[c]);
      if (rules.second <= 0) continue;
      add(left, -rules.second, second);
      row(left, ">=", 0);
      add(seconds, 1, second);
      binaries_ += second + "\n";
    }
    if (rules.second > 0) row(seconds.empty() ? "0 none" : seconds, ">=", 2);
    if (rules.hhi < 1) squares();
  }

  // Tangents of the sphere of shares, close enough for a thousandth; three clouds at most.
  void squares() {
    constexpr int kDirections = 60;
    const std::vector<std::size_t> clouds(p_.shares.there.begin(), p_.shares.there.end());
    for (int i = 0; i <= kDirections; ++i)
      for (int j = 0; j <= (clouds.size() > 2 ? kDirections : 0); ++j) {
        const double a = i * M_PI / 2 / kDirections, b = j * M_PI / 2 / kDirections;
        const double along[] = {std::cos(a) * std::cos(b), std::sin(a) * std::cos(b), std::sin(b)};
        std::string left;
        for (std::size_t c = 0; c < std::min<std::size_t>(clouds.size(), 3); ++c)
          if (!by_cloud_[clouds[c]].empty()) add(left, along[c], fmt::format("s{}", clouds[c]));
        row(left, "<=", std::sqrt(p_.shares.hhi));
      }
  }

  void money() {
    std::vector<std::string> budgets(p_.budgets.size()), contracts(p_.contracts.size());
    for (const auto& [key, usd] : in_budget_) add(budgets[key.first], usd, key.second);
    for (const auto& [key, usd] : in_contract_) add(contracts[key.first], usd, key.second);
    for (std::size_t k = 0; k < p_.contracts.size(); ++k) {
      const auto name = fmt::format("u{}", k);
      add(contracts[k], 1, name);
      row(contracts[k], ">=", p_.contracts[k].usd);
      paid_[name] += 1;
      for (std::size_t b = 0; b < p_.budgets.size(); ++b) add(budgets[b], p_.contracts[k].part_of(p_.budgets[b]), name);
    }
    for (std::size_t b = 0; b < p_.budgets.size(); ++b) row(budgets[b], "<=", p_.budgets[b].usd);
    for (const auto& [name, usd] : paid_) add(objective_, usd, name);
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
      if (p_.pools[i].open_usd <= 0) continue;
      left.clear();
      add(left, 1, b);
      add(left, -1, fmt::format("o{}", i));
      row(left, "<=", 0);
    }
    if (p_.pools[i].open_usd <= 0) return;
    binaries_ += fmt::format("o{}\n", i);
    for (std::size_t slot = 0; slot < p_.slots; ++slot) pay(p_.families[p_.pools[i].family].cloud, slot, p_.pools[i].open_usd / static_cast<double>(p_.slots), fmt::format("o{}", i));
  }

  // Units that could take everything there is in a slot.
  double most_units(std::size_t i, std::size_t slot) const {
    double most = 1;
    for (const auto& use : p_.pools[i].uses) {
      const auto& group = p_.groups[use.group];
      for (auto step = p_.begin(slot); step < p_.end(slot); ++step) {
        double units = 0;
        for (const auto c : group.classes) units += weigh(group.sources[use.source].units, p_.demand->classes[c].at(step));
        most = std::max(most, units);
      }
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
        if (source.pool == kNothing && source.cloud != kNothing) pay(source.cloud, step / p_.steps_per_slot, weigh(source.usd, tokens), name);
        if (source.pool != kNothing) add(takes[s], weigh(source.units, tokens), name);
        if (std::isfinite(source.tokens_max)) add(takes[s], tokens.total(), name);
        if (std::isfinite(source.requests_max)) add(asks[s], wanted.requests[step], name);
        if (source.cloud != kNothing) add(by_cloud_[source.cloud], tokens.total() / p_.tokens, name);
      }
      row(all.empty() ? " 0 none" : all, "=", 1);
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
  std::map<std::string, double> paid_;
  std::map<std::pair<std::size_t, std::string>, double> in_budget_, in_contract_;
  int count_ = 0;
};

}  // namespace

std::unique_ptr<Instance> random_instance(std::uint64_t seed) { return Maker(seed).make(); }

std::string milp_text(const Problem& problem) { return Milp(problem).text(); }

void add_rule(Instance& instance, RuleKind kind, std::uint64_t seed, double usd) {
  std::mt19937_64 random(seed * 7'919 + static_cast<std::uint64_t>(kind));
  const auto real = [&](double low, double high) { return std::uniform_real_distribution(low, high)(random); };
  const auto money = [](double dollars) { return Money::of_units(static_cast<Int128>(std::llround(dollars * 1e6)) * 1'000'000'000); };
  const auto& demand = instance.demand;
  const double hours = static_cast<double>(demand.steps) * static_cast<double>(demand.step_s) / 3'600;
  // A second and a third cloud for everything, so that most instances have a plan.
  const auto elsewhere = [&](const char* cloud) {
    auto more = instance.offers;
    for (const auto& each : more) {
      if (each.kind != OfferKind::pay_as_you_go || !each.name.ends_with("payg0")) continue;
      auto offer = each;
      offer.name += cloud;
      offer.cloud = cloud;
      const double dearer = real(1.0, 1.3);
      for (auto* price : {&offer.input, &offer.cache_read, &offer.output}) *price = TokenPrice::parse_per_million(fmt::format("{:.4f}", std::strtod((*price)->per_million().c_str(), nullptr) * dearer));
      instance.offers.push_back(offer);
    }
  };
  switch (kind) {
    case RuleKind::replicas:
      for (auto& each : instance.offers) {
        if (each.kind != OfferKind::provisioned) continue;
        each.kind = OfferKind::replicas;
        each.minimum = each.increment;
        each.open_usd = money(real(0, 0.3) * usd / hours * 730);
        if (each.family.empty()) each.boot_s = real(0, 1) < 0.5 ? 0 : static_cast<std::int64_t>(real(60, 1'800));
      }
      break;
    case RuleKind::outages:
      instance.rules.n_minus_1 = real(0.3, 1);
      if (real(0, 1) < 0.7) elsewhere("azure"), instance.offers.back().tokens_per_minute_max = real(5'000, 30'000);
      if (real(0, 1) < 0.5) instance.rules.classes["c0"].critical = true;
      break;
    case RuleKind::second_source:
      elsewhere("azure");
      if (real(0, 1) < 0.5) elsewhere("bedrock");
      instance.rules.second_source = real(0.1, 0.45);
      break;
    case RuleKind::hhi:
      elsewhere("azure");
      elsewhere("bedrock");
      instance.rules.hhi_max = real(0.36, 0.8);
      break;
    case RuleKind::budget:
      instance.rules.budget = BudgetRule{money(usd / hours * 24 * real(0.95, 1.4)), "day"};
      break;
    case RuleKind::contracts:
      elsewhere("azure");
      instance.rules.contracts.push_back({real(0, 1) < 0.5 ? "openai" : "azure", money(usd * real(0.1, 0.8)), demand.from, demand.time(demand.steps / 2)});
      if (real(0, 1) < 0.4) instance.rules.contracts.push_back({"azure", money(usd * real(0.05, 0.5)), demand.from, demand.until()});
      break;
  }
}

CbcAnswer cbc_answer(const std::string& milp, const std::string& file) {
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
  if (said.find("infeasible") != said.npos && at == said.npos) return {std::nullopt, true};
  if (said.find("Result - Optimal solution found") == said.npos || at == said.npos) return {};
  return {std::strtod(said.c_str() + at + 16, nullptr), false};
}

}  // namespace fw::plan
