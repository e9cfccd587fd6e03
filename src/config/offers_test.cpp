#include "config/offers.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/date.h"
#include "config/embedded.h"
#include "config/load_testing.h"
#include "offer/render.h"

namespace fw::config {
namespace {

using testing::line;

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto& problem : load_offers(text).problems) lines.push_back(line(problem));
  return lines;
}

std::string printed(const std::vector<offer::Row>& rows) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_array();
  for (const auto& row : rows) offer::write_row(json, row);
  json.end_array();
  return out;
}

constexpr std::string_view kGoodRow =
    "- { model: m, cloud: openai, scope: global, from: 2026-07-01, usd_per_million: { input: \"1\", cache_write.30m: 1.25 },\n"
    "    evidence: [{ source: a page, date: 2026-07-01, kind: documented }] }\n";

std::string repository_file(std::string_view name) {
  std::ifstream file(std::string(FAIRWAY_SOURCE_DIR "/offers/").append(name));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Offers, the_embedded_book_is_that_of_the_repository_and_has_no_problems) {
  ASSERT_FALSE(embedded_offers().empty());
  for (const auto& file : embedded_offers()) {
    const auto written = load_offers(repository_file(file.name));
    for (const auto& problem : written.problems) ADD_FAILURE() << render(problem, file.name);
    EXPECT_EQ(load_offers(file.text).rows, written.rows) << file.name;
  }
  EXPECT_GT(embedded_book().rows().size(), 200U);
}

TEST(Offers, every_id_of_the_embedded_book_is_there_once) {
  std::set<std::string> ids;
  for (const auto& row : embedded_book().rows()) EXPECT_TRUE(ids.insert(row.id).second) << row.id;
}

TEST(Offers, a_clouds_word_means_one_model_in_the_embedded_book) {
  std::map<std::pair<std::string, std::string>, std::string> meant;
  for (const auto& row : embedded_book().rows())
    for (const auto& id : row.ids) EXPECT_EQ(meant.emplace(std::pair(row.cloud, id), row.model).first->second, row.model) << id;
}

TEST(Offers, what_is_printed_loads_again_and_prints_the_same) {
  const auto& rows = embedded_book().rows();
  const auto text = printed(rows);
  auto loaded = load_offers(text);
  for (const auto& problem : loaded.problems) ADD_FAILURE() << line(problem);
  EXPECT_EQ(loaded.rows, rows);
  EXPECT_EQ(printed(loaded.rows), text);
}

TEST(Offers, odd_characters_survive_being_printed_and_read) {
  auto row = load_offers(kGoodRow).rows.at(0);
  row.note = "\"quoted\" \\ ${env:HOME} – 漢字 😀 /";
  const auto loaded = load_offers(printed({row}));
  ASSERT_EQ(loaded.rows.size(), 1U);
  EXPECT_EQ(loaded.rows[0].note, row.note);
}

TEST(Offers, are_a_list_or_a_mapping_with_named_evidence_and_features) {
  EXPECT_EQ(load_offers(kGoodRow).rows.size(), 1U);
  const auto named = load_offers(
      "evidence: { page: { source: a page, date: 2026-07-01, kind: probed } }\n"
      "features: { small: { context_tokens: 8, fields: { tools.strict: dropped } } }\n"
      "rows: [{ model: m, cloud: openai, scope: [us, eu], from: 2026-07-01, until: null, features: small, evidence: page }]\n");
  for (const auto& problem : named.problems) ADD_FAILURE() << line(problem);
  ASSERT_EQ(named.rows.size(), 2U);
  EXPECT_EQ(named.rows[1].scope, "eu");
  EXPECT_EQ(named.rows[1].features.fields.size(), 1U);
  EXPECT_FALSE(named.rows[1].until);
  EXPECT_FALSE(named.rows[1].meters.any());
}

TEST(Offers, say_where_each_problem_stands) {
  const auto found = problems_of(
      "- { model: m, cloud: openai, scope: global, from: 2026-13-01,\n"
      "    usd_per_million: { input: \"1\", cache_write.30m: \"1,5\" },\n"
      "    evidence: [{ source: a, date: 2026-07-01, kind: rumour }] }\n"
      "- { modle: m }\n");
  const std::vector<std::string> expected{
      "1:51 error [0].from: found \"2026-13-01\", expected a date such as 2026-11-22 (00:00 UTC), or a time such as 2026-11-22T06:00:00Z",
      "2:53 error [0].usd_per_million[\"cache_write.30m\"]: found \"1,5\", expected USD per million tokens as a plain decimal such as \"2.50\" (digits, a point, at most nine decimals; no sign, no currency)",
      "3:53 error [0].evidence[0].kind: found \"rumour\", expected one of documented, third-party, probed",
      "4:3 error [1].cloud: found nothing, expected one of openai, azure, bedrock, vertex, oracle, compatible, anthropic",
      "4:3 error [1].evidence: found nothing, expected who says so: source, date and kind (a row without evidence cannot be told from a guess)",
      "4:3 error [1].from: found nothing, expected a date such as 2026-11-22 (00:00 UTC), or a time such as 2026-11-22T06:00:00Z",
      "4:3 error [1].model: found nothing, expected the name of a model",
      "4:3 error [1].scope: found nothing, expected where the offer holds: global, eu, eu/sweden-central, *, us/*",
      "4:5 error [1].modle: found the unknown key \"modle\", expected one of model, ids, cloud, host, scope, tier, from, until, absent, usd_per_million, features, note, evidence"};
  EXPECT_EQ(found, expected);
}

