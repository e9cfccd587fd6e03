#include "cloud/vertex/generate_words.h"

#include <gtest/gtest.h>

#include "cloud/vertex/partial_args.h"
#include "wire/json.h"

namespace fw::cloud::vertex {
namespace {

TEST(GenerateUsage, splits_what_google_counts_together) {
  const auto usage = read_generate_usage(
      R"({"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":20,"thoughtsTokenCount":30,)"
      R"("toolUsePromptTokenCount":5,"totalTokenCount":155,"promptTokensDetails":[{"modality":"TEXT","tokenCount":80},)"
      R"({"modality":"AUDIO","tokenCount":12},{"modality":"IMAGE","tokenCount":8}],)"
      R"("cacheTokensDetails":[{"modality":"AUDIO","tokenCount":2},{"modality":"TEXT","tokenCount":38}],)"
      R"("candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":6}]})");
  EXPECT_TRUE(usage.reported);
  EXPECT_FALSE(usage.inconsistent);
  EXPECT_EQ(usage.cache_read, 40);
  EXPECT_EQ(usage.audio_in, 10);
  EXPECT_EQ(usage.image, 8);
  EXPECT_EQ(usage.input, 100 - 40 - 10 - 8 + 5);
  EXPECT_EQ(usage.output, 14);
  EXPECT_EQ(usage.audio_out, 6);
  EXPECT_EQ(usage.reasoning, 30);
  EXPECT_EQ(usage.total(), 155);
}

TEST(GenerateUsage, is_not_reported_by_a_traffic_type_alone) {
  EXPECT_FALSE(read_generate_usage(R"({"trafficType":"ON_DEMAND"})").reported);
  EXPECT_FALSE(read_generate_usage("").reported);
  EXPECT_FALSE(read_generate_usage("null").reported);
}

TEST(GenerateUsage, notes_numbers_that_contradict_each_other) {
  EXPECT_TRUE(read_generate_usage(R"({"promptTokenCount":5,"totalTokenCount":9})").inconsistent);
  EXPECT_TRUE(read_generate_usage(R"({"promptTokenCount":5,"cachedContentTokenCount":9})").inconsistent);
  EXPECT_TRUE(read_generate_usage(R"({"promptTokenCount":5,"candidatesTokenCount":-1})").inconsistent);
}

TEST(ServedTier, has_the_words_of_prices) {
  const auto tier = [](std::string traffic) { return served_tier(R"({"trafficType":")" + traffic + "\"}"); };
  EXPECT_EQ(tier("ON_DEMAND"), "default");
  EXPECT_EQ(tier("ON_DEMAND_PRIORITY"), "priority");
  EXPECT_EQ(tier("ON_DEMAND_FLEX"), "flex");
  EXPECT_EQ(tier("ON_DEMAND_OFFPEAK"), "offpeak");
  EXPECT_EQ(tier("PROVISIONED_THROUGHPUT"), "provisioned");
  EXPECT_EQ(tier("TRAFFIC_TYPE_UNSPECIFIED"), "");
  EXPECT_EQ(served_tier("{}"), "");
}

TEST(UnixSeconds, reads_google_times) {
  EXPECT_EQ(unix_seconds("2026-04-02T17:03:50.399550Z"), 1'775'149'430);
  EXPECT_EQ(unix_seconds("1970-01-01T00:00:00Z"), 0);
  for (const char* bad :
       {"", "2026-13-02T17:03:50Z", "2026-04-02 17:03:50Z", "2026-04-02T17:03:50+01:00", "x026-04-02T17:03:50Z"})
    EXPECT_EQ(unix_seconds(bad), 0) << bad;
}

std::string put_together(std::initializer_list<std::string_view> arrays) {
  PartialArgs args;
  std::string text;
  for (const auto array : arrays)
    if (!args.add(array, text)) return "refused";
  args.finish(text);
  EXPECT_FALSE(wire::json_check(text, 100)) << text;
  return text;
}

TEST(PartialArgs, makes_an_object_of_leaves) {
  EXPECT_EQ(put_together({}), "{}");
  EXPECT_EQ(
      put_together({R"([{"jsonPath":"$.a","numberValue":1}])",
                    R"([{"jsonPath":"$.b.c[0]","boolValue":true},{"jsonPath":"$.b.c[1]","nullValue":"NULL_VALUE"}])",
                    R"([{"jsonPath":"$.b.d","stringValue":"x\n","willContinue":true}])",
                    R"([{"jsonPath":"$.b.d","stringValue":"\"y"}])", R"([{"jsonPath":"$.e","stringValue":""}])"}),
      R"({"a":1,"b":{"c":[true,null],"d":"x\n\"y"},"e":""})");
}

TEST(PartialArgs, reads_quoted_names_and_empty_containers) {
  EXPECT_EQ(
      put_together(
          {R"([{"jsonPath":"$['a b'].c","stringValue":"x"},{"jsonPath":"$.list[]"},{"jsonPath":"$.object"},{"jsonPath":"$.m[0][1]","numberValue":2}])"}),
      R"({"a b":{"c":"x"},"list":[],"object":{},"m":[[2]]})");
  EXPECT_EQ(
      put_together(
          {R"([{"jsonPath":"$.t[0]","stringValue":"x"},{"jsonPath":"$.t[1]","stringValue":"y"},{"jsonPath":"$.t[]"}])"}),
      R"({"t":["x","y"]})");
}

TEST(PartialArgs, refuses_paths_nobody_can_follow) {
  for (const char* path : {"", "$..a", "$.a[", "$.a[x]", "$.", "$.a[*]"})
    EXPECT_EQ(put_together({R"([{"jsonPath":")" + std::string(path) + R"(","numberValue":1}])"}), "refused") << path;
  EXPECT_EQ(put_together({"[1]"}), "refused");
}

}  // namespace
}  // namespace fw::cloud::vertex
