#include "route/compact.h"
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
  if (random() % 4 == 0) q.pressure = static_cast<std::uint16_t>(random());
  r.policy.pacing = random() % 2 == 0;
  q.reserve_tokens = static_cast<std::uint32_t>(random() % 5'000);
  q.effort = static_cast<dialect::Effort>(random() % 9);
  q.output_limit = static_cast<std::int64_t>(random() % 5'000) - 1;
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
    s.output_tokens_max = static_cast<std::uint32_t>(random() % 9'000);
    s.speaks = random() % 8 != 0;
    if (random() % 4 == 0) {
      s.pool = true;
      s.utilisation = random() % 2 == 0 ? UINT16_MAX : static_cast<std::uint16_t>(random());
      s.pool_tokens = static_cast<std::uint32_t>(random() % 50'000);
      s.bid = static_cast<Pico>(random() % 3'000'000'000);
    }
    if (random() % 4 == 0) {
      s.paid = static_cast<std::uint16_t>(random());
      s.commitment_left = static_cast<std::int64_t>(random() >> 8);
    }
    r.decision.seen.push_back(s);
  }
  decide(r.decision, r.policy);
  return r;
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

}  // namespace

TEST(Compact, gives_the_decision_back_and_its_policy_under_a_hash) {
  std::mt19937_64 random(12);
  std::string room;
  for (int i = 0; i < 2'000; ++i) {
    const auto made = random_decision(random);
    const auto text = policy_text(made.policy);
    const auto hash = policy_hash(text);
    const auto bytes = write_compact({.time = WallTime{i}, .policy_hash = hash, .decision = made.decision}, room);
    const auto read = read_compact(bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->policy_hash, hash);
    EXPECT_EQ(read->time.ns, i);
    const auto policy = read_policy(text);
    ASSERT_TRUE(policy) << policy.error().message;
    const Recorded again{.request_id = "req_1", .time = "", .model = read->decision.question.model, .policy = *policy, .decision = read->decision};
    ASSERT_EQ(difference(again), "");
    std::string line;
    std::string same;
    write_record({.request_id = "r", .time = "", .model = "m", .policy = made.policy, .decision = made.decision}, line);
    write_record({.request_id = "r", .time = "", .model = "m", .policy = *policy, .decision = read->decision}, same);
    ASSERT_EQ(line, same);
  }
}

// As version 1 wrote it: a place that is full by its head was no pool then, and was tried first.
TEST(Compact, a_record_of_the_first_version_is_still_read_and_decided_as_it_was) {
  constexpr std::string_view kHex =
    "010080d35bfd1ee918106630353831613639343539626465316300096770742d362d736f6c00000000000000400000000700000000000000e80300002c01000014050000ffff"
    "ffff0100020a736f6c2d64697265637406676c6f62616c066f70656e6169066f70656e6169000000000094357700000000000000000000000000000000000000000000000000"
    "000000000000000000000020a1070000000000ffffffffffffffff9001000000000000000000000100000014058a020000307500000000010009736f6c2d617a757265026575"
    "05617a75726505617a7572650100010000000000000000000000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffff"
    "ffff9001000000000000000000000100000014058a02ffff307500000000010044c2460800000000010144567c7f000000000001020094357700000000";
  auto bytes = from_hex(kHex);
  const auto read = read_compact(bytes);
  ASSERT_TRUE(read) << read.error().message;
  const auto& d = read->decision;
  EXPECT_EQ(d.seen.at(d.ranked.at(0).place).name, "sol-azure");
  EXPECT_EQ(d.seen[d.ranked[0].place].utilisation, UINT16_MAX);
  EXPECT_FALSE(d.seen[d.ranked[0].place].pool);
  EXPECT_EQ(d.seen[0].commitment_left, -1);
  EXPECT_EQ(d.question.seed, 7u);
  EXPECT_EQ(difference({.request_id = "r", .time = "", .model = d.question.model, .policy = {}, .decision = d}), "");
  bytes.front() = 5;
  EXPECT_NE(read_compact(bytes).error().message.find("has the version 5; this program reads 1 to 4"), std::string::npos);
}

// As version 2 wrote it: numbers as they lay in memory.
TEST(Compact, a_record_of_the_second_version_is_still_read) {
  constexpr std::string_view kHex =
    "0268fd027791afea1817706f6c6963792f6637646566613564396230633664393700076770742d352e3200000000500000400000007c92d6c8952848c4800100002c010000ac"
    "020000ffffffff0001000001186c6f63616c2f6770742d352e322d323032362d30382d30310b6f6e2d7072656d697365730a636f6d70617469626c65056c6f63616c00000000"
    "00966ccf000000000000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffff0000000000000000000000000100"
    "00001f058f0200000000000000000100000000000000000000000000000000ffffffffffffffffa334f1dd0000000000010100966ccf00000000";
  const auto bytes = from_hex(kHex);
  const auto read = read_compact(bytes);
  ASSERT_TRUE(read) << read.error().message;
  const auto& d = read->decision;
  ASSERT_EQ(d.seen.size(), 1u);
  EXPECT_EQ(d.question.model, "gpt-5.2");
  EXPECT_EQ(d.question.input_tokens, 384u);
  EXPECT_EQ(d.seen[0].name, "local/gpt-5.2-2026-08-01");
  EXPECT_EQ(d.seen[0].cost, 3'480'000'000);
  EXPECT_EQ(d.seen[0].headroom_tokens, -1);
  EXPECT_EQ(difference({.request_id = "r", .time = "", .model = d.question.model, .policy = {}, .decision = d}), "");
  std::string room;
  const auto packed = write_compact({.time = read->time, .policy_hash = read->policy_hash, .decision = d}, room);
  EXPECT_LT(packed.size(), bytes.size() * 2 / 3);
}

// As version 3 wrote it: packed, without the effort and the limits of output.
TEST(Compact, a_record_of_the_third_version_is_still_read) {
  constexpr std::string_view kHex =
    "0368fd027791afea1817706f6c6963792f6637646566613564396230633664393700076770742d352e32000080a081808008fca4dac6dc928aa4c4018003ac02ac0501000100"
    "01186c6f63616c2f6770742d352e322d323032362d30382d30310b6f6e2d7072656d697365730a636f6d70617469626c65056c6f63616c000080d8e4f6190000000001010100"
    "0000019f0a8f0500000000000001000000000001c6d289df1b00010180d8e4f619";
  const auto bytes = from_hex(kHex);
  const auto read = read_compact(bytes);
  ASSERT_TRUE(read) << read.error().message;
  const auto& d = read->decision;
  ASSERT_EQ(d.seen.size(), 1u);
  EXPECT_EQ(d.question.model, "gpt-5.2");
  EXPECT_EQ(d.question.effort, dialect::Effort::unsaid);
  EXPECT_EQ(d.question.output_limit, -1);
  EXPECT_EQ(d.seen[0].name, "local/gpt-5.2-2026-08-01");
  EXPECT_EQ(d.seen[0].output_tokens_max, 0u);
  EXPECT_EQ(difference({.request_id = "r", .time = "", .model = d.question.model, .policy = {}, .decision = d}), "");
}

TEST(Compact, what_is_cut_or_changed_is_refused_or_still_a_decision) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 50; ++i) {
    const auto made = random_decision(random);
    std::string room;
    const std::string bytes(write_compact({.time = {}, .policy_hash = "0123456789abcdef", .decision = made.decision}, room));
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_FALSE(read_compact(std::string_view(bytes).substr(0, cut)));
    for (int n = 0; n < 200; ++n) {
      auto damaged = bytes;
      damaged[random() % damaged.size()] = static_cast<char>(random());
      if (const auto read = read_compact(damaged)) ASSERT_LE(read->decision.tried, read->decision.ranked.size());
    }
  }
}

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
