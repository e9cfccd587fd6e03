#include "dialect/usage.h"

#include <gtest/gtest.h>

namespace fw::dialect {
namespace {

std::size_t at(CacheLifetime lifetime) { return static_cast<std::size_t>(lifetime); }

// openai-text.json of the recorded answers, with cached tokens.
TEST(ChatUsage, takes_cached_and_reasoning_tokens_out_of_what_they_are_part_of) {
  const Usage usage = read_chat_usage(
      R"({"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
          "prompt_tokens_details":{"cached_tokens":60,"audio_tokens":0},
          "completion_tokens_details":{"reasoning_tokens":30,"audio_tokens":0,"accepted_prediction_tokens":5}})");
  EXPECT_TRUE(usage.reported);
  EXPECT_FALSE(usage.inconsistent);
  EXPECT_EQ(usage.input, 40);
  EXPECT_EQ(usage.cache_read, 60);
  EXPECT_EQ(usage.output, 20);
  EXPECT_EQ(usage.reasoning, 30);
  EXPECT_EQ(usage.total(), 150);
}

// xai-text.chunks.txt, recorded.
TEST(ChatUsage, recognises_reasoning_counted_beside_the_completion) {
  const Usage usage = read_chat_usage(
      R"({"prompt_tokens":12,"completion_tokens":2,"total_tokens":354,"prompt_tokens_details":{"text_tokens":12,
          "audio_tokens":0,"image_tokens":0,"cached_tokens":11},"completion_tokens_details":{"reasoning_tokens":340,
          "audio_tokens":0},"num_sources_used":0,"cost_in_usd_ticks":1721250})");
  EXPECT_FALSE(usage.inconsistent);
  EXPECT_EQ(usage.input, 1);
  EXPECT_EQ(usage.cache_read, 11);
  EXPECT_EQ(usage.output, 2);
  EXPECT_EQ(usage.reasoning, 340);
  EXPECT_EQ(usage.total(), 354);
}

// azure-deepseek-reasoning.1, recorded.
TEST(ChatUsage, reads_null_details_and_reasoning_at_the_top) {
  const Usage usage = read_chat_usage(
      R"({"prompt_tokens":19,"total_tokens":1739,"completion_tokens":1720,"prompt_tokens_details":null,
          "reasoning_tokens":700})");
  EXPECT_FALSE(usage.inconsistent);
  EXPECT_EQ(usage.input, 19);
  EXPECT_EQ(usage.output, 1020);
  EXPECT_EQ(usage.reasoning, 700);
}

TEST(ChatUsage, reads_deepseeks_own_cache_words) {
  const Usage usage = read_chat_usage(
      R"({"prompt_tokens":30,"completion_tokens":1,"total_tokens":31,"prompt_cache_hit_tokens":20,
          "prompt_cache_miss_tokens":10})");
  EXPECT_EQ(usage.input, 10);
  EXPECT_EQ(usage.cache_read, 20);
}

TEST(ChatUsage, separates_audio_and_images) {
  const Usage usage = read_chat_usage(
      R"({"prompt_tokens":100,"completion_tokens":40,"total_tokens":140,
          "prompt_tokens_details":{"audio_tokens":30,"image_tokens":20,"text_tokens":50},
          "completion_tokens_details":{"audio_tokens":25,"text_tokens":15}})");
  EXPECT_EQ(usage.input, 50);
  EXPECT_EQ(usage.audio_in, 30);
  EXPECT_EQ(usage.image, 20);
  EXPECT_EQ(usage.output, 15);
  EXPECT_EQ(usage.audio_out, 25);
  EXPECT_FALSE(usage.inconsistent);
}

TEST(ChatUsage, counts_cached_audio_once) {
  const Usage usage = read_chat_usage(
      R"({"prompt_tokens":100,"completion_tokens":0,"total_tokens":100,"prompt_tokens_details":{"cached_tokens":64,
          "audio_tokens":80,"cached_tokens_details":{"text_tokens":16,"audio_tokens":48}}})");
  EXPECT_EQ(usage.cache_read, 64);
  EXPECT_EQ(usage.audio_in, 32);
  EXPECT_EQ(usage.input, 4);
  EXPECT_FALSE(usage.inconsistent);
}

