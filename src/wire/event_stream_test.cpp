#include "wire/event_stream.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "wire/hash.h"
#include "wire/json.h"

namespace fw::wire {
namespace {

constexpr std::size_t kMessageBytesMax = 1024;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::filesystem::path suite(std::string_view part) {
  return std::filesystem::path(FAIRWAY_SOURCE_DIR "/tests/data/aws-eventstream") / part;
}

std::string from_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return out;
}

// As the suite writes values.
std::string value_text(const EventHeader& header) {
  switch (header.type) {
    case EventHeaderType::boolean_true: return "true";
    case EventHeaderType::boolean_false: return "false";
    case EventHeaderType::bytes:
    case EventHeaderType::string:
    case EventHeaderType::uuid: return fmt::format("\"{}\"", base64(header.bytes));
    default: return fmt::format("{}", header.number);
  }
}

std::string note(const EventMessage& message) {
  std::string out = "[";
  for (const EventHeader& header : message.headers)
    out += fmt::format("{{\"name\":\"{}\",\"type\":{},\"value\":{}}},", header.name, static_cast<int>(header.type),
                       value_text(header));
  return out + "]" + base64(message.payload) + "\n";
}

// What a decoder says about bytes that come in pieces of `step`.
std::string trace_of(std::string_view bytes, std::size_t step, std::size_t first = 0,
                     std::size_t bytes_max = kMessageBytesMax) {
  EventStreamDecoder decoder(bytes_max);
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t count = at == 0 && first > 0 ? first : step;
    const std::string piece(bytes.substr(at, count));  // of its own, so that views into an earlier one show
    at += piece.size();
    decoder.feed(piece);
    EventMessage message;
    EventStreamDecoder::Next next;
    while ((next = decoder.next(message)) == EventStreamDecoder::Next::message) out += note(message);
    if (next == EventStreamDecoder::Next::fault) return out + std::string(say(decoder.fault()));
  }
  return out + (decoder.partial() ? "partial" : "");
}

void expect_at_every_split(std::string_view bytes, const std::string& expected) {
  EXPECT_EQ(trace_of(bytes, bytes.size()), expected);
  EXPECT_EQ(trace_of(bytes, 1), expected);
  for (std::size_t first = 1; first < bytes.size(); ++first) EXPECT_EQ(trace_of(bytes, bytes.size(), first), expected);
}

std::string without_blanks(std::string_view json) {
  std::string out;
  bool quoted = false;
  for (char c : json) {
    if (c == '"') quoted = !quoted;
    if (quoted || (c != ' ' && c != '\n')) out += c;
  }
  return out;
}

std::string expected_note(const std::string& decoded) {
  std::string out = "[";
  const std::string headers(json_find(decoded, {"headers"}).value_or("[]"));
  JsonArray all(headers, 8);
  JsonMember header;
  while (all.next(header)) out += without_blanks(header.value) + ",";
  return out + "]" + std::string(json_text(json_find(decoded, {"payload"}).value_or("\"\""))) + "\n";
}

TEST(EventStreamSuite, good_messages_are_read_at_every_split) {
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(suite("encoded/positive"))) {
    SCOPED_TRACE(entry.path().filename().string());
    const std::string expected = expected_note(read(suite("decoded/positive") / entry.path().filename()));
    const std::string bytes = read(entry.path());
    expect_at_every_split(bytes, expected);
    expect_at_every_split(bytes + bytes, expected + expected);
    ++cases;
  }
  EXPECT_EQ(cases, 5);
}

TEST(EventStreamSuite, corrupt_messages_are_refused_at_every_split) {
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(suite("encoded/negative"))) {
    SCOPED_TRACE(entry.path().filename().string());
    const bool prelude = read(suite("decoded/negative") / entry.path().filename()).starts_with("Prelude");
    const auto fault = prelude ? EventStreamFault::prelude_crc : EventStreamFault::message_crc;
    expect_at_every_split(read(entry.path()), std::string(say(fault)));
    ++cases;
  }
  EXPECT_EQ(cases, 4);
}

// Made with the AWS SDK's codec.
constexpr std::string_view kMessageStop =
    "0000007a00000051ca2c46650b3a6576656e742d7479706507000b6d65737361676553746f700d3a636f6e74656e742d747970650700106170"
    "706c"
    "69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b2273746f70526561736f6e223a22656e645f7475726e"
    "227d"
    "5fbf09fc";
constexpr std::string_view kThrottled =
    "0000008800000061de0175f40f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a636f6e7465"
    "6e74"
    "2d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009657863657074696f6e7b226d65737361"
    "6765"
    "223a22736c6f7720646f776e227d832ee072";
constexpr std::string_view kEmpty = "000000100000000005c248eb7d98c8ff";

