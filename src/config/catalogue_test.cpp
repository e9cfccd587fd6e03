#include "config/catalogue.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/load_testing.h"
#include "config/offers.h"
#include "offer/compare.h"

namespace fw::config {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(FAIRWAY_SOURCE_DIR "/tests/data/prices/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Catalogue read(const std::string& path) {
  const auto text = text_of(path);
  const auto format = path.starts_with("portkey") ? CatalogueFormat::portkey : CatalogueFormat::genai_prices;
  auto made = read_catalogue({format, path, text, "2026-08-21"}, embedded_book());
  for (const auto& problem : made.problems) ADD_FAILURE() << testing::line(problem);
  EXPECT_FALSE(made.rows.empty()) << path;
  return made;
}

const offer::Row* find(const Catalogue& in, std::string_view id) {
  for (const auto& row : in.rows)
    if (row.id == id) return &row;
  ADD_FAILURE() << "no " << id;
  return nullptr;
}

using Texts = std::vector<std::pair<std::string, std::string>>;

TEST(Catalogue, of_genai_prices_gives_dated_rows_with_their_step) {
  const auto catalogue = read("genai-prices/aws.yml");
  const auto* before = find(catalogue, "gpt-5.6-luna/bedrock/*/*/standard/2026-07-29");
  ASSERT_TRUE(before);
  EXPECT_EQ(price_texts(*before), (Texts{{"input", "1.1"}, {"cache_read", "0.11"}, {"cache_write.30m", "1.375"}, {"output", "6.6"}}));
  EXPECT_EQ(before->ids, std::vector<std::string>{"openai.gpt-5.6-luna"});
  EXPECT_EQ(before->evidence, (std::vector<offer::Evidence>{{"pydantic/genai-prices aws.yml", "2026-08-10", offer::Kind::third_party}}));
  const auto* after = find(catalogue, "gpt-5.6-luna/bedrock/*/*/standard/2026-07-30");
  ASSERT_TRUE(after);
  EXPECT_EQ(price_texts(*after),
            (Texts{{"input", "0.22"}, {"cache_read", "0.022"}, {"cache_write.30m", "0.275"}, {"output", "1.32"}, {"long_context.above", "272000"},
                   {"long_context.input", "0.44"}, {"long_context.cache_read", "0.044"}, {"long_context.cache_write.30m", "0.55"},
                   {"long_context.output", "1.98"}}));
}

TEST(Catalogue, of_portkey_is_in_cents_per_token_by_region_and_mode) {
  const auto catalogue = read("portkey-models/pricing-openai.json");
  const auto* flex = find(catalogue, "gpt-5.6-luna/openai/eu/flex/2026-08-21");
  ASSERT_TRUE(flex);
  EXPECT_EQ(price_texts(*flex),
            (Texts{{"input", "0.11"}, {"cache_read", "0.011"}, {"cache_write.30m", "0.1375"}, {"output", "0.66"}, {"long_context.above", "272000"},
                   {"long_context.input", "0.22"}, {"long_context.cache_read", "0.022"}, {"long_context.cache_write.30m", "0.275"},
                   {"long_context.output", "0.99"}}));
  EXPECT_TRUE(find(catalogue, "text-embedding-3-small/openai/global/standard/2026-08-21"));
  const auto mantle = read("portkey-models/pricing-bedrock-mantle.json");
  EXPECT_EQ(price_texts(*find(mantle, "gpt-oss-120b/bedrock:mantle/*/*/standard/2026-08-21")), (Texts{{"input", "0.1545"}, {"output", "0.618"}}));
  EXPECT_TRUE(find(read("portkey-models/pricing-bedrock.json"), "gpt-5.6-sol/bedrock/global/standard/2026-08-21"));
}

// The rows of ours that a catalogue contradicts, each with its number of meters and the difference of its input.
std::vector<std::string> contradicted(const std::string& path) {
  const auto catalogue = read(path);
  std::map<std::string, std::pair<int, std::string>> rows;
  for (const auto& each : offer::compare(embedded_book(), catalogue.rows).disagreements) {
    auto& [meters, input] = rows[each.ours->id];
    ++meters;
    if (each.meter == "input") input = fmt::format("{} / {} ({})", each.our_price, each.their_price, each.difference);
  }
  std::vector<std::string> lines;
  for (const auto& [id, told] : rows) lines.push_back(fmt::format("{} {}: {}", id, told.first, told.second));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Disagreements, there_are_none_with_what_was_up_to_date) {
  for (const auto* path : {"genai-prices/aws.yml", "portkey-models/pricing-azure-openai.json", "portkey-models/pricing-bedrock.json",
                           "portkey-models/pricing-vertex-ai.json"})
    EXPECT_EQ(contradicted(path), Lines{}) << path;
}

// The copy of 21 August does not know the cut of that day.
TEST(Disagreements, with_portkey_on_openai_are_sols_promotion) {
  const Lines expected{"gpt-5.6-sol/openai/*/batch/2026-08-21 8: 2.2 / 2.75 (0.55)",      "gpt-5.6-sol/openai/*/flex/2026-08-21 8: 2.2 / 2.75 (0.55)",
                       "gpt-5.6-sol/openai/*/priority/2026-08-21 4: 8.8 / 11 (2.2)",      "gpt-5.6-sol/openai/*/standard/2026-08-21 8: 4.4 / 5.5 (1.1)",
                       "gpt-5.6-sol/openai/global/batch/2026-08-21 8: 2 / 2.5 (0.5)",     "gpt-5.6-sol/openai/global/flex/2026-08-21 8: 2 / 2.5 (0.5)",
                       "gpt-5.6-sol/openai/global/priority/2026-08-21 4: 8 / 10 (2)",     "gpt-5.6-sol/openai/global/standard/2026-08-21 8: 4 / 5 (1)"};
  EXPECT_EQ(contradicted("portkey-models/pricing-openai.json"), expected);
}

// Its built file lags behind the files of the providers, which agree: the cuts of 30 July are missing.
TEST(Disagreements, with_the_built_file_of_genai_prices_are_the_cuts_of_july_and_august) {
  const Lines expected{"gpt-5.6-luna/openai/global/standard/2026-07-30 8: 0.2 / 1 (0.8)", "gpt-5.6-sol/openai/global/standard/2026-08-21 8: 4 / 5 (1)",
                       "gpt-5.6-terra/openai/global/standard/2026-07-30 8: 2 / 2.5 (0.5)"};
  EXPECT_EQ(contradicted("genai-prices/data.json"), expected);
  EXPECT_EQ(contradicted("genai-prices/openai.yml"), Lines{});
}

// No 10 % in-Region for three models, 3 % more than AWS says for gpt-oss.
TEST(Disagreements, with_portkey_on_mantle_are_the_uplift_and_gpt_oss) {
  const Lines expected{"gpt-5.4/bedrock:mantle/us/us-east-2/standard/2026-06-01 3: 2.75 / 2.5 (-0.25)",
                       "gpt-5.4/bedrock:mantle/us/us-west-2/standard/2026-06-01 3: 2.75 / 2.5 (-0.25)",
                       "gpt-5.5/bedrock:mantle/us/us-east-2/standard/2026-06-01 3: 5.5 / 5 (-0.5)",
                       "gpt-5.6-sol/bedrock:mantle/us/*/standard/2026-08-03 4: 5.5 / 5 (-0.5)",
                       "gpt-oss-120b/bedrock/*/*/standard/2025-08-05 2: 0.15 / 0.1545 (0.0045)",
                       "gpt-oss-20b/bedrock/*/*/standard/2025-08-05 2: 0.07 / 0.0721 (0.0021)"};
  EXPECT_EQ(contradicted("portkey-models/pricing-bedrock-mantle.json"), expected);
}

TEST(Catalogue, says_what_it_leaves_out_and_what_cannot_be_read) {
  const auto& book = embedded_book();
  const auto odd = read_catalogue({CatalogueFormat::genai_prices, "x.json",
                                   R"([{"id":"openai","models":[{"id":"a","prices":[{"prices":{"input_mtok":1}},{"constraint":{"start_time":"00:30:00Z"},"prices":{"input_mtok":2}}]},
                                       {"id":"b","prices":{"input_mtok":-1}},{"id":"c","prices":{"input_mtok":0.0000000001}},{"id":"d","prices":{"input_mtok":3}}]},
                                       {"id":"elsewhere","models":[{"id":"e","prices":{"input_mtok":1}}]}])",
                                   "2026-08-21"}, book);
  EXPECT_EQ(odd.left_out.size(), 3U) << fmt::format("{}", fmt::join(odd.left_out, "\n"));
  EXPECT_EQ(odd.rows.size(), 2U);
  const auto broken = read_catalogue({CatalogueFormat::portkey, "pricing-openai.json", "{\"a\": ", "2026-08-21"}, book);
  ASSERT_EQ(broken.problems.size(), 1U);
  EXPECT_EQ(broken.problems[0].file, "pricing-openai.json");
}

}  // namespace
}  // namespace fw::config
