#include "gateway/purse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/date.h"
#include "gateway/ask.h"
#include "gateway/core.h"
#include "ledger/refusal.h"
#include "wire/json_write.h"

namespace fw::gateway {

Leases<MoneyKind>& MoneyKind::of(Core& core) { return core.purse.money; }
const std::vector<Core*>& MoneyKind::cores(Core& core) { return core.shared().cores; }
net::Loop& MoneyKind::loop(Core& core) { return core.loop(); }
MonoTime MoneyKind::now(Core& core) { return core.loop().now(); }
Leases<PaceKind>& PaceKind::of(Core& core) { return core.purse.pace; }

void MoneyKind::returned(Core& core, Home& home, std::size_t account, const Return& r, MonoTime) {
  const auto passed = home.returned(account, r);
  core.purse.keep_pace(account);
  core.counts.budget_alerts[account] += passed.count;
  for (const auto percent : passed.list()) core.purse.tell_passed(account, r.window, percent);
  if (!passed.limit || core.keys().budgets()[account].rule.hard) return;
  for (auto* const to : cores(core))
    post(loop(*to), [to, account, window = r.window] { of(*to).lease(account).note_over(window); });
}

Purse::Purse(Core& core) : money(core), pace(core), core_(core) {}

void Purse::make_room(const KeyTable& keys) {
  const auto& budgets = keys.budgets();
  for (auto i = clocks_.size(); i < budgets.size(); ++i) {
    money.all().emplace_back(budgets[i].rule.hard);
    clocks_.emplace_back(budgets[i].rule.per, *budgets[i].rule.zone);
  }
  pace.all().resize(keys.rates().size());
  paced_.resize(budgets.size());
  for (std::size_t i = 0; i < budgets.size(); ++i) paced_[i] = budgets[i].paced;
  pacers_.resize(budgets.size());
  pressure_.resize(budgets.size());
  if (money.home()) make_home_room(keys);
}

void Purse::make_home_room(const KeyTable& keys) {
  for (std::size_t i = 0; i < keys.budgets().size(); ++i) {
    const auto& account = keys.budgets()[i];
    const ledger::BudgetTerms terms{.limit = account.rule.limit, .hard = account.rule.hard, .alert_percent = account.rule.alert_percent};
    if (i == budgets_changed_.size()) {
      money.home()->add(terms);
      budgets_changed_.push_back(account.changed);
    } else if (std::exchange(budgets_changed_[i], account.changed) != account.changed) {
      money.home()->change(i, terms);
    }
  }
  for (std::size_t i = 0; i < keys.rates().size(); ++i) {
    const auto& account = keys.rates()[i];
    if (i == rates_changed_.size()) {
      pace.home()->add(account.per_minute, core_.loop().now());
      rates_changed_.push_back(account.changed);
    } else if (std::exchange(rates_changed_[i], account.changed) != account.changed) {
      pace.home()->change(i, account.per_minute, core_.loop().now());
    }
  }
  money.home_grew();
  pace.home_grew();
}

void Purse::tell_passed(std::size_t account, ledger::WindowId window, unsigned percent) {
  const auto& budget = core_.keys().budgets()[account];
  const auto now = core_.loop().wall();
  auto span = clocks_[account].at(now);
  if (span.id != window) span = {window, {}};  // told late: when it began anew is past
  const auto state = money.home()->state(account, window);
  Notice notice{.id = {}, .time = {}, .kind = config::AlertKind::budget, .level = percent >= 100 ? config::LogLevel::warn : config::LogLevel::info, .type = "budget.threshold", .text = {}, .data = {}};
  notice.text = ledger::passed_text({.name = budget.name, .per = budget.rule.per, .span = span, .state = state, .needed = {}}, percent, *budget.rule.zone);
  wire::JsonWriter json(notice.data);
  json.begin_object().member("budget", budget.name).member("percent", static_cast<std::int64_t>(percent)).member("limit_usd", state.limit.usd());
  json.member("settled_usd", state.settled.usd()).member("per", name(budget.rule.per)).member("hard", budget.rule.hard).key("resets_at");
  if (span.ends()) json.string(rfc3339_text(span.until));
  else json.null();
  json.end_object();
  core_.notify(std::move(notice));
}

void Purse::keep_pace(std::size_t account) {
  const auto now = core_.loop().wall();
  const auto span = clocks_[account].at(now);
  if (!paced_[account] || !span.ends()) return;
  const auto state = money.home()->state(account, span.id);
  const auto part = [](Int128 of, Int128 whole) { return static_cast<std::int64_t>(std::min<Int128>(of * route::kWhole / std::max<Int128>(whole, 1), 2 * route::kWhole)); };
  auto& pacer = pacers_[account];
  pacer.observe({.window = span.id.value, .spent = part(state.settled.units(), state.limit.units()), .elapsed = part(now.ns - span.from.ns, span.until.ns - span.from.ns)});
  const auto pressure = pacer.pressure();
  constexpr int kSmall = 64;  // changes nothing that is worth telling
  if (pressure == pressure_[account] || (pressure != 0 && std::abs(pressure - pressure_[account]) < kSmall)) return;
  for (auto* const to : core_.shared().cores)
    post(to->loop(), [to, account, pressure] { to->purse.pressure_[account] = pressure; });
}

std::uint16_t Purse::pressure(std::span<const std::uint16_t> budgets) const {
  std::uint16_t most = 0;
  for (const auto account : budgets) most = std::max(most, pressure_[account]);
  return most;
}

void Purse::keep_home(std::size_t cores, const std::vector<Money>& spent) {
  money.keep_home(std::make_unique<ledger::BudgetHome>(cores));
  pace.keep_home(std::make_unique<ledger::RateHome>(cores));
  make_home_room(core_.keys());
  for (std::size_t i = 0; i < clocks_.size() && i < spent.size(); ++i) money.home()->restore(i, clocks_[i].at(core_.loop().wall()).id, spent[i]);
}

net::Task<std::optional<Error>> Purse::reserve(const KeyTable& keys, std::span<const std::uint16_t> budgets, Money amount, Held& held) {
  held = {.amount = amount, .parts = {}};
  for (const auto account : budgets) {
    const auto span = clocks_[account].at(core_.loop().wall());
    while (!money.lease(account).take(span.id, amount).ok) {
      Leases<MoneyKind>::Asking asking(money, account, {span.id, amount});
      const auto grant = co_await asking;
      if (grant.amount != Money()) continue;
      settle(held, Money());
      // The home's figures are for its own core; what a client is told need not be newer than the grant.
      auto* const home = core_.shared().cores.front();
      auto question = ask<ledger::BudgetState>(core_.loop(), home->loop(), [home, account, id = span.id] { return home->purse.money.home()->state(account, id); });
      const auto state = co_await question;
      const auto& budget = keys.budgets()[account];
      co_return ledger::refused_by_budget({.name = budget.name, .per = budget.rule.per, .span = span, .state = state, .needed = amount}, *budget.rule.zone, core_.loop().wall());
    }
    held.parts.push_back({account, span.id});
  }
  co_return std::nullopt;
}

void Purse::settle(Held& held, Money cost) {
  for (const auto& part : held.parts) {
    money.lease(part.account).settle(part.window, held.amount, cost);
    money.tell(part.account);
  }
  held = {};
}

net::Task<std::optional<Error>> Purse::admit(const KeyTable& keys, const Key& key, std::int64_t tokens, Paced& paced) {
  paced = {.tokens = tokens, .accounts = 0};
  for (const auto account : key.rates) {
    const auto& rate = keys.rates()[account];
    const auto needed = rate.rate == ledger::Rate::requests ? 1 : tokens;
    while (!pace.lease(account).take(needed)) {
      Leases<PaceKind>::Asking asking(pace, account, {needed});
      const auto grant = co_await asking;
      if (grant.amount != 0) continue;
      give_back(keys, key, paced);
      co_return ledger::refused_by_rate({.whose = rate.whose, .rate = rate.rate, .grant = grant, .needed = needed});
    }
    ++paced.accounts;
  }
  co_return std::nullopt;
}

// Not admitted after all: neither the request nor its tokens count.
void Purse::give_back(const KeyTable& keys, const Key& key, Paced& paced) {
  const auto& accounts = key.rates;
  for (std::size_t i = 0; i < paced.accounts; ++i) {
    const bool requests = keys.rates()[accounts[i]].rate == ledger::Rate::requests;
    pace.lease(accounts[i]).settle(requests ? 1 : paced.tokens, 0);
    pace.tell(accounts[i]);
  }
  paced = {};
}

void Purse::ended(const KeyTable& keys, const Key& key, Paced& paced, std::int64_t tokens) {
  const auto& accounts = key.rates;
  for (std::size_t i = 0; i < paced.accounts; ++i) {
    if (keys.rates()[accounts[i]].rate == ledger::Rate::tokens) pace.lease(accounts[i]).settle(paced.tokens, tokens);
    pace.tell(accounts[i]);
  }
  paced = {};
}

void Purse::append_standing(const KeyTable& keys, const Key& key, std::string& lines) const {
  for (const auto account : key.rates) {
    const auto& rate = keys.rates()[account];
    const auto standing = pace.lease(account).standing(core_.loop().now());
    const auto kind = rate.rate == ledger::Rate::requests ? "requests" : "tokens";
    fmt::format_to(std::back_inserter(lines), "x-ratelimit-limit-{}: {}\r\nx-ratelimit-remaining-{}: {}\r\nx-ratelimit-reset-{}: {}ms\r\n", kind, standing.limit, kind,
                   standing.remaining, kind, standing.reset_ms);
  }
}

std::vector<Purse::Standing> Purse::standing(WallTime now) const {
  std::vector<Standing> out;
  for (std::size_t i = 0; i < core_.keys().budgets().size(); ++i) {
    const auto& rule = core_.keys().budgets()[i].rule;
    const auto span = ledger::window_at(now, rule.per, *rule.zone);
    out.push_back({money.home()->state(i, span.id), span});
  }
  return out;
}

}  // namespace fw::gateway
