#include "fake/tokens.h"

#include <gtest/gtest.h>

#include <string>

#include "fake/ids.h"
#include "fake/rate.h"
#include "fake/text.h"

namespace fw::fake {
namespace {

TEST(Tokens, are_a_quarter_of_the_bytes_rounded_up) {
  EXPECT_EQ(tokens_of(""), 0);
  EXPECT_EQ(tokens_of("a"), 1);
  EXPECT_EQ(tokens_of("abcd"), 1);
  EXPECT_EQ(tokens_of("abcde"), 2);
}

PrefixCache::Count look(PrefixCache& cache, const std::string& a, const std::string& b = {}) {
  const std::string_view texts[] = {a, b};
  return cache.look_up(texts, tokens_of(a) + tokens_of(b));
}

TEST(PrefixCache, counts_a_prefix_seen_before_in_steps_of_128) {
  PrefixCache cache;
  const std::string shared(6'000, 'x');  // 1,500 tokens
  EXPECT_EQ(look(cache, shared, "one").read, 0);
  const auto second = look(cache, shared, "two");
  EXPECT_EQ(second.read, 1'408);  // 11 steps
  EXPECT_EQ(second.written, 0);
}

TEST(PrefixCache, does_not_care_how_the_prompt_is_cut_into_texts) {
  PrefixCache cache;
  EXPECT_EQ(look(cache, std::string(8'000, 'x')).read, 0);
  EXPECT_EQ(look(cache, std::string(3'000, 'x'), std::string(5'000, 'x')).read, 1'920);
}

TEST(PrefixCache, leaves_short_prompts_alone) {
  PrefixCache cache;
  const std::string text(4'092, 'x');  // 1,023 tokens
  look(cache, text);
  const auto count = look(cache, text);
  EXPECT_EQ(count.read, 0);
  EXPECT_EQ(count.written, 0);
}

TEST(PrefixCache, does_not_take_a_longer_match_behind_a_difference) {
  PrefixCache cache;
  std::string text(8'192, 'x');
  EXPECT_EQ(look(cache, text).written, 2'048);
  text[5'000] = 'y';  // in token 1,250
  const auto count = look(cache, text);
  EXPECT_EQ(count.read, 1'152);
  EXPECT_EQ(count.written, 2'048 - 1'152);
}

TEST(Allowance, counts_down_and_refills_evenly) {
  MonoTime now{1'000'000'000};
  Allowance a(60, now);
  for (int i = 0; i < 60; ++i) EXPECT_TRUE(a.take(1, now));
  EXPECT_FALSE(a.take(1, now));
  EXPECT_EQ(a.remaining(now), 0);
  EXPECT_EQ(a.wait_ms(1, now), 1'000);
  EXPECT_EQ(a.reset_ms(now), 60'000);
  now = now.plus_ms(1'500);
  EXPECT_EQ(a.remaining(now), 1);
  EXPECT_TRUE(a.take(1, now));
  now = now.plus_ms(600'000);
  EXPECT_EQ(a.remaining(now), 60);
  EXPECT_EQ(a.reset_ms(now), 0);
}

TEST(Allowance, says_a_finite_wait_for_more_than_its_limit) {
  Allowance a(60, {});
  EXPECT_FALSE(a.take(100, {}));
  EXPECT_EQ(a.wait_ms(100, {}), 0);  // it is full: waiting will not help
}

TEST(Allowance, spells_durations_as_openai_does) {
  EXPECT_EQ(duration_text(0), "0ms");
  EXPECT_EQ(duration_text(17), "17ms");
  EXPECT_EQ(duration_text(1'000), "1s");
  EXPECT_EQ(duration_text(8'640), "8.64s");
  EXPECT_EQ(duration_text(360'000), "6m0s");
  EXPECT_EQ(duration_text(3'661'000), "1h1m1s");
}

TEST(IdMint, makes_ids_of_the_length_asked_for) {
  IdMint ids(7);
  for (std::size_t digits = 0; digits < 70; ++digits) {
    const auto id = ids.hex("resp_", digits);
    EXPECT_EQ(id.size(), 5 + digits);
    EXPECT_EQ(id.substr(5).find_first_not_of("0123456789abcdef"), std::string::npos) << id;
  }
  EXPECT_NE(ids.hex("", 32), ids.hex("", 32));
}

TEST(AnswerText, cuts_before_blanks_and_never_inside_a_character) {
  const auto text = AnswerText::cut("Hello big\n\nworld \"q\" 1234567890123456789012345é€");
  std::string joined;
  for (std::size_t i = 0; i < text->pieces(); ++i) joined += text->piece(i);
  EXPECT_EQ(joined, R"(Hello big\n\nworld \"q\" 1234567890123456789012345é€)");
  EXPECT_EQ(text->piece(0), "Hello");
  EXPECT_EQ(text->piece(1), " big");
  EXPECT_EQ(text->piece(2), R"(\n\nworld)");
  EXPECT_EQ(text->first(2), "Hello big");
  EXPECT_EQ(text->first(0), "");
}

}  // namespace
}  // namespace fw::fake
