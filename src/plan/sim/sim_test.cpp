#include <gtest/gtest.h>

#include <numeric>
#include <utility>
#include <vector>

#include "base/date.h"
#include "plan/sim/drawn.h"
#include "plan/sim/gateway.h"
#include "plan/sim/outcome.h"
#include "plan/sim/planned.h"
#include "plan/sim/play.h"
#include "plan/sim/setting.h"
#include "plan/sim/stage.h"

namespace fw::plan::sim {
namespace {

WallTime at(const char* text) { return *parse_date(text); }

Demand demand(std::vector<double> requests, double tokens_each = 1'000) {
  Demand out{.from = at("2026-11-22"), .step_s = 60, .steps = requests.size(), .classes = {}, .holes = {}};
  std::vector<double> input, cached, output;
  for (const double n : requests) input.push_back(n * tokens_each), cached.push_back(n * 250), output.push_back(n * 100);
  out.classes.push_back({.model = "m", .name = "chat", .place = "", .input = Series(input), .cached = Series(cached), .output = Series(output), .requests = Series(std::move(requests))});
  return out;
}

Place place(const char* name, const char* cloud) {
  Place out;
  out.name = name;
  out.cloud = cloud;
  out.scope = "global";
  out.pace.usual_errors = 0;
  return out;
}

// Two places, the first one the cheaper.
Stage stage() {
  Stage out;
  for (const auto& [name, cloud, usd] : {std::tuple("near", "openai", 1), std::tuple("far", "azure", 2)}) {
    const auto index = static_cast<std::uint16_t>(out.places.size());
    const route::Pico pico = usd * 1'000'000;
    out.market.places.push_back({.name = name, .provider_name = name, .cloud = cloud, .scope = "global", .provider = index, .of_cloud = index, .weight = 1,
                                 .price = {.base = {.input = pico, .cold = pico, .cached = pico, .output = pico}, .beyond = {}}, .pool = {}});
    out.places.push_back(place(name, cloud));
  }
  out.market.classes.push_back({.model = "m", .places = {0, 1}, .usual = 0, .policy = {}});
  out.market.providers = out.market.clouds = 2;
  out.market.models = 1;
  out.slos = {{}};
  return out;
}

TEST(SimDrawn, has_all_requests_and_tokens_of_the_demand_sorted_by_time) {
  const auto asked_for = demand({10, 0, 3.5, 2.5, 700});
  Drawn drawn(asked_for, {.burst = 4}, 7);
  double requests = 0, input = 0, cached = 0, output = 0;
  std::int64_t last = 0;
  while (const auto* a = drawn.next()) {
    EXPECT_GE(a->at_ns, last);
    EXPECT_EQ(a->id, requests);
    last = a->at_ns;
    ++requests, input += a->input, cached += a->cached, output += a->output;
    EXPECT_NE(a->at_ns / 60'000'000'000, 1) << "a request in a minute without any";
  }
  EXPECT_LT(last, 300'000'000'000);
  EXPECT_EQ(requests, 716);
  EXPECT_EQ(input, 716'000);
  EXPECT_EQ(cached, 179'000);
  EXPECT_EQ(output, 71'600);
}

TEST(SimDrawn, a_demand_that_counts_no_requests_has_some_of_the_usual_size) {
  auto asked_for = demand({0, 0});
  asked_for.classes[0].input = Series({9'000, 1'000});
  Drawn drawn(asked_for, {.tokens_each = 1'000}, 7);
  int requests = 0;
  while (drawn.next() != nullptr) ++requests;
  EXPECT_EQ(requests, 10);
}

TEST(SimWorld, a_quota_fills_evenly_and_says_when_to_come_again) {
  auto limited = place("p", "openai");
  limited.tokens = {.per_s = 100, .seconds = 60, .limited = true};
  World world(1, {limited}, {});
  const Asked large{.input = 5'000}, small{.input = 1'500};
  EXPECT_EQ(world.send(large, 0, {}).kind, cloud::FailureKind::none);
  const auto refused = world.send(small, 0, {});
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.retry_after_ms, 5'000u);
  EXPECT_EQ(world.send(small, 0, MonoTime{}.plus_ms(5'001)).kind, cloud::FailureKind::none);
  // What is larger than the bucket passes when it is full.
  EXPECT_EQ(world.send({.input = 50'000}, 0, MonoTime{}.plus_ms(200'000)).kind, cloud::FailureKind::none);
}

TEST(SimWorld, a_pool_without_units_serves_nothing_until_it_gets_some) {
  auto pool = place("pool", "azure");
  pool.tokens = {.per_s = 0, .seconds = 60, .limited = true};
  World world(1, {pool}, {});
  EXPECT_EQ(world.send({.input = 10}, 0, {}).status, 429);
  world.resize(0, 100, MonoTime{}.plus_ms(1'000));
  EXPECT_EQ(world.send({.input = 10}, 0, MonoTime{}.plus_ms(1'000)).kind, cloud::FailureKind::none);
}

TEST(SimWorld, each_trouble_does_what_its_name_says_and_ends) {
  for (std::size_t i = 0; i < kTroubles; ++i) {
    const auto what = static_cast<Trouble>(i);
    EXPECT_EQ(trouble_of(name(what)), what);
    auto fast = place("p", "openai");
    fast.pace.spread = 0;
    World world(3, {fast, fast}, {{.what = what, .places = {0}, .from_s = 10, .to_s = 20}});
    int differ = 0;
    for (std::uint32_t id = 0; id < 200; ++id) {
      const Asked asked{.id = id, .input = 100};
      for (const std::int64_t ms : {5'000, 15'000, 25'000}) {
        world.advance(MonoTime{}.plus_ms(ms));
        const auto hit = world.fate(asked, 0, MonoTime{}.plus_ms(ms));
        const bool strange = hit.kind != cloud::FailureKind::none || hit.first_s > 1;
        if (ms == 15'000) differ += strange ? 1 : 0;
        else EXPECT_FALSE(strange) << name(what);
        EXPECT_EQ(world.fate(asked, 1, MonoTime{}.plus_ms(ms)).kind, cloud::FailureKind::none);
      }
      world = World(3, {fast, fast}, {{.what = what, .places = {0}, .from_s = 10, .to_s = 20}});
    }
    EXPECT_GT(differ, 50) << name(what);
  }
}

TEST(SimPlay, every_request_ends_once_and_money_is_that_of_the_tokens_served) {
  auto at_work = stage();
  at_work.places[0].tokens = {.per_s = 5'000, .seconds = 10, .limited = true};
  at_work.incidents = {{.what = Trouble::errors, .places = {0}, .from_s = 100, .to_s = 160}};
  const auto asked_for = demand(std::vector<double>(6, 600));
  const auto ran = run(at_work, asked_for);
  const auto& c = ran.outcome.classes()[0];
  EXPECT_EQ(c.requests, 3'600u);
  EXPECT_EQ(c.served + c.lost, c.requests);
  const auto& places = ran.outcome.places();
  EXPECT_EQ(places[0].served + places[1].served, c.served);
  EXPECT_EQ(places[0].pico_usd, Int128{places[0].tokens} * 1'000'000);
  EXPECT_EQ(places[1].pico_usd, Int128{places[1].tokens} * 2'000'000);
  EXPECT_EQ(c.pico_usd, places[0].pico_usd + places[1].pico_usd);
  EXPECT_GT(places[1].served, 1'000u) << "what the quota does not take goes elsewhere";
  EXPECT_EQ(run(at_work, asked_for).outcome.digest(), ran.outcome.digest());
  at_work.seed = 2;
  EXPECT_NE(run(at_work, asked_for).outcome.digest(), ran.outcome.digest());
}

TEST(SimPlay, a_slow_place_gets_company_of_another_cloud_within_the_budget) {
  auto at_work = stage();
  at_work.market.classes[0].policy.prefer = route::Prefer::cheapest;
  at_work.places[0].pace.first_token_s = 5;
  const auto asked_for = demand(std::vector<double>(5, 300));
  const auto alone = run(at_work, asked_for);
  at_work.market.classes[0].policy.hedge = {.after_ms = 500, .after_percentile = 0, .budget_percent = 20, .burst = 10};
  const auto hedged = run(at_work, asked_for);
  EXPECT_EQ(alone.outcome.places()[1].served, 0u);
  EXPECT_GT(hedged.outcome.places()[1].served, 280u);
  EXPECT_LE(hedged.outcome.places()[1].attempts, 310u);
  EXPECT_EQ(hedged.outcome.classes()[0].served, 1'500u);
  EXPECT_GT(hedged.outcome.classes()[0].pico_usd, alone.outcome.classes()[0].pico_usd);
}

TEST(SimOutcome, quantiles_are_right_to_some_percent) {
  Latencies l;
  for (std::int64_t ms = 1; ms <= 1'000; ++ms) l.add(ms * 1'000);
  EXPECT_NEAR(static_cast<double>(l.quantile_ms(0.5)), 500, 16);
  EXPECT_NEAR(static_cast<double>(l.quantile_ms(0.99)), 990, 32);
}

TEST(SimSetting, what_is_named_must_all_hold_and_later_terms_go_over_earlier_ones) {
  std::vector<offer::Fault> faults;
  SettingText text;
  text.places.push_back({.deployments = {}, .clouds = {}, .scopes = {}, .tokens_per_minute = "6000", .requests_per_minute = "", .window_s = "", .first_token_ms = "100", .spread = "", .per_1k_ms = "", .per_token_ms = "", .congestion = "", .errors = "", .tells_wait = "", .tells_left = ""});
  text.places.push_back(text.places[0]);
  text.places[1].clouds = {"azure"};
  text.places[1].first_token_ms = "200";
  text.incidents.push_back({.deployments = {}, .clouds = {"azure"}, .scopes = {"eu"}, .what = "gone", .from = "2026-11-22T00:01:00Z", .until = "2026-11-22T00:02:00Z", .factor = "", .part = ""});
  const auto setting = read_setting(text, faults);
  EXPECT_TRUE(faults.empty());
  std::vector<Place> places{place("near", "openai"), place("far", "azure")};
  places[1].scope = "eu/sweden-central";
  apply(setting.places, places);
  EXPECT_EQ(places[0].pace.first_token_s, 0.1);
  EXPECT_EQ(places[1].pace.first_token_s, 0.2);
  EXPECT_EQ(places[0].tokens.per_s, 100);
  std::vector<std::size_t> strange;
  const auto incidents = incidents_at(setting.incidents, places, at("2026-11-22"), strange);
  ASSERT_EQ(incidents.size(), 1u);
  EXPECT_EQ(incidents[0].places, std::vector<std::uint16_t>{1});
  EXPECT_EQ(incidents[0].from_s, 60);
  places.pop_back();
  EXPECT_TRUE(incidents_at(setting.incidents, places, at("2026-11-22"), strange).empty());
  EXPECT_EQ(strange, std::vector<std::size_t>{0});
}

TEST(SimPlanned, a_later_demand_meets_the_plan_at_the_same_time_of_its_span) {
  Planned plan;
  plan.from = at("2026-11-02");
  plan.until = at("2026-11-09");
  plan.bought = *Money::parse_usd("70");
  EXPECT_EQ(planned_time(plan, at("2026-11-12")), at("2026-11-05"));
  EXPECT_EQ(planned_time(plan, at("2026-10-31")), at("2026-11-07"));
  auto day = demand(std::vector<double>(1'440, 1));
  EXPECT_EQ(bought_for(plan, day).usd(), "10");
}

}  // namespace
}  // namespace fw::plan::sim
