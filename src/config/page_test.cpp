// The schema and the reference page say what the reader does; how a problem looks to people.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "config/load_testing.h"

namespace fw::config {
namespace {

TEST(Page, in_the_repository_is_current) {
  std::ifstream file(FAIRWAY_SOURCE_DIR "/docs/configuration.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_TRUE(page.str() == markdown_reference())
      << "write it again: fairway config schema --output markdown > docs/configuration.md";
}

TEST(Page, shows_an_example_that_loads) {
  const auto page = markdown_reference();
  const auto begin = page.find("```yaml\n") + 8;
  const auto example = page.substr(begin, page.find("```", begin) - begin);
  const auto loaded = load(example, testing::sources({{"OPENAI_API_KEY", "sk-x"}, {"TEAM_A_KEY", "0123456789abcdef"}}));
  EXPECT_TRUE(loaded.config);
  EXPECT_TRUE(loaded.problems.empty());
}

TEST(Schema, names_every_definition_it_refers_to) {
  const auto schema = json_schema();
  for (auto at = schema.find("#/$defs/"); at != schema.npos; at = schema.find("#/$defs/", at + 1)) {
    const auto name = schema.substr(at + 8, schema.find('"', at) - at - 8);
    EXPECT_NE(schema.find(fmt::format("\"{}\":{{\"", name)), schema.npos) << name;
  }
  EXPECT_NE(schema.find("\"minimum\":1,\"maximum\":3600000"), schema.npos);
}

TEST(Render, puts_a_caret_under_the_place) {
  const auto found = load(std::string(testing::kGood) + "log: { level: wan }\n", testing::sources(testing::kEnv)).problems;
  EXPECT_EQ(render(found.at(0), "fairway.yaml"),
            "error: log.level: found \"wan\", expected one of error, warn, info, debug, trace\n"
            " --> fairway.yaml:9:15\n"
            "  |\n"
            "9 | log: { level: wan }\n"
            "  |               ^\n"
            "  = hint: did you mean warn?\n");
}

TEST(Render, cuts_long_lines_around_the_place) {
  const auto text = "{ \"" + std::string(300, 'a') + "\": 1, \"ü\": 2, " + std::string(300, 'b') + ": 3 }";
  for (const auto& problem : load(text, {}).problems) {
    std::istringstream lines(render(problem, "f"));
    std::string place, gutter, excerpt, caret;
    std::getline(lines, place);
    std::getline(lines, place);
    std::getline(lines, gutter);
    std::getline(lines, excerpt);
    std::getline(lines, caret);
    EXPECT_LT(excerpt.size(), 130u);
    EXPECT_LT(caret.size(), 80u);
  }
}

}  // namespace
}  // namespace fw::config
