#include <gtest/gtest.h>

#include <string>

#include "dialect/event_relay.h"

namespace fw::dialect {
namespace {

// The search goes in blocks: a word must be found wherever it stands in them.
TEST(Hits, are_found_at_every_offset) {
  for (std::size_t before = 0; before < 40; ++before) {
    for (std::size_t after = 0; after < 20; ++after) {
      const std::string left(before, 'x');
      const std::string right(after, '"');
      EXPECT_TRUE(look_for_hits(left + R"("usage":{)" + right).usage) << before << " " << after;
      EXPECT_TRUE(look_for_hits(left + R"("error")" + right).error) << before << " " << after;
      EXPECT_TRUE(look_for_hits(left + R"("finish_reason":"stop)" + right).finish) << before << " " << after;
      EXPECT_EQ(sequence_number_of(left + R"("sequence_number":7)" + right), 7) << before << " " << after;
    }
  }
}

TEST(Hits, are_not_taken_from_null_or_from_text) {
  const Hits hits = look_for_hits(
      R"({"usage":null,"usage" : null,"finish_reason":null,"token":"usage","text":"\"usage\":{} \"error\"","usag":1})");
  EXPECT_FALSE(hits.usage);
  EXPECT_FALSE(hits.finish);
  EXPECT_FALSE(hits.error);
  EXPECT_TRUE(look_for_hits("\"usage\" :\t{").usage);
  EXPECT_FALSE(look_for_hits("\"usage\"").usage);
  EXPECT_FALSE(look_for_hits("").error);
}

TEST(SequenceNumber, is_the_first_one_or_none) {
  EXPECT_EQ(sequence_number_of(R"({"sequence_number" : 41,"sequence_number":9})"), 41);
  EXPECT_EQ(sequence_number_of(R"({"sequence_number":"x"})"), -1);
  EXPECT_EQ(sequence_number_of(R"({"sequence_number":-3})"), -1);
  EXPECT_EQ(sequence_number_of("{}"), -1);
  EXPECT_GT(sequence_number_of(R"("sequence_number":99999999999999999999999)"), 0);  // cut, never overflown
}

}  // namespace
}  // namespace fw::dialect
