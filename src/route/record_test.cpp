#include "route/record.h"

#include <gtest/gtest.h>

#include <random>

namespace fw::route {
namespace {

constexpr std::array<std::string_view, 4> kScopes{"global", "eu", "eu/sweden-central", "on-premises"};

Recorded random_decision(std::mt19937_64& random) {
  Recorded r{.request_id = "req_1", .time = "2026-11-22T10:00:00.000Z", .model = "gpt-6-sol", .policy = {}, .decision = {}};
  r.policy.prefer = static_cast<Prefer>(random() % 7);
  r.policy.lossy = static_cast<Lossy>(random() % 3);
  if (random() % 2 == 0) r.policy.residency = {"eu", "on-premises"};
  if (random() % 2 == 0) r.policy.max_share = {{"openai", 30'000}};
  auto& q = r.decision.question;
  q.seed = random();
  q.needs = dialect::Needs(random());
  q.model = "gpt-6-sol";
  q.tier = static_cast<Tier>(random() % 5);
  q.hosted = static_cast<std::uint16_t>(random());
  if (random() % 4 == 0) r.policy.only = {.clouds = {"azure"}, .providers = {"p"}, .deployments = {}};
  if (random() % 4 == 0) r.policy.never.deployments = {"sol-direct"};
  r.policy.rule = static_cast<std::int32_t>(random() % 3) - 1;
  q.pinned = random() % 8 == 0 ? 1 : -1;
  q.harmless = random() % 2 == 0;
  q.reserve_tokens = static_cast<std::uint32_t>(random() % 5'000);
  for (std::uint64_t n = random() % 16 + 1; n > 0; --n) {
    Seen s;
    s.name = "sol-direct";
    s.scope = kScopes[random() % kScopes.size()];
    s.cloud = random() % 2 == 0 ? "openai" : "azure";
    s.provider_name = "p";
    s.mapped = dialect::Needs(random());
    s.doubted = dialect::Needs(random() & random() & random() & random() & random() & random());
    s.too_long = random() % 16 == 0;
    s.cost = static_cast<Pico>(random() % 3'000'000'000) - 1;
    s.dropped = dialect::Needs(random() & random() & random() & random());
    s.refused = dialect::Needs(random() & random() & random() & random() & random() & random());
    s.headroom_tokens = static_cast<std::int64_t>(random() % 10'000) - 1;
    s.first_token_ms = static_cast<std::uint32_t>(random() % 9'000);
    s.weight = static_cast<std::uint32_t>(random() % 9) + 1;
    s.miss = static_cast<std::uint16_t>(random());
    s.error = static_cast<std::uint16_t>(random());
    s.share = static_cast<std::uint16_t>(random());
    s.deployment = static_cast<std::uint16_t>(n);
    s.breaker = static_cast<health::BreakerState>(random() % 3);
    s.may_probe = random() % 2 == 0;
    s.marked = random() % 8 == 0;
    s.speaks = random() % 8 != 0;
    r.decision.seen.push_back(s);
  }
  decide(r.decision, r.policy);
  return r;
}

}  // namespace

TEST(Record, a_line_is_enough_to_decide_again) {
  std::mt19937_64 random(11);
  std::string line;
  std::string again;
  for (int i = 0; i < 5'000; ++i) {
    const auto made = random_decision(random);
    line.clear();
    write_record(made, line);
    const auto read = read_record(line);
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(difference(*read), "") << line;
    again.clear();
    write_record(*read, again);
    ASSERT_EQ(again, line);
  }
}

TEST(Record, a_changed_line_shows) {
  std::mt19937_64 random(12);
  Recorded made = random_decision(random);
  while (made.decision.tried < 2 || made.policy.prefer == Prefer::weighted || made.policy.prefer == Prefer::ordered) made = random_decision(random);
  ++made.decision.ranked[0].score;
  std::string line;
  write_record(made, line);
  EXPECT_NE(difference(*read_record(line)).find("rank 1: recorded sol-direct ("), std::string::npos);
}

TEST(Record, what_cannot_be_read_is_told) {
  for (const auto* line : {"", "{", "[]", "{}", R"({"request_id":"r","seen":[{"cost":"x"}]})", R"({"request_id":"r","seen":[],"ranked":[{"place":3,"verdict":"admissible","score":1}]})",
                           R"({"request_id":"r","question":{"operation":"sing"}})", R"({"request_id":"r","seen":[{"breaker":"ajar"}]})"}) {
    const auto read = read_record(line);
    ASSERT_FALSE(read) << line;
    EXPECT_NE(read.error().message.find("expected a decision"), std::string::npos);
  }
}

}  // namespace fw::route
