// Episodes of the market replayed on the embedded offer book: the amounts below were computed by hand.
#include <gtest/gtest.h>

#include "base/date.h"
#include "config/offers.h"
#include "gateway/snapshot.h"
#include "ledger/pricing.h"
#include "ledger/reserve.h"

namespace fw::gateway {
namespace {

WallTime day(std::string_view text) { return *parse_date(text); }
WallTime next_day(WallTime time) { return {time.ns + 86'400'000'000'000}; }

dialect::Usage used(std::int64_t input, std::int64_t output) {
  dialect::Usage usage;
  usage.reported = true;
  usage.input = input;
  usage.output = output;
  return usage;
}

// A month of 1 G input and 200 M output tokens: ten thousand requests of 100 k and 20 k, below the long-context step.
std::string month(const offer::Timeline& line, WallTime at) {
  const auto* sheet = line.price_at(at);
  if (!sheet) return "unknown";
  const auto priced = ledger::price(used(100'000, 20'000), *sheet, "");
  return priced ? (priced->cost * 10'000).usd() : "unknown";
}

struct Period {
  std::string_view from;  // until the next one
  std::string_view usd;
};
struct Hosting {
  offer::Place place;
  std::vector<Period> periods;
};

// GPT-5.6 Luna, 1 July to 31 August 2026: at launch 1 + 6 USD per million, so 1000 + 1200; after the cut of 80 % 200 + 240; ten
// per cent more in a region. Azure's meters had the cut on 12 August (the EU zone after the 14th) and not on 30 July.
const std::vector<Hosting>& luna() {
  static const std::vector<Hosting> all{
      {{"gpt-5.6-luna", "openai", "", "global"}, {{"2026-07-01", "unknown"}, {"2026-07-09", "2200"}, {"2026-07-30", "440"}}},
      {{"gpt-5.6-luna", "openai", "", "eu"}, {{"2026-07-01", "unknown"}, {"2026-07-09", "2420"}, {"2026-07-30", "484"}}},
      {{"gpt-5.6-luna", "azure", "", "global"}, {{"2026-07-01", "unknown"}, {"2026-07-09", "2200"}, {"2026-08-12", "440"}}},
      {{"gpt-5.6-luna", "azure", "", "us"}, {{"2026-07-01", "unknown"}, {"2026-07-09", "2420"}, {"2026-08-12", "484"}}},
      {{"gpt-5.6-luna", "azure", "", "eu"}, {{"2026-07-01", "unknown"}, {"2026-07-09", "2420"}, {"2026-08-15", "484"}}},
      {{"gpt-5.6-luna", "azure", "", "eu/sweden-central"}, {{"2026-07-01", "unknown"}}},
      {{"gpt-5.6-luna", "bedrock", "mantle", "us"}, {{"2026-07-01", "unknown"}, {"2026-07-13", "2420"}, {"2026-07-30", "484"}}},
      {{"gpt-5.6-luna", "bedrock", "mantle", "us/us-east-1"}, {{"2026-07-01", "unknown"}, {"2026-07-13", "2420"}, {"2026-07-30", "484"}}},
      {{"gpt-5.6-luna", "bedrock", "runtime", "global"}, {{"2026-07-01", "unknown"}, {"2026-08-17", "440"}}},
      {{"gpt-5.6-luna", "bedrock", "runtime", "us"}, {{"2026-07-01", "unknown"}, {"2026-08-17", "484"}}},
      {{"gpt-5.6-luna", "bedrock", "runtime", "in"}, {{"2026-07-01", "unknown"}, {"2026-08-21", "484"}}},
      {{"gpt-5.6-luna", "bedrock", "runtime", "eu"}, {{"2026-07-01", "unknown"}}},
      {{"gpt-5.6-luna", "vertex", "", "global"}, {{"2026-07-01", "unknown"}}},
      {{"gpt-5.6-luna", "oracle", "", "us"}, {{"2026-07-01", "unknown"}}},
  };
  return all;
}

std::string by_hand(const std::vector<Period>& periods, WallTime at) {
  std::string_view usd;
  for (const auto& period : periods)
    if (day(period.from) <= at) usd = period.usd;
  return std::string(usd);
}

TEST(LunaEpisode, costs_what_was_computed_by_hand_on_every_day_of_every_offer) {
  for (const auto& [place, periods] : luna()) {
    const auto line = config::embedded_book().timeline(place);
    for (auto at = day("2026-07-01"); at < day("2026-09-01"); at = next_day(at)) {
      EXPECT_EQ(month(line, at), by_hand(periods, at)) << place.cloud << " " << place.host << " " << place.scope << " " << date_text(at);
      const WallTime last{next_day(at).ns - 1};  // the day's last instant
      EXPECT_EQ(month(line, last), by_hand(periods, at)) << place.cloud << " " << place.host << " " << place.scope << " end of " << date_text(at);
    }
  }
}

TEST(LunaEpisode, an_unknown_price_raises_its_flag_and_books_nothing) {
  const auto line = config::embedded_book().timeline({"gpt-5.6-luna", "bedrock", "runtime", "global"});
  ledger::AttemptRecord attempt;
  ledger::settle_reported(attempt, used(100, 10), {line.price_at(day("2026-08-16")), ""});
  EXPECT_EQ(attempt.basis, ledger::Basis::price_unknown);
  EXPECT_FALSE(attempt.cost);
  EXPECT_TRUE(attempt.price_row.empty());
  ledger::settle_reported(attempt, used(100, 10), {line.price_at(day("2026-08-17")), ""});
  EXPECT_EQ(attempt.basis, ledger::Basis::provider_usage);
  EXPECT_EQ(attempt.price_row.view(), "gpt-5.6-luna/bedrock:runtime/global/standard/2026-08-17");
}

// 4 and 20 USD: until 21 November on AWS, until 30 November at Azure, then nobody has said; no end at OpenAI.
TEST(SolPromotion, ends_on_two_days_and_then_nothing_is_known) {
  const auto& book = config::embedded_book();
  const auto at = [&](std::string_view cloud, std::string_view host, std::string_view when) {
    return month(book.timeline({"gpt-5.6-sol", cloud, host, "global"}), day(when));
  };
  EXPECT_EQ(at("bedrock", "runtime", "2026-08-31T23:59:59Z"), "11000");  // 5 and 30
  EXPECT_EQ(at("bedrock", "runtime", "2026-09-01"), "8000");
  EXPECT_EQ(at("bedrock", "runtime", "2026-11-21T23:59:59Z"), "8000");
  EXPECT_EQ(at("bedrock", "runtime", "2026-11-22"), "unknown");
  EXPECT_EQ(at("azure", "", "2026-11-30T23:59:59Z"), "8000");
  EXPECT_EQ(at("azure", "", "2026-12-01"), "unknown");
  EXPECT_EQ(at("openai", "", "2026-08-20"), "11000");
  EXPECT_EQ(at("openai", "", "2026-08-21"), "8000");
  EXPECT_EQ(at("openai", "", "2027-01-01"), "8000");
}

TEST(LongContext, of_the_book_begins_behind_272000_tokens_and_reprices_the_whole_request) {
  const auto line = config::embedded_book().timeline({"gpt-6-sol", "openai", "", "global"});
  const auto* sheet = line.price_at(day("2026-11-22"));
  ASSERT_NE(sheet, nullptr);
  EXPECT_EQ(ledger::price(used(271'999, 1000), *sheet, "")->cost.usd(), "0.553998");  // 2 and 10
  EXPECT_EQ(ledger::price(used(272'000, 1000), *sheet, "")->cost.usd(), "0.554");
  EXPECT_EQ(ledger::price(used(272'001, 1000), *sheet, "")->cost.usd(), "1.103004");  // 4 and 15
  // Nobody has said what priority costs there.
  EXPECT_EQ(ledger::price(used(272'000, 0), *sheet, "priority")->cost.usd(), "1.088");
  EXPECT_FALSE(ledger::price(used(272'001, 0), *sheet, "priority"));
}

// The price of switching: 50 k of prompt, 45 k of it in a warm cache, or all of it written to a cold one.
TEST(CacheWarmth, outweighs_the_difference_of_list_prices) {
  const auto line = config::embedded_book().timeline({"gpt-6-sol", "openai", "", "global"});
  auto warm = used(5'000, 0), cold = used(0, 0);
  warm.cache_read = 45'000;
  cold.cache_write[static_cast<std::size_t>(dialect::CacheLifetime::m30)] = 50'000;
  const auto* sheet = line.price_at(day("2026-11-22"));
  EXPECT_EQ(ledger::price(warm, *sheet, "")->cost.usd(), "0.019");
  EXPECT_EQ(ledger::price(cold, *sheet, "")->cost.usd(), "0.125");
}

TEST(SnapshotPrices, are_the_deployments_own_else_the_books_at_the_time_of_the_attempt) {
  config::Sources sources;
  sources.env = [](const std::string&) { return "sk-0123456789abcdef"; };
  const auto loaded = config::load(
      "version: 1\nlisten: [{ address: 127.0.0.1:0 }]\n"
      "providers:\n  one: { cloud: openai, auth: { api_key: \"${env:K}\" }, scope: eu }\n"
      "models:\n  luna:\n    deployments:\n      - { provider: one, model: gpt-5.6-luna-2026-07-09 }\n"
      "      - { provider: one, model: other, price: { input: \"7\" } }\n      - { provider: one, model: unheard-of }\n"
      "keys: [{ name: k, key: \"${env:K}\" }]\n",
      sources);
  ASSERT_TRUE(loaded.config);
  const auto snapshot = *Snapshot::make(*loaded.config, {});
  const auto& book = snapshot->deployments()[0];
  EXPECT_EQ(book.price_at({day("2026-07-30").ns - 1})->row, "gpt-5.6-luna/openai/*/standard/2026-07-09");
  EXPECT_EQ(book.price_at(day("2026-07-30"))->row, "gpt-5.6-luna/openai/*/standard/2026-07-30");
  EXPECT_EQ(book.price_at(day("2026-07-08")), nullptr);
  EXPECT_EQ(book.price_at(day("2026-07-30"))->cache_lifetime, snapshot->providers()[0].adapter->cache_lifetime());
  EXPECT_EQ(snapshot->deployments()[1].price_at({0})->row, "config");
  EXPECT_EQ(snapshot->deployments()[2].price_at(day("2026-11-22")), nullptr);
}

}  // namespace
}  // namespace fw::gateway
