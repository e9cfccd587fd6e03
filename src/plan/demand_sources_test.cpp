#include <gtest/gtest.h>

#include <fmt/format.h>

#include "base/date.h"
#include "ledger/bill.h"
#include "plan/demand_bill.h"
#include "plan/demand_booked.h"
#include "plan/demand_csv.h"
#include "plan/demand_look.h"

namespace fw::plan {
namespace {

ledger::Booked answered(const char* time, std::int64_t input, std::int64_t cached, std::int64_t output) {
  ledger::Booked a;
  a.time = *parse_rfc3339(time);
  a.model = "m";
  a.tenant = "acme";
  a.key = "team-a";
  a.state = ledger::AttemptState::settled_exact;
  a.usage.input = input;
  a.usage.cache_read = cached;
  a.usage.output = output;
  return a;
}

TEST(BookedDemand, counts_what_clients_were_answered_by_class_and_step) {
  BookedDemand booked(ClassBy::rule, 60, {{"home", "eu"}, {"", ""}});
  booked.add(answered("2026-11-22T10:00:05Z", 100, 0, 10), "home");
  booked.add(answered("2026-11-22T10:00:50Z", 50, 0, 5), "home");
  booked.add(answered("2026-11-22T10:02:00Z", 10, 90, 1), "home");
  auto flex = answered("2026-11-22T10:02:59Z", 60, 40, 1);
  flex.tier = "flex";
  booked.add(flex, "");
  const auto read = booked.finish();
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(demand_csv(read.demand),
            "time,model,class,place,input_tokens,cached_tokens,output_tokens,requests\n"
            "2026-11-22T10:00:00Z,m,eu/standard/cold,,150,0,15,2\n"
            "2026-11-22T10:02:00Z,m,any/flex/mixed,,60,40,1,1\n"
            "2026-11-22T10:02:00Z,m,eu/standard/warm,,10,90,1,1\n");
}

TEST(BookedDemand, counts_a_request_once_and_says_what_it_left_out) {
  BookedDemand booked(ClassBy::key, 60, {});
  auto outrun = answered("2026-11-22T10:00:00Z", 100, 0, 3);
  outrun.outcome = cloud::FailureKind::outrun;
  booked.add(outrun, "");
  booked.add(answered("2026-11-22T10:00:01Z", 100, 0, 10), "");
  auto lost = answered("2026-11-22T10:00:02Z", 0, 0, 0);
  lost.state = ledger::AttemptState::ambiguous;
  booked.add(lost, "");
  auto refused = answered("2026-11-22T10:00:03Z", 0, 0, 0);
  refused.state = ledger::AttemptState::refused_unbilled;
  refused.outcome = cloud::FailureKind::rate_limited;
  booked.add(refused, "");
  booked.add(answered("2026-11-22T10:00:04Z", 0, 0, 0), "");
  const auto read = booked.finish();
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read.demand.classes.size(), 1u);
  EXPECT_EQ(read.demand.classes[0].name, "team-a");
  EXPECT_EQ(read.demand.classes[0].requests.sum(), 1);
  EXPECT_EQ(read.demand.classes[0].input.sum(), 100);
  std::vector<std::string> said;
  for (const auto& note : read.notes) said.push_back(note.found);
  EXPECT_EQ(said, (std::vector<std::string>{"1 attempts whose end is not known", "1 answers without a count of tokens", "103 tokens of 1 attempts that answered no client"}));
}

TEST(BookedDemand, without_an_answered_request_is_an_error) {
  BookedDemand booked(ClassBy::model, 60, {});
  const auto read = booked.finish();
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(say(read.notes.at(0)), "no answered request; expected one at least. Do --from, --until and the other filters leave any?");
}

DemandRead of_bill(const std::string& rows) {
  const auto bill = ledger::read_bill("ChargePeriodStart,ChargePeriodEnd,BilledCost,BillingCurrency,ChargeCategory,PricingQuantity,PricingUnit,ProviderName,ServiceCategory,ChargeDescription\n" + rows,
                                      "bill.csv", ledger::BillForm::focus);
  EXPECT_TRUE(bill) << bill.error().message;
  if (!bill) return {};
  return bill_demand(*bill, offer::Book{});
}

std::string line(const char* from, const char* until, const char* tokens, const char* what) {
  return fmt::format("{},{},1.0,USD,Usage,{},1K tokens,Microsoft,AI and Machine Learning,{}\n", from, until, tokens, what);
}

TEST(BillDemand, keeps_the_step_that_the_lines_have) {
  const auto read = of_bill(line("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "100", "gpt 4o Inp glbl Tokens") + line("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "40", "gpt 4o cached Inp glbl Tokens") +
                            line("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z", "7", "gpt 4o Outp glbl Tokens"));
  ASSERT_TRUE(read.ok()) << say(read.notes.at(0));
  EXPECT_EQ(read.demand.step_s, 86'400);
  EXPECT_EQ(read.demand.steps, 2u);
  ASSERT_EQ(read.demand.classes.size(), 1u);
  EXPECT_EQ(read.demand.classes[0].model, "gpt-4o");
  EXPECT_EQ(read.demand.classes[0].at(0).input, 100'000);
  EXPECT_EQ(read.demand.classes[0].at(0).cached, 40'000);
  EXPECT_EQ(read.demand.classes[0].at(1).output, 7'000);
}

TEST(BillDemand, refuses_to_mix_hours_and_days_and_names_the_line) {
  const auto read = of_bill(line("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "1", "gpt 4o Inp glbl Tokens") + line("2026-11-21T00:00:00Z", "2026-11-21T01:00:00Z", "1", "gpt 4o Inp glbl Tokens"));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(say(read.notes.at(0)), "line 3: a line of 3600 s; expected 86400 s, as those before. Export all of it by the hour, or all of it by the day.");
  const auto month = of_bill(line("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "1", "gpt 4o Inp glbl Tokens"));
  ASSERT_FALSE(month.ok());
  EXPECT_EQ(month.notes.at(0).expected, "an hour or a day");
}

TEST(BillDemand, takes_a_day_of_a_clock_change_for_a_day_and_says_so) {
  const auto read = of_bill(line("2026-10-31T07:00:00Z", "2026-11-01T07:00:00Z", "1", "gpt 4o Inp glbl Tokens") + line("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", "2", "gpt 4o Inp glbl Tokens") +
                            line("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", "2", "gpt 4o Inp glbl Tokens"));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.demand.steps, 2u);
  std::string all;
  for (const auto& note : read.notes) all += say(note) + "\n";
  EXPECT_NE(all.find("2 lines of a day of 23 or 25 h, as when clocks change"), all.npos) << all;
  EXPECT_NE(all.find("3 lines that do not begin on the UTC day"), all.npos) << all;
  EXPECT_NE(all.find("1 lines that are the same as another"), all.npos) << all;
}

TEST(DemandLook, writes_what_is_read_back_the_same) {
  const std::string text =
      "time,model,class,place,input_tokens,cached_tokens,output_tokens,requests\n"
      "2026-11-22T10:00:00Z,\"a, b\",chat,eu,0,0,0,0\n"
      "2026-11-22T10:01:00Z,\"a, b\",chat,eu,1000000000,20,30.5,2\n"
      "2026-11-22T10:03:00Z,m,batch,,5,0,1,1\n";
  const auto read = read_demand(text);
  ASSERT_TRUE(read.ok());
  const auto written = demand_csv(read.demand);
  EXPECT_EQ(demand_csv(read_demand(written).demand), written);
  EXPECT_EQ(read_demand(written).demand.steps, 4u);
  EXPECT_NE(written.find("\"a, b\",chat,eu,1000000000,20,30.5,2\n"), written.npos);
}

TEST(DemandLook, finds_days_far_below_their_weekday) {
  std::string text = "time,model,input_tokens,output_tokens\n";
  const auto begin = parse_date("2026-11-02")->seconds();
  for (std::int64_t hour = 0; hour < 28 * 24; ++hour) {
    const bool holiday = hour / 24 == 17;
    text += fmt::format("{},m,{},0\n", rfc3339_text({(begin + hour * 3'600) * 1'000'000'000}), holiday ? 40 : 100);
  }
  const auto read = read_demand(text);
  ASSERT_TRUE(read.ok());
  const auto quiet = quiet_days(read.demand);
  ASSERT_EQ(quiet.size(), 1u);
  EXPECT_EQ(date_text(quiet[0].day), "2026-11-19");
  EXPECT_DOUBLE_EQ(quiet[0].share, 0.4);
  EXPECT_EQ(look_at(read.demand).at(0), "2026-11-19 had 40 % of the median of its weekday: a holiday or a failure? It counts as it is");
}

}  // namespace
}  // namespace fw::plan
