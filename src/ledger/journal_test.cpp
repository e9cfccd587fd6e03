#include "ledger/journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/crc32c.h"
#include "ledger/journal_testing.h"

namespace fw::ledger {
namespace {

constexpr std::size_t kSize = 64 * 1024;

struct Seen {
  std::vector<std::uint64_t> sequences;
  std::vector<bool> after_gap;
};
Seen read_all(SegmentReader& reader) {
  Seen seen;
  while (const Record* r = reader.next()) {
    seen.sequences.push_back(r->sequence);
    seen.after_gap.push_back(r->after_gap);
  }
  return seen;
}

WrittenSegment ten_records(std::size_t size = kSize) {
  RandomRecords random(3);
  WrittenSegment segment(size);
  while (segment.offsets.size() < 10) {
    const Body body = random.body();
    if (!std::holds_alternative<Mark>(body)) segment.add(body);
  }
  return segment;
}

template <class T>
void put(std::vector<std::byte>& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

// Writes the sum anew, as a newer version of the program would have.
void sum_again(WrittenSegment& s, std::size_t n) {
  const std::size_t end = n + 1 < s.offsets.size() ? s.offsets[n + 1] : s.at;
  const std::span body(s.bytes.data() + s.offsets[n] + 4, end - s.offsets[n] - 4);
  put(s.bytes, s.offsets[n], crc32c(body, s.header.salt()));
}

TEST(Journal, reads_every_record_as_it_was_written) {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    RandomRecords random(seed);
    const Body body = random.body();
    WrittenSegment segment(kSize, 1, seed + 1);
    ASSERT_TRUE(segment.add(body));
    auto reader = segment.reader();
    const Record* r = reader.next();
    ASSERT_NE(r, nullptr) << seed;
    EXPECT_EQ(r->sequence, seed + 1);
    EXPECT_EQ(r->body.index(), body.index()) << seed;
    // Written again it gives the same bytes, so nothing of it was lost.
    EXPECT_EQ(encoded(r->body, {seed + 1, segment.header.salt()}), encoded(body, {seed + 1, segment.header.salt()})) << seed;
    EXPECT_EQ(reader.next(), nullptr);
    EXPECT_EQ(reader.end(), SegmentEnd::clean) << seed;
  }
}

TEST(Journal, keeps_the_fields_of_an_intent_and_a_settlement) {
  WrittenSegment segment(kSize);
  Intent intent{.attempt_id = "0123456789abcdef0123456789abcdef-2", .request_id = "0123456789abcdef0123456789abcdef"};
  intent.time.ns = 1'795'400'000'123'456'789;
  intent.deployment = NameId{7};
  intent.operation = dialect::Operation::responses;
  intent.stream = true;
  intent.reserved = {1000, 250, 128'000};
  intent.reserved_cost = Money::parse_usd("12.000000000000001");
  Settlement settlement{.attempt_id = intent.attempt_id, .state = AttemptState::settled_exact, .basis = Basis::provider_usage};
  settlement.status = 200;
  settlement.usage.input = 17;
  settlement.usage.cache_write[2] = 5;
  settlement.usage.reported = true;
  settlement.cost = Money::of_units((static_cast<Int128>(1) << 100) + 1);
  settlement.cost_low = Money::of_units(-3);
  ASSERT_TRUE(segment.add(intent));
  ASSERT_TRUE(segment.add(settlement));

  auto reader = segment.reader();
  const auto got = std::get<Intent>(reader.next()->body);
  EXPECT_EQ(got.attempt_id, intent.attempt_id);
  EXPECT_EQ(got.request_id, intent.request_id);
  EXPECT_EQ(got.time.ns, intent.time.ns);
  EXPECT_EQ(got.deployment, NameId{7});
  EXPECT_EQ(got.operation, dialect::Operation::responses);
  EXPECT_TRUE(got.stream);
  EXPECT_EQ(got.reserved.output_max, 128'000);
  EXPECT_EQ(got.reserved_cost, intent.reserved_cost);
  const auto end = std::get<Settlement>(reader.next()->body);
  EXPECT_EQ(end.state, AttemptState::settled_exact);
  EXPECT_EQ(end.status, 200);
  EXPECT_EQ(end.usage, settlement.usage);
  EXPECT_EQ(end.cost, settlement.cost);
  EXPECT_EQ(end.cost_low, settlement.cost_low);
  EXPECT_EQ(end.cost_high, std::nullopt);
}

TEST(Journal, cuts_a_text_that_is_too_long_and_stays_within_the_bound) {
  const std::string longer(100'000, 'x');
  Intent intent{.attempt_id = longer, .request_id = longer, .client_request_id = longer};
  intent.tags = longer;
  EXPECT_LE(size_bound(intent), 2'000U);
  WrittenSegment segment(kSize);
  ASSERT_TRUE(segment.add(intent));
  auto reader = segment.reader();
  const auto got = std::get<Intent>(reader.next()->body);
  EXPECT_EQ(got.attempt_id.size(), 64U);
  EXPECT_EQ(got.request_id.size(), 64U);
  EXPECT_EQ(got.client_request_id.size(), 128U);
}

TEST(Journal, names_stand_for_their_texts_while_reading) {
  WrittenSegment segment(kSize);
  ASSERT_TRUE(segment.add(Naming{NameTable::tenant, NameId{4}, "acme"}));
  auto reader = segment.reader();
  EXPECT_EQ(reader.text(NameId{4}), "");
  ASSERT_NE(reader.next(), nullptr);
  EXPECT_EQ(reader.text(NameId{4}), "acme");
  EXPECT_EQ(reader.text(NameId{5}), "");
}

TEST(Journal, a_flipped_bit_in_a_record_never_goes_unseen) {
  const auto whole = ten_records(16 * 1024);
  // Every bit of the first record, then every 13th.
  for (std::size_t bit = kHeaderPageBytes * 8; bit < whole.at * 8; bit += bit / 8 < whole.offsets[1] ? 1 : 13) {
    auto broken = whole;
    broken.bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    auto reader = broken.reader();
    const auto seen = read_all(reader);
    ASSERT_NE(reader.end(), SegmentEnd::clean) << bit;
    ASSERT_EQ(seen.sequences.size(), 9U) << bit;  // the one record, and no other
    const bool last = bit / 8 >= whole.offsets[9];
    ASSERT_EQ(reader.end(), last ? SegmentEnd::torn : SegmentEnd::damaged) << bit;
  }
}

TEST(Journal, a_tail_cut_at_any_byte_is_torn_and_what_stands_before_it_is_read) {
  const auto whole = ten_records(16 * 1024);
  for (std::size_t cut = kHeaderPageBytes; cut < whole.at; ++cut) {
    auto torn = whole;
    std::fill(torn.bytes.begin() + static_cast<std::ptrdiff_t>(cut), torn.bytes.end(), std::byte{0});
    auto reader = torn.reader();
    const auto seen = read_all(reader);
    const auto before = std::upper_bound(whole.offsets.begin(), whole.offsets.end(), cut) - whole.offsets.begin();
    // A record whose last bytes are zero anyway is whole though cut.
    ASSERT_GE(seen.sequences.size() + 1, static_cast<std::size_t>(before)) << cut;
    ASSERT_LE(seen.sequences.size(), static_cast<std::size_t>(before)) << cut;
    ASSERT_TRUE(reader.end() == SegmentEnd::torn || reader.end() == SegmentEnd::clean) << cut;
    ASSERT_EQ(reader.end() == SegmentEnd::torn, !reader.words().empty());
  }
}

TEST(Journal, a_hole_is_damage_that_names_what_is_missing_and_the_rest_is_read) {
  auto s = ten_records();
  std::fill(s.bytes.begin() + static_cast<std::ptrdiff_t>(s.offsets[3]), s.bytes.begin() + static_cast<std::ptrdiff_t>(s.offsets[6]), std::byte{0});
  auto reader = s.reader();
  const auto seen = read_all(reader);
  EXPECT_EQ(seen.sequences, (std::vector<std::uint64_t>{1, 2, 3, 7, 8, 9, 10}));
  EXPECT_EQ(seen.after_gap, (std::vector<bool>{false, false, false, true, false, false, false}));
  EXPECT_EQ(reader.end(), SegmentEnd::damaged);
  ASSERT_EQ(reader.gaps().size(), 1U);
  EXPECT_EQ(reader.gaps()[0].offset, s.offsets[3]);
  EXPECT_EQ(reader.gaps()[0].first, 4U);
  EXPECT_EQ(reader.gaps()[0].last, 6U);
  EXPECT_EQ(reader.words(), "core-00/1.fwj: damaged; at offset " + std::to_string(s.offsets[3]) + " records 4 to 6 are missing");
}

TEST(Journal, a_lost_beginning_is_damage_too) {
  auto s = ten_records();
  s.bytes[kHeaderPageBytes + 5] ^= std::byte{1};
  auto reader = s.reader();
  EXPECT_EQ(read_all(reader).sequences.size(), 9U);
  EXPECT_EQ(reader.end(), SegmentEnd::damaged);
  ASSERT_EQ(reader.gaps().size(), 1U);
  EXPECT_EQ(reader.gaps()[0].first, 0U);
  EXPECT_EQ(reader.gaps()[0].last, 1U);
}

TEST(Journal, a_seal_tells_a_lost_tail_from_a_crash) {
  auto s = ten_records();
  s.seal();
  s.bytes[s.offsets[9] + 5] ^= std::byte{1};
  auto reader = s.reader();
  EXPECT_EQ(read_all(reader).sequences.size(), 9U);
  EXPECT_EQ(reader.end(), SegmentEnd::damaged);
  ASSERT_EQ(reader.gaps().size(), 1U);
  EXPECT_EQ(reader.gaps()[0].first, 10U);
  EXPECT_EQ(reader.gaps()[0].last, 10U);
}

TEST(Journal, bytes_behind_a_clean_end_are_damage) {
  auto s = ten_records();
  ASSERT_TRUE(s.add(Mark{.kind = MarkKind::clean_shutdown}));
  s.bytes[s.at + 800] = std::byte{1};
  auto reader = s.reader();
  EXPECT_EQ(read_all(reader).sequences.size(), 11U);
  EXPECT_EQ(reader.end(), SegmentEnd::damaged);
}

TEST(Journal, a_record_of_another_segment_is_not_believed) {
  auto s = ten_records();
  WrittenSegment other(kSize, 2, s.next_sequence);
  ASSERT_TRUE(other.add(Mark{}));
  std::copy(other.bytes.begin() + kHeaderPageBytes, other.bytes.begin() + static_cast<std::ptrdiff_t>(other.at),
            s.bytes.begin() + static_cast<std::ptrdiff_t>(s.at));
  auto reader = s.reader();
  EXPECT_EQ(read_all(reader).sequences.size(), 10U);
  EXPECT_EQ(reader.end(), SegmentEnd::torn);
}

TEST(Journal, a_copy_cut_short_is_damage) {
  auto s = ten_records();
  const std::span cut(s.bytes.data(), s.at);
  auto reader = std::move(*SegmentReader::open(cut, "x"));
  EXPECT_EQ(read_all(reader).sequences.size(), 10U);
  EXPECT_EQ(reader.end(), SegmentEnd::damaged);
  EXPECT_EQ(reader.words(), "x: damaged; cut short: " + std::to_string(s.at) + " bytes of 65536");
}

TEST(Journal, passes_over_what_it_does_not_know_and_need_not) {
  auto s = ten_records();
  put<std::uint8_t>(s.bytes, s.offsets[4] + 16, 99);
  put<std::uint16_t>(s.bytes, s.offsets[4] + 18, 0);
  sum_again(s, 4);
  auto reader = s.reader();
  EXPECT_EQ(read_all(reader).sequences.size(), 9U);
  EXPECT_EQ(reader.end(), SegmentEnd::clean);
  EXPECT_EQ(reader.skipped(), 1U);
}

TEST(Journal, refuses_what_it_must_understand_and_says_where) {
  auto s = ten_records();
  put<std::uint8_t>(s.bytes, s.offsets[4] + 17, 9);
  put<std::uint16_t>(s.bytes, s.offsets[4] + 18, 1);
  sum_again(s, 4);
  auto reader = s.reader();
  EXPECT_EQ(read_all(reader).sequences.size(), 4U);
  EXPECT_EQ(reader.end(), SegmentEnd::refused);
  EXPECT_NE(reader.words().find("core-00/1.fwj: at offset " + std::to_string(s.offsets[4])), std::string::npos) << reader.words();
  EXPECT_NE(reader.words().find("version 9 was found"), std::string::npos) << reader.words();
}

// As the version before the purpose and the tags wrote them: without their last fields.
TEST(Journal, reads_intents_and_ends_of_the_version_before) {
  WrittenSegment s(kSize);
  const Intent intent{.attempt_id = "an-attempt-1", .request_id = "an-attempt", .purpose = Purpose::hedge};
  const ExchangeEnd end{.request_id = "an-attempt", .outcome = "ok", .tags = "team=a", .deployment = NameId{3}};
  for (const auto& [body, behind] : {std::pair{Body(intent), 1U}, {Body(end), 1U + 6U + 1U}}) {
    ASSERT_TRUE(s.add(body));
    const auto at = s.offsets.back();
    std::uint32_t length = 0;
    std::memcpy(&length, s.bytes.data() + at + 4, sizeof length);
    length -= behind;
    put(s.bytes, at + 4, length);
    put<std::uint8_t>(s.bytes, at + 17, 1);
    const auto size = (length + 7) / 8 * 8;
    std::fill(s.bytes.begin() + static_cast<std::ptrdiff_t>(at + length), s.bytes.begin() + static_cast<std::ptrdiff_t>(s.at), std::byte{0});
    s.at = at + size;
    sum_again(s, s.offsets.size() - 1);
  }
  auto reader = s.reader();
  const Record* first = reader.next();
  ASSERT_NE(first, nullptr) << reader.words();
  EXPECT_EQ(std::get<Intent>(first->body).attempt_id, "an-attempt-1");
  EXPECT_EQ(std::get<Intent>(first->body).purpose, Purpose::unknown);
  const Record* second = reader.next();
  ASSERT_NE(second, nullptr) << reader.words();
  EXPECT_EQ(std::get<ExchangeEnd>(second->body).outcome, "ok");
  EXPECT_EQ(std::get<ExchangeEnd>(second->body).tags, "");
  EXPECT_EQ(std::get<ExchangeEnd>(second->body).deployment, NameId::none);
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_EQ(reader.end(), SegmentEnd::clean) << reader.words();
}

TEST(Journal, refuses_a_newer_format_and_what_is_no_journal) {
  auto s = ten_records();
  for (const std::size_t at : std::vector<std::size_t>{8, 2048 + 8}) put<std::uint32_t>(s.bytes, at, 7);
  const auto newer = SegmentReader::open(s.bytes, "a.fwj");
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().message.substr(0, 66), "a.fwj: format version 7 found at offset 8, but this program knows ");
  s.bytes[0] = s.bytes[2048] = std::byte{'x'};
  const auto other = SegmentReader::open(s.bytes, "a.fwj");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "a.fwj: does not begin as a journal's segment (\"FWJOURNL\")");
  EXPECT_FALSE(SegmentReader::open(std::span(s.bytes).first(100), "a.fwj"));
}

TEST(Journal, one_broken_copy_of_the_header_costs_nothing) {
  for (const std::size_t at : std::vector<std::size_t>{8, 20, 2048 + 20}) {
    auto s = ten_records();
    s.bytes[at] ^= std::byte{4};
    auto reader = s.reader();
    EXPECT_EQ(reader.header(), s.header);
    EXPECT_EQ(read_all(reader).sequences.size(), 10U);
    EXPECT_EQ(reader.end(), SegmentEnd::clean);
  }
}

TEST(Journal, reads_up_to_a_limit_and_goes_on) {
  auto s = ten_records();
  auto reader = s.reader();
  for (int i = 0; i < 3; ++i) ASSERT_NE(reader.next(s.offsets[3]), nullptr);
  EXPECT_EQ(reader.next(s.offsets[3]), nullptr);
  EXPECT_EQ(reader.end(), SegmentEnd::open);
  EXPECT_EQ(reader.next()->sequence, 4U);
}

}  // namespace
}  // namespace fw::ledger