TEST(EventStream, reads_and_writes_the_sdks_own_frames) {
  const std::string bytes = from_hex(kMessageStop) + from_hex(kThrottled) + from_hex(kEmpty);
  EventStreamDecoder decoder(kMessageBytesMax);
  decoder.feed(bytes);
  EventMessage message;
  ASSERT_EQ(decoder.next(message), EventStreamDecoder::Next::message);
  EXPECT_EQ(message.text(":message-type"), "event");
  EXPECT_EQ(message.text(":event-type"), "messageStop");
  EXPECT_EQ(message.text(":absent"), "");
  EXPECT_EQ(message.payload, R"({"stopReason":"end_turn"})");
  std::string again;
  write_event_message(again, message.headers, message.payload);
  ASSERT_EQ(decoder.next(message), EventStreamDecoder::Next::message);
  EXPECT_EQ(message.text(":message-type"), "exception");
  EXPECT_EQ(message.text(":exception-type"), "throttlingException");
  EXPECT_EQ(message.payload, R"({"message":"slow down"})");
  write_event_message(again, message.headers, message.payload);
  ASSERT_EQ(decoder.next(message), EventStreamDecoder::Next::message);
  EXPECT_TRUE(message.headers.empty());
  write_event_message(again, message.headers, message.payload);
  EXPECT_EQ(decoder.next(message), EventStreamDecoder::Next::need_more);
  EXPECT_FALSE(decoder.partial());
  EXPECT_EQ(again, bytes);
}

TEST(EventStream, an_unfinished_message_is_partial) {
  const std::string bytes = from_hex(kMessageStop);
  for (std::size_t size = 1; size < bytes.size(); ++size) EXPECT_EQ(trace_of(bytes.substr(0, size), 7), "partial");
}

TEST(EventStream, every_changed_bit_is_seen) {
  const std::string bytes = from_hex(kThrottled);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(trace_of(changed, changed.size()).find("checksum"), std::string::npos) << bit;
  }
}

// A message whose checksums are right whatever else is wrong.
std::string forged(std::uint32_t total, std::uint32_t headers_bytes, std::string_view rest) {
  const auto number = [](std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
    return out;
  };
  std::string out = number(total) + number(headers_bytes);
  out += number(crc32(out));
  out += rest;
  return out + number(crc32(out));
}

TEST(EventStream, lengths_that_cannot_be_are_refused_at_every_split) {
  const std::string length(say(EventStreamFault::length));
  expect_at_every_split(forged(15, 0, ""), length);
  expect_at_every_split(forged(0, 0, ""), length);
  expect_at_every_split(forged(20, 5, "xxxx"), length);
  expect_at_every_split(forged(20, 0xffffffff, "xxxx"), length);
  expect_at_every_split(forged(0xffffffff, 131'073, "xxxx"), length);
  expect_at_every_split(forged(kMessageBytesMax + 1, 0, ""), std::string(say(EventStreamFault::too_long)));
  expect_at_every_split(forged(0xffffffff, 0, ""), std::string(say(EventStreamFault::too_long)));
}

TEST(EventStream, headers_that_cannot_be_read_are_refused) {
  using namespace std::string_view_literals;
  for (std::string_view headers : {"\x05"
                                   "a"sv,
                                   "\x01"sv,
                                   "\x01"
                                   "a"sv,
                                   "\x01"
                                   "a\x0a"sv,
                                   "\x01"
                                   "a\xff"sv,
                                   "\x01"
                                   "a\x04\0\0"sv,
                                   "\x01"
                                   "a\x07\0"sv,
                                   "\x01"
                                   "a\x07\0\x02"
                                   "b"sv,
                                   "\x01"
                                   "a\x09"
                                   "0123456789"sv,
                                   "\x01"
                                   "a\x00\x01"sv}) {
    const auto size = static_cast<std::uint32_t>(headers.size());
    expect_at_every_split(forged(16 + size, size, headers), std::string(say(EventStreamFault::headers)));
  }
  std::string large(
      "\x01"
      "a\x06\x80\x00",
      5);
  large.append(32'768, 'v');
  const auto size = static_cast<std::uint32_t>(large.size());
  EXPECT_EQ(trace_of(forged(16 + size, size, large), 99'999, 0, 99'999), say(EventStreamFault::headers));
}

TEST(EventStream, a_fault_is_final) {
  const std::string bytes = forged(15, 0, "") + from_hex(kMessageStop);
  EventStreamDecoder decoder(kMessageBytesMax);
  EventMessage message;
  decoder.feed(bytes);
  EXPECT_EQ(decoder.next(message), EventStreamDecoder::Next::fault);
  const std::string good = from_hex(kMessageStop);
  decoder.feed(good);
  EXPECT_EQ(decoder.next(message), EventStreamDecoder::Next::fault);
  EXPECT_EQ(decoder.fault(), EventStreamFault::length);
}

TEST(EventStream, messages_of_the_longest_admitted_size_pass) {
  std::string bytes;
  write_event_message(bytes, {}, std::string(kMessageBytesMax - 16, 'p'));
  EXPECT_EQ(bytes.size(), kMessageBytesMax);
  expect_at_every_split(bytes, "[]" + base64(std::string(kMessageBytesMax - 16, 'p')) + "\n");
  bytes.clear();
  write_event_message(bytes, {}, std::string(kMessageBytesMax - 15, 'p'));
  EXPECT_EQ(trace_of(bytes, bytes.size()), say(EventStreamFault::too_long));
}

TEST(Crc32, is_that_of_zlib_and_continues) {
  EXPECT_EQ(crc32(""), 0U);
  EXPECT_EQ(crc32("123456789"), 0xcbf43926U);
  const std::string_view text = "The quick brown fox jumps over the lazy dog";
  EXPECT_EQ(crc32(text), 0x414fa339U);
  for (std::size_t at = 0; at <= text.size(); ++at)
    EXPECT_EQ(crc32(text.substr(at), crc32(text.substr(0, at))), 0x414fa339U);
}

}  // namespace
}  // namespace fw::wire
