// Budgets and rates: read, completed and checked. `preview` reads them also while the release refuses them.
#include "config/budgets.h"

#include <gtest/gtest.h>

#include "base/zone_testing.h"
#include "config/load_testing.h"

namespace fw::config {
namespace {

using Lines = std::vector<std::string>;

Loaded loaded(std::string_view text) {
  auto sources = testing::sources(testing::kEnv);
  sources.preview = true;
  sources.zone = [](const std::string& name) -> std::optional<std::string> {
    auto bytes = fw::testing::zone_bytes(name);
    if (bytes.empty()) return std::nullopt;
    return bytes;
  };
  sources.zone_names = [] { return std::vector<std::string>{"Europe/Berlin", "Europe/Dublin"}; };
  return load(text, sources);
}

// kGood with a budget for its key, and lines behind it (the first is line 9).
std::string with(std::string_view of_key, std::string_view more = "") {
  std::string text(testing::kGood);
  return text.replace(text.find("name: k,"), 8, fmt::format("name: k, {},", of_key)) + std::string(more);
}
Lines problems(std::string_view of_key, std::string_view more = "") {
  Lines lines;
  for (const auto& problem : loaded(with(of_key, more)).problems) lines.push_back(testing::line(problem));
  return lines;
}
bool has(const Lines& lines, std::string_view part) {
  return lines.size() == 1 && lines[0].find(part) != std::string::npos;
}

TEST(Budgets, are_read_exactly) {
  const auto config = loaded(with("budget: { usd: 100.10, per: day, time_zone: Europe/Berlin, hard: false, alert_percent: [90], name: mine }, "
                                  "limits: { requests_per_minute: 6, tokens_per_minute: 7000 }"))
                          .config.value();
  const auto& budget = *config.keys[0].budget;
  EXPECT_EQ(budget.name, "mine");
  EXPECT_EQ(budget.rule.limit, *Money::parse_usd("100.1"));
  EXPECT_EQ(budget.rule.per, ledger::Window::day);
  EXPECT_EQ(budget.rule.zone->name(), "Europe/Berlin");
  EXPECT_FALSE(budget.rule.hard);
  EXPECT_EQ(budget.rule.alert_percent, std::vector<std::uint16_t>{90});
  EXPECT_EQ(config.keys[0].limits.requests_per_minute, 6);
  EXPECT_EQ(config.keys[0].limits.tokens_per_minute, 7'000);
}

TEST(Budgets, have_their_defaults) {
  const auto config = loaded(with("budget: { usd: \"0.000000000000001\" }, tenant: t", "tenants: { t: { budget: { usd: 5 } } }\n")).config.value();
  const auto& rule = config.keys[0].budget->rule;
  EXPECT_EQ(config.keys[0].budget->name, "key/k");
  EXPECT_EQ(config.tenants[0].budget->name, "tenant/t");
  EXPECT_EQ(rule.per, ledger::Window::month);
  EXPECT_EQ(rule.zone->name(), "UTC");
  EXPECT_TRUE(rule.hard);
  EXPECT_EQ(rule.alert_percent, (std::vector<std::uint16_t>{50, 80, 100}));
  EXPECT_TRUE(loaded(with("budget: { usd: 1, alert_percent: [] }")).config->keys[0].budget->rule.alert_percent.empty());
}

TEST(Budgets, are_amounts_above_zero) {
  for (const auto* usd : {"0", "\"0.00\"", "-1", "1e3", "\"1,000\"", ".5", "0.0000000000000001", "10000000000", "ten"})
    EXPECT_TRUE(has(problems(fmt::format("budget: {{ usd: {} }}", usd)), "keys[0].budget.usd: found")) << usd;
  EXPECT_TRUE(has(problems("budget: { per: day }"), "no `usd`"));
  EXPECT_TRUE(has(problems("limits: { requests_per_minute: 0 }"), "from 1 to"));
  EXPECT_TRUE(has(problems("budget: { usd: 1, hard: yes }"), "true or false"));
  EXPECT_TRUE(has(problems("budget: { usd: 1, per: year }"), "one of hour, day, week, month, total"));
}

TEST(Budgets, name_a_time_zone_that_is_there) {
  EXPECT_EQ(problems("budget: { usd: 1, time_zone: Europe/Berln }"),
            (Lines{"8:45 error keys[0].budget.time_zone: found the time zone \"Europe/Berln\", which is not known here, expected an IANA name "
                   "such as Europe/Berlin (did you mean Europe/Berlin or Europe/Dublin?)"}));
  EXPECT_TRUE(has(problems("budget: { usd: 1, time_zone: ../passwd }"), "the name of a time zone"));
  auto bare = testing::sources(testing::kEnv);
  bare.preview = true;
  const auto without = load(with("budget: { usd: 1, time_zone: Europe/Berlin }"), bare).problems;
  ASSERT_EQ(without.size(), 1u);
  EXPECT_EQ(without[0].hint, "install the package tzdata; without it only UTC is known");
}

TEST(Budgets, warn_of_what_has_no_meaning) {
  EXPECT_TRUE(has(problems("budget: { usd: 1, per: total, time_zone: UTC }"), "warning keys[0].budget.time_zone: found a time zone of a budget that never begins anew"));
  EXPECT_TRUE(has(problems("budget: { usd: 1, alert_percent: [50, 120] }"), "warning keys[0].budget.alert_percent: found the threshold 120"));
  EXPECT_EQ(problems("budget: { usd: 1, hard: false, alert_percent: [50, 120] }"), Lines{});
  EXPECT_TRUE(has(problems("budget: { usd: 1, alert_percent: [80, 50] }"), "not ascending"));
  EXPECT_TRUE(has(problems("budget: { usd: 1, alert_percent: [1, 2, 3, 4, 5, 6, 7, 8, 9] }"), "at most 8"));
}

TEST(Budgets, of_several_name_who_exists) {
  EXPECT_EQ(problems("tenant: t", "tenants: { t: {} }\nbudgets: { team: { usd: 9, tenants: [t], keys: [k] } }\n"), Lines{});
  EXPECT_TRUE(has(problems("models: [m]", "budgets: { team: { usd: 9, tenants: [t] } }\n"), "budgets.team.tenants[0]: found the unknown tenant \"t\""));
  EXPECT_TRUE(has(problems("models: [m]", "budgets: { team: { usd: 9, keys: [kk] } }\n"), "budgets.team.keys[0]: found the unknown key \"kk\""));
  EXPECT_TRUE(has(problems("models: [m]", "budgets: { team: { usd: 9 } }\n"), "a budget that nobody spends from"));
  EXPECT_TRUE(has(problems("budget: { usd: 1, name: team }", "budgets: { team: { usd: 9, keys: [k] } }\n"), "the budget \"team\" a second time"));
}

TEST(Budgets, warn_where_unknown_prices_pass_them) {
  EXPECT_TRUE(has(problems("budget: { usd: 1 }, policy: p", "policies: { p: { unknown_price: flag } }\n"),
                  "9:33 warning policies.p.unknown_price: found flag, and the key \"k\" under it has the budget \"key/k\", expected refuse"));
  const auto refuses = [](std::string_view of_key, std::string_view more) {
    const auto config = loaded(with(of_key, more)).config.value();
    return refuses_unknown_price(config, config.keys[0].policy, !budget_accounts(config).of(config, 0).empty());
  };
  EXPECT_TRUE(refuses("budget: { usd: 1 }", ""));
  EXPECT_TRUE(refuses("models: [m]", "budgets: { team: { usd: 9, keys: [k] } }\n"));
  EXPECT_TRUE(refuses("policy: p", "policies: { p: { unknown_price: refuse } }\n"));
  EXPECT_FALSE(refuses("budget: { usd: 1 }, policy: p", "policies: { p: { unknown_price: flag } }\n"));
  EXPECT_FALSE(refuses("models: [m]", ""));
}

TEST(Budgets, become_accounts_that_keys_spend_from_once_each) {
  const auto config = loaded(with("tenant: t, budget: { usd: 1 }",
                                  "  - { name: l, key: \"${env:OTHER}\", tenant: t }\n"
                                  "tenants: { t: { budget: { usd: 2 } } }\n"
                                  "budgets: { team: { usd: 3, tenants: [t], keys: [k] } }\n"))
                          .config.value();
  const auto made = budget_accounts(config);
  ASSERT_EQ(made.accounts.size(), 3u);
  EXPECT_EQ(made.accounts[2].name, "team");
  EXPECT_EQ(made.of_key[0], (std::vector<std::uint32_t>{0, 2, 1}));
  EXPECT_EQ(made.of_key[1], (std::vector<std::uint32_t>{1, 2}));
}

}  // namespace
}  // namespace fw::config
