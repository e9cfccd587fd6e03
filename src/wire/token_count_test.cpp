#include "wire/token_count.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "wire/hash.h"
#include "wire/json.h"
#include "wire/token_table.h"

namespace fw::wire {
namespace {

struct Counted {
  std::string text;
  std::int64_t tokens = 0;
};

// What tiktoken counted (tests/data/o200k/README.md).
std::vector<Counted> counted() {
  std::vector<Counted> all;
  std::ifstream file(FAIRWAY_SOURCE_DIR "/tests/data/o200k/counts.jsonl");
  for (std::string line; std::getline(file, line);) {
    JsonArray pair(line, 4);
    JsonMember text;
    JsonMember tokens;
    if (!pair.next(text) || !pair.next(tokens)) break;
    auto& made = all.emplace_back();
    json_unescape(json_text(text.value), made.text);
    made.tokens = std::stoll(std::string(tokens.value));
  }
  return all;
}

TEST(TokenTable, its_ranks_are_the_ones_that_openai_publishes) {
  std::string file;
  for (std::uint32_t rank = 0; rank < kTokens; ++rank) {
    ASSERT_EQ(token_rank(token_bytes(rank)), rank);
    file += base64(token_bytes(rank)) + " " + std::to_string(rank) + "\n";
  }
  EXPECT_EQ(hex(sha256(file)), "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d");
}

TEST(TokenTable, what_is_no_token_has_no_rank) {
  EXPECT_EQ(token_rank(""), std::nullopt);
  EXPECT_EQ(token_rank("no token has a blank inside of it like this one"), std::nullopt);
  EXPECT_EQ(token_rank(std::string(129, ' ')), std::nullopt);
}

TEST(TokenCount, is_that_of_tiktoken) {
  const auto all = counted();
  ASSERT_EQ(all.size(), 505u);
  for (const auto& [text, tokens] : all) EXPECT_EQ(count_tokens(text), tokens) << text;
}

TEST(TokenTally, counts_the_same_however_a_text_is_cut) {
  std::string text;
  for (const auto& one : counted()) text += one.text;
  const auto whole = count_tokens(text);
  for (const std::size_t part : {1u, 3u, 7u, 100u, 5000u}) {
    TokenTally tally;
    for (std::size_t at = 0; at < text.size(); at += part) tally.add(std::string_view(text).substr(at, part));
    EXPECT_EQ(tally.total(), whole) << part;
    EXPECT_LT(tally.waiting().size(), 2 * TokenTally::kWordBytesMax);
  }
}

TEST(TokenTally, a_word_without_end_is_not_kept) {
  TokenTally tally;
  for (int i = 0; i < 100; ++i) tally.add(std::string(4096, 'a'));
  EXPECT_LT(tally.waiting().size(), 2 * TokenTally::kWordBytesMax + 8192);
  EXPECT_NEAR(static_cast<double>(tally.total()), static_cast<double>(count_tokens(std::string(409'600, 'a'))), 10);
}

TEST(TokenTally, keeps_little_of_ordinary_text) {
  TokenTally tally;
  for (int i = 0; i < 100'000; ++i) {
    tally.add(" word");
    ASSERT_LE(tally.waiting().size(), TokenTally::kTallyBytes + 5);
  }
  EXPECT_EQ(tally.total(), 100'000);
}

TEST(TokenCount, bytes_that_are_no_text_count_too) {
  EXPECT_EQ(count_tokens("\xff"), 1);
  EXPECT_GT(count_tokens(std::string("a\0b\xc3", 4)), 2);
}

}  // namespace
}  // namespace fw::wire