TEST(Offers, an_empty_file_is_no_book) {
  EXPECT_EQ(problems_of("").size(), 1U);
  EXPECT_EQ(problems_of("rows: 5\n").size(), 1U);
  EXPECT_TRUE(problems_of("[]").empty());
}

// kGood with an offer book of this text.
Loaded with_book(std::string_view book, std::string_view deployment = "{ provider: one, model: gpt-6-sol }", std::optional<WallTime> now = {}) {
  std::string text(testing::kGood);
  text.replace(text.find("{ provider: one, model: gpt }"), std::string_view("{ provider: one, model: gpt }").size(), deployment);
  auto sources = testing::sources(testing::kEnv);
  sources.base_dir = "conf";
  sources.offers = [book](const std::string& path) { return path == "conf/own.yaml" ? std::optional<std::string>(book) : std::nullopt; };
  sources.now = now;
  return load(text + "offers: [own.yaml]\n", sources);
}

std::vector<std::string> lines_of(const Loaded& loaded) {
  std::vector<std::string> lines;
  for (const auto& problem : loaded.problems) lines.push_back(problem.file + " " + line(problem));
  return lines;
}

TEST(OfferFiles, lie_over_the_embedded_book) {
  const auto loaded = with_book(
      "- { model: gpt-6-sol, cloud: openai, scope: global, from: 2026-10-01, until: 2026-11-01, usd_per_million: { input: \"1.50\" },\n"
      "    evidence: [{ source: contract, date: 2026-09-30, kind: documented }] }\n");
  ASSERT_TRUE(loaded.config);
  const auto line = loaded.config->book->timeline({"gpt-6-sol", "openai", "", "global"});
  EXPECT_EQ(line.price_at(*parse_date("2026-09-30"))->meters.input->per_million(), "2");
  EXPECT_EQ(line.price_at(*parse_date("2026-10-01"))->meters.input->per_million(), "1.5");
  EXPECT_EQ(line.price_at(*parse_date("2026-11-01"))->meters.input->per_million(), "2");
}

TEST(OfferFiles, are_named_in_the_problems_they_have) {
  const auto loaded = with_book("- { model: m, cloud: openai }\n- [\n");
  EXPECT_FALSE(loaded.config);
  ASSERT_FALSE(loaded.problems.empty());
  EXPECT_EQ(loaded.problems[0].file, "conf/own.yaml");
  const auto wrong = with_book("- { model: m, cloud: open, scope: us, from: 2026-01-01, evidence: [{ source: a, date: 2026-01-01, kind: probed }] }\n");
  EXPECT_EQ(lines_of(wrong), std::vector<std::string>{"conf/own.yaml 1:22 error [0].cloud: found \"open\", expected one of openai, azure, bedrock, vertex, "
                                                      "oracle, compatible, anthropic (did you mean openai?)"});
  EXPECT_NE(render(wrong.problems[0], "fairway.yaml").find("--> conf/own.yaml:1:22"), std::string::npos);
  EXPECT_NE(render(wrong.problems[0], "fairway.yaml").find("1 | - { model: m, cloud: open"), std::string::npos);
}

TEST(OfferFiles, that_cannot_be_read_are_a_problem_of_the_config) {
  const auto found = testing::problems_with("offers: [own.yaml]\n");
  EXPECT_EQ(found, std::vector<std::string>{"9:10 error offers[0]: found \"own.yaml\", which cannot be read, expected an offer book"});
}

TEST(OfferName, is_what_the_file_says_else_what_the_clouds_word_means_else_the_models_name) {
  const auto offer = [](std::string_view deployment) { return with_book("[]", deployment).config->models[0].deployments[0].offer; };
  EXPECT_EQ(offer("{ provider: one, model: gpt-6-sol, offer: other }"), "other");
  EXPECT_EQ(offer("{ provider: one, model: gpt-5.6-sol-2026-07-09 }"), "gpt-5.6-sol");
  EXPECT_EQ(offer("{ provider: one, model: my-own }"), "m");
}

TEST(PriceCheck, warns_of_deployments_without_a_known_price) {
  const auto warnings = [](std::string_view deployment, std::string_view day) { return lines_of(with_book("[]", deployment, parse_date(day))); };
  using Lines = std::vector<std::string>;
  EXPECT_EQ(warnings("{ provider: one, model: gpt-6-sol }", "2026-11-22"), Lines{});
  EXPECT_EQ(warnings("{ provider: one, model: x, price: { input: \"1\" } }", "2026-11-22"), Lines{});
  EXPECT_EQ(warnings("{ provider: one, model: gpt-6-sol }", "2026-09-21"),
            Lines{" 6:22 warning models.m.deployments[0]: found no price: the offer book has none before 2026-09-22 (openai, scope global), expected a price, "
                  "so that its answers cost something in the books (write `price` here, or an offer book (`offers`))"});
  EXPECT_EQ(warnings("{ provider: one, model: x, offer: gpt6-sol }", "2026-11-22"),
            Lines{" 6:22 warning models.m.deployments[0]: found no price: the offer book has no \"gpt6-sol\" there (openai, scope global), expected a price, so "
                  "that its answers cost something in the books (did you mean `offer: gpt-6-sol`, `offer: gpt-5.6-sol`, `offer: gpt-6.1-sol`? Or write "
                  "`price` here, or an offer book (`offers`))"});
}

}  // namespace
}  // namespace fw::config