TEST(ResponsesUsage, reads_cache_writes_by_lifetime) {
  const Usage usage = read_responses_usage(
      R"({"input_tokens":1000,"input_tokens_details":{"cached_tokens":100,"cache_write_tokens":600,
          "cache_write_tokens_details":{"ttl_30m_tokens":400,"ttl_12h_tokens":150}},"output_tokens":10,
          "output_tokens_details":{"reasoning_tokens":4},"total_tokens":1010})");
  EXPECT_EQ(usage.input, 300);
  EXPECT_EQ(usage.cache_read, 100);
  EXPECT_EQ(usage.cache_write[at(CacheLifetime::m30)], 400);
  EXPECT_EQ(usage.cache_write[at(CacheLifetime::h12)], 150);
  EXPECT_EQ(usage.cache_write[at(CacheLifetime::standard)], 50);  // counted without a lifetime
  EXPECT_EQ(usage.total(), 1010);
  EXPECT_FALSE(usage.inconsistent);
}

TEST(ResponsesUsage, gives_a_bare_cache_write_the_default_lifetime) {
  Usage usage = read_responses_usage(
      R"({"input_tokens":631,"input_tokens_details":{"cache_write_tokens":31,"cached_tokens":0},"output_tokens":87,
          "output_tokens_details":{"reasoning_tokens":37},"total_tokens":718})");
  EXPECT_EQ(usage.cache_write[0], 31);
  usage.give_lifetime(CacheLifetime::m30);
  EXPECT_EQ(usage.cache_write[0], 0);
  EXPECT_EQ(usage.cache_write[at(CacheLifetime::m30)], 31);
}

TEST(EmbeddingsUsage, is_all_input) {
  EXPECT_EQ(read_usage(Operation::embeddings, R"({"prompt_tokens":8,"total_tokens":8})").input, 8);
  EXPECT_EQ(read_usage(Operation::embeddings, R"({"total_tokens":8})").input, 8);
  EXPECT_FALSE(read_usage(Operation::embeddings, R"({"total_tokens":8})").inconsistent);
}

TEST(Usage, tells_zero_from_absent) {
  EXPECT_TRUE(read_chat_usage(R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})").reported);
  for (const char* nothing : {"", "null", "{}", "[]", "7", R"("usage")", "{", R"({"cost":1})"}) {
    EXPECT_EQ(read_chat_usage(nothing), Usage{}) << nothing;
  }
}

TEST(Usage, clamps_what_cannot_be_a_count_and_says_so) {
  const Usage negative = read_chat_usage(R"({"prompt_tokens":-5,"completion_tokens":3,"total_tokens":3})");
  EXPECT_EQ(negative.input, 0);
  EXPECT_TRUE(negative.inconsistent);
  const Usage huge = read_chat_usage(R"({"prompt_tokens":9223372036854775807,"completion_tokens":1})");
  EXPECT_EQ(huge.input, 1'000'000'000'000);
  EXPECT_TRUE(huge.inconsistent);
  EXPECT_TRUE(read_chat_usage(R"({"prompt_tokens":"12","completion_tokens":1})").inconsistent);
  EXPECT_TRUE(read_chat_usage(R"({"prompt_tokens":1.5,"completion_tokens":1})").inconsistent);
  EXPECT_EQ(read_chat_usage(R"({"prompt_tokens":12.0,"completion_tokens":1e2})").total(), 112);
}

TEST(Usage, keeps_the_totals_when_a_part_is_larger_than_the_whole) {
  const Usage usage = read_chat_usage(
      R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":64}})");
  EXPECT_TRUE(usage.inconsistent);
  EXPECT_EQ(usage.cache_read, 10);
  EXPECT_EQ(usage.total_input(), 10);
}

TEST(Usage, says_when_the_total_contradicts) {
  EXPECT_TRUE(read_chat_usage(R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":99})").inconsistent);
  const Usage more = read_chat_usage(
      R"({"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":50}})");
  EXPECT_TRUE(more.inconsistent);
  EXPECT_EQ(more.output, 5);
  EXPECT_EQ(more.reasoning, 50);
}

// openai-shell-skills.1, recorded, and the same with requests.
TEST(ToolRequests, are_counted_over_all_hosted_tools) {
  EXPECT_EQ(read_tool_requests(R"({"image_gen":{"input_tokens":0},"web_search":{"num_requests":0}})"), 0);
  EXPECT_EQ(read_tool_requests(R"({"web_search":{"num_requests":3},"file_search":{"num_requests":2}})"), 5);
  EXPECT_EQ(read_tool_requests(R"({"web_search":{"num_requests":-3}})"), 0);
  EXPECT_EQ(read_tool_requests("null"), 0);
}

TEST(CacheLifetime, has_the_words_of_the_config) {
  for (const char* word : {"default", "5m", "30m", "1h", "12h"}) EXPECT_EQ(name(*cache_lifetime(word)), word);
  EXPECT_FALSE(cache_lifetime("2h"));
  EXPECT_FALSE(cache_lifetime(""));
}

}  // namespace
}  // namespace fw::dialect
