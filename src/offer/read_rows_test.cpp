#include <gtest/gtest.h>

#include <fmt/format.h>

#include "offer/row.h"

namespace fw::offer {
namespace {

RowText good() {
  RowText row;
  row.model = "m";
  row.cloud = "bedrock";
  row.scope = {"us"};
  row.from = "2026-07-13";
  row.usd_per_million = {{"input", "2.00"}, {"cache_write.30m", "2.50"}, {"output", "8"}, {"long_context.above", "272000"}, {"long_context.input", "4"}};
  row.evidence = {{"", "a page", "2026-07-13", "documented"}};
  return row;
}

std::vector<std::string> faults_of(std::vector<RowText> rows) {
  std::vector<Fault> faults;
  (void)read_rows({{}, {}, std::move(rows)}, faults);
  std::vector<std::string> lines;
  for (const auto& fault : faults) lines.push_back(fmt::format("{} {}: {}", fault.row, fault.path, fault.found));
  return lines;
}

TEST(ReadRows, gives_each_scope_a_row_with_an_id_of_its_own) {
  auto text = good();
  text.scope = {"us", "us/*"};
  text.host = "mantle";
  std::vector<Fault> faults;
  const auto rows = read_rows({{}, {}, {text}}, faults);
  EXPECT_TRUE(faults.empty());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id, "m/bedrock:mantle/us/standard/2026-07-13");
  EXPECT_EQ(rows[1].id, "m/bedrock:mantle/us/*/standard/2026-07-13");
  const std::vector<std::pair<std::string, std::string>> prices{
      {"input", "2"}, {"cache_write.30m", "2.5"}, {"output", "8"}, {"long_context.above", "272000"}, {"long_context.input", "4"}};
  EXPECT_EQ(price_texts(rows[0]), prices);
}

TEST(ReadRows, says_everything_that_is_wrong_at_once) {
  RowText bad;
  bad.cloud = "amazon";
  bad.host = "cellar";
  bad.tier = "turbo";
  bad.scope = {"us", "Europe"};
  bad.from = "soon";
  bad.until = "2026-02-30";
  bad.usd_per_million = {{"input", "1,5"}, {"inptu", "1"}, {"cache_write.2h", "1"}, {"long_context.above", "0"}};
  bad.features.dialects = {"morse"};
  bad.features.api.efforts = {"some"};
  bad.features.on_chat.efforts = {"none", "low"};
  bad.features.on_chat.efforts_refused = {"none"};
  bad.features.max_output_evidence = {{"", "a page", "2026-07-13", "hearsay"}};
  bad.features.api.fields = {{"telepathy", "carried"}, {"seed", "lost"}};
  const std::vector<std::string> expected{
      "0 model: nothing", "0 cloud: \"amazon\"", "0 host: \"cellar\"", "0 tier: \"turbo\"", "0 from: \"soon\"", "0 until: \"2026-02-30\"",
      "0 usd_per_million.input: \"1,5\"", "0 usd_per_million.inptu: the unknown meter \"inptu\"",
      "0 usd_per_million.cache_write.2h: the unknown meter \"cache_write.2h\"", "0 usd_per_million.long_context.above: \"0\"",
      "0 features.dialects[0]: \"morse\"", "0 features.efforts[0]: \"some\"", "0 features.fields.telepathy: the unknown field \"telepathy\"",
      "0 features.fields.seed: \"lost\"", "0 features.on_chat.efforts_refused[0]: \"none\", which is said to be taken as well", "0 features.max_output_evidence[0].kind: \"hearsay\"",
      "0 evidence: nothing", "0 scope[1]: \"Europe\""};
  EXPECT_EQ(faults_of({bad}), expected);
}

// What is worth a refusal, and what only a doubt.
TEST(ReadRows, efforts_and_limits_are_firm_where_their_own_evidence_is_or_else_the_rows) {
  auto text = good();
  std::vector<Fault> faults;
  EXPECT_TRUE(read_rows({{}, {}, {text}}, faults).at(0).features.efforts_firm);
  text.features.max_output_tokens = 100;
  text.features.max_output_evidence = {{"", "a catalogue", "2026-07-13", "third-party"}};
  auto rows = read_rows({{}, {}, {text}}, faults);
  EXPECT_FALSE(rows.at(0).features.max_output_firm);
  EXPECT_TRUE(rows.at(0).features.efforts_firm);
  text.evidence = {{"", "a catalogue", "2026-07-13", "third-party"}};
  text.features.max_output_evidence = {{"", "a measurement", "2026-07-13", "probed"}};
  rows = read_rows({{}, {}, {text}}, faults);
  EXPECT_TRUE(rows.at(0).features.max_output_firm);
  EXPECT_FALSE(rows.at(0).features.efforts_firm);
  EXPECT_TRUE(faults.empty());
}

TEST(ReadRows, refuses_a_period_that_ends_before_it_begins) {
  auto text = good();
  text.until = text.from;
  EXPECT_EQ(faults_of({text}), std::vector<std::string>{"0 until: \"2026-07-13\""});
}

TEST(ReadRows, refuses_prices_of_what_is_absent_and_above_an_unknown_step) {
  auto text = good();
  text.absent = true;
  EXPECT_EQ(faults_of({text}), std::vector<std::string>{"0 usd_per_million: prices of what is absent"});
  text = good();
  std::erase_if(text.usd_per_million, [](const auto& price) { return price.first == "long_context.above"; });
  EXPECT_EQ(faults_of({text}), std::vector<std::string>{"0 usd_per_million: prices above a step of which nothing is said"});
}

TEST(ReadRows, refuses_overlapping_periods_of_one_place) {
  auto first = good(), second = good(), third = good();
  second.from = "2026-08-01";
  third.tier = "flex";
  EXPECT_EQ(faults_of({first, second, third}),
            std::vector<std::string>{"1 from: 2026-08-01, which lies in the period of m/bedrock/us/standard/2026-07-13"});
  first.until = "2026-08-01";
  EXPECT_TRUE(faults_of({first, second, third}).empty());
  first.until = "2026-08-01T00:00:01Z";
  EXPECT_EQ(faults_of({first, second}).size(), 1U);
}

TEST(ReadRows, refuses_evidence_without_source_date_or_kind) {
  auto text = good();
  text.evidence = {{"", "", "", "rumour"}, {"page", "", "", ""}};
  const std::vector<std::string> expected{"0 evidence[0].source: nothing", "0 evidence[0].date: nothing", "0 evidence[0].kind: \"rumour\"",
                                          "0 evidence[1]: \"page\""};
  EXPECT_EQ(faults_of({text}), expected);
}

TEST(ReadRows, takes_evidence_and_features_by_their_names) {
  auto text = good();
  text.evidence = {{"page", "", "", ""}};
  text.features.name = "small";
  BookText book{{{"page", {"", "a page", "2026-07-13", "probed"}}}, {{"small", {}}}, {text}};
  book.features["small"].context_tokens = 8;
  std::vector<Fault> faults;
  const auto rows = read_rows(book, faults);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].evidence[0].kind, Kind::probed);
  EXPECT_EQ(rows[0].features.context_tokens, 8);
}

}  // namespace
}  // namespace fw::offer
