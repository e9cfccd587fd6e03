#include "cloud/bedrock/fields.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cloud/bedrock/bedrock.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::Fate;
using dialect::Need;

TEST(BedrockFields, say_for_converse_what_becomes_of_every_need) {
  for (std::size_t i = 0; i < dialect::kNeeds; ++i) {
    const auto need = static_cast<Need>(i);
    const bool found = std::ranges::any_of(fields(), [need](const FieldRow& row) {
      return row.upstream == Dialect::converse && row.models.empty() && row.row.need == need;
    });
    EXPECT_TRUE(found) << name(need);
  }
}

TEST(BedrockFields, tell_the_hosts_apart_by_the_models_ids) {
  const auto fate = [](Dialect dialect, std::string_view model) { return fates(adapter(), dialect, model, true); };
  EXPECT_TRUE(has(fate(Dialect::responses, "us.openai.gpt-6-sol").refused, Need::background));
  EXPECT_TRUE(has(fate(Dialect::responses, "us.openai.gpt-6-sol").refused, Need::hosted_tools));
  EXPECT_FALSE(has(fate(Dialect::responses, "openai.gpt-6-sol").refused, Need::background));
  EXPECT_FALSE(has(fate(Dialect::responses, "openai.gpt-6-sol").refused, Need::hosted_tools));
}

TEST(BedrockFields, know_the_families) {
  const auto converse = [](std::string_view model) { return fates(adapter(), Dialect::converse, model, true); };
  EXPECT_TRUE(has(converse("us.openai.gpt-6-sol").dropped, Need::temperature));
  EXPECT_TRUE(has(converse("us.openai.gpt-6-sol").dropped, Need::stop));
  EXPECT_FALSE(has(converse("openai.gpt-oss-20b-1:0").dropped, Need::temperature));
  EXPECT_TRUE(has(converse("openai.gpt-oss-20b-1:0").dropped, Need::stop));
  EXPECT_FALSE(has(converse("us.anthropic.claude-opus-4-6").dropped, Need::parallel_tool_calls_off));
  EXPECT_FALSE(has(converse("us.anthropic.claude-opus-4-6").dropped, Need::strict_tools));
  EXPECT_TRUE(has(converse("us.anthropic.claude-opus-5-v1").dropped, Need::strict_tools));
  EXPECT_TRUE(has(converse("meta.llama4").dropped, Need::reasoning_effort));
  EXPECT_FALSE(has(converse("us.amazon.nova-2-lite-v1:0").dropped, Need::reasoning_effort));
  EXPECT_TRUE(has(converse("us.openai.gpt-6-astra").refused, Need::json_schema));
  EXPECT_TRUE(has(converse("meta.llama4").refused, Need::image_url));
}

}  // namespace
}  // namespace fw::cloud::bedrock
