#include <gtest/gtest.h>

#include <string>

#include "wire/http1.h"

namespace fw::wire {
namespace {

struct Decoded {
  std::string payload;
  std::size_t consumed = 0;
  bool done = false;
  HttpFault fault = HttpFault::none;
  bool operator==(const Decoded&) const = default;
};

// Feeds `parts` one after the other until the decoder is done.
Decoded decode(std::initializer_list<std::string_view> parts) {
  ChunkedDecoder decoder;
  Decoded out;
  for (std::string_view part : parts) {
    std::string bytes(part);
    const ChunkedDecoder::Step step = decoder.decode(bytes.data(), bytes.size());
    out.payload.append(bytes, 0, step.payload);
    out.consumed += step.consumed;
    out.done = step.done;
    out.fault = step.fault;
    EXPECT_EQ(bytes.substr(step.consumed), part.substr(step.consumed));
    if (step.done || step.fault != HttpFault::none) break;
    EXPECT_EQ(step.consumed, part.size());
  }
  return out;
}

Decoded decode(std::string_view whole) { return decode({whole}); }

const std::string g_message =
    "5\r\nhello\r\n1;a;b=c;d=\"e \\\" \t;\"\r\n \r\nA\r\n0123456789\r\n00\r\nDate: x\r\nB:\r\n\r\n";

TEST(ChunkedDecoder, takes_the_coding_off) {
  const Decoded out = decode(g_message + "GET /next");
  EXPECT_EQ(out.payload, "hello 0123456789");
  EXPECT_EQ(out.consumed, g_message.size());
  EXPECT_TRUE(out.done);
}

TEST(ChunkedDecoder, gives_the_same_at_every_pair_of_splits) {
  const std::string_view bytes = g_message;
  const Decoded whole = decode(bytes);
  for (std::size_t i = 0; i <= bytes.size(); ++i)
    for (std::size_t j = i; j <= bytes.size(); ++j)
      ASSERT_EQ(decode({bytes.substr(0, i), bytes.substr(i, j - i), bytes.substr(j)}), whole) << i << " " << j;
}

TEST(ChunkedDecoder, reads_back_what_is_written) {
  std::string bytes;
  char space[20];
  for (std::size_t size : {1U, 15U, 16U, 255U, 4096U, 100000U})
    bytes.append(chunk_start(size, space)).append(size, 'x').append(chunk_end);
  bytes.append(last_chunk);
  EXPECT_EQ(decode(bytes).payload.size(), 1U + 15 + 16 + 255 + 4096 + 100000);
  EXPECT_EQ(chunk_start(500, space), "1f4\r\n");
  EXPECT_EQ(chunk_start(static_cast<std::size_t>(-1), space), "ffffffffffffffff\r\n");
}

TEST(ChunkedDecoder, refuses_doubtful_sizes) {
  EXPECT_EQ(decode("\r\n").fault, HttpFault::chunk_size_missing);
  EXPECT_EQ(decode(";a\r\n").fault, HttpFault::chunk_size_missing);
  for (const char* size : {"-1\r\n", "+1\r\n", " 1\r\n", "1 \r\n", "0x1\r\n", "1g\r\n", "g\r\n", "1\t;a\r\n"})
    EXPECT_EQ(decode(size).fault, HttpFault::chunk_size_invalid) << size;
  EXPECT_EQ(decode("7fffffffffffffff\r\n").fault, HttpFault::none);
  EXPECT_EQ(decode("8000000000000000\r\n").fault, HttpFault::chunk_size_overflow);
  EXPECT_EQ(decode("00000000000000005\r\n").fault, HttpFault::chunk_size_overflow);
  EXPECT_EQ(decode("fffffffffffffffff\r\n").fault, HttpFault::chunk_size_overflow);
}

TEST(ChunkedDecoder, refuses_bare_line_ends_everywhere) {
  for (const char* bytes : {"1\nx\r\n", "1;a\nx\r\n", "1;a=\"\n\"\r\n", "0\r\n\n", "0\r\na: b\n\r\n"})
    EXPECT_EQ(decode(bytes).fault, HttpFault::bare_lf) << bytes;
  for (const char* bytes : {"1\rx", "1;a\rb", "0\r\n\rx", "0\r\na: b\rc"})
    EXPECT_EQ(decode(bytes).fault, HttpFault::bare_cr) << bytes;
  for (const char* bytes : {"1\r\nx\n", "1\r\nxy", "1\r\nx\ry", "1\r\nx0\r\n"})
    EXPECT_EQ(decode(bytes).fault, HttpFault::chunk_end_missing) << bytes;
}

TEST(ChunkedDecoder, refuses_malformed_extensions_and_trailers) {
  for (const char* bytes :
       {"1;\r\n", "1;;a\r\n", "1;a=\r\n", "1; a\r\n", "1;a=\"b\"c\r\n", "1;a=b=c\r\n", "1;a\x01\r\n"})
    EXPECT_EQ(decode(bytes).fault, HttpFault::chunk_extension_invalid) << bytes;
  for (const char* bytes : {"0\r\n: b\r\n", "0\r\na b: c\r\n", "0\r\n a: b\r\n", "0\r\na\r\n", "0\r\na: \x01\r\n"})
    EXPECT_EQ(decode(bytes).fault, HttpFault::trailer_invalid) << bytes;
}

TEST(ChunkedDecoder, limits_extensions_and_trailers_of_a_message) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += "1;abc=def\r\nx\r\n";
  const Decoded extended = decode(bytes);
  EXPECT_EQ(extended.fault, HttpFault::chunk_extensions_too_long);
  EXPECT_LT(extended.payload.size(), 600U);
  EXPECT_EQ(decode("0\r\na:" + std::string(ChunkedDecoder::trailer_bytes_max, 'x')).fault,
            HttpFault::trailers_too_long);
}

TEST(ChunkedDecoder, hands_over_what_came_before_a_fault) {
  const Decoded out = decode("3\r\nabc\r\nx");
  EXPECT_EQ(out.payload, "abc");
  EXPECT_EQ(out.consumed, 8U);
  EXPECT_EQ(out.fault, HttpFault::chunk_size_invalid);
}

TEST(ChunkedDecoder, fails_when_used_after_its_end) {
  ChunkedDecoder decoder;
  std::string bytes = "0\r\n\r\n";
  ASSERT_TRUE(decoder.decode(bytes.data(), bytes.size()).done);
  EXPECT_NE(decoder.decode(bytes.data(), 1).fault, HttpFault::none);
}

TEST(HeadWriter, writes_heads_that_parse) {
  std::string out;
  HeadWriter request(out);
  EXPECT_TRUE(request.request(Method::post, "/v1/embeddings?x=1"));
  EXPECT_TRUE(request.field("Host", "a:8080"));
  EXPECT_TRUE(request.field("content-length", std::uint64_t{18446744073709551615U}));
  request.end();
  EXPECT_EQ(out, "POST /v1/embeddings?x=1 HTTP/1.1\r\nHost: a:8080\r\ncontent-length: 18446744073709551615\r\n\r\n");
  out.clear();
  HeadWriter response(out);
  EXPECT_TRUE(response.response(429));
  response.end();
  EXPECT_EQ(out, "HTTP/1.1 429 Too Many Requests\r\n\r\n");
}

TEST(HeadWriter, refuses_whatever_could_break_out) {
  std::string out;
  HeadWriter writer(out);
  for (std::string_view bad : {std::string_view("a\r\nb"), std::string_view("a\nb"), std::string_view("a\0b", 3),
                               std::string_view("a\x7f"
                                                "b"),
                               std::string_view("\r")}) {
    EXPECT_FALSE(writer.field("x", bad));
    EXPECT_FALSE(writer.field(bad, "x"));
    EXPECT_FALSE(writer.request(Method::get, bad));
    EXPECT_FALSE(writer.request(bad, "/"));
  }
  EXPECT_FALSE(writer.field("", "x"));
  EXPECT_FALSE(writer.field("a b", "x"));
  EXPECT_FALSE(writer.request(Method::other, "/"));
  EXPECT_FALSE(writer.request(Method::get, ""));
  EXPECT_FALSE(writer.request(Method::get, "/a b"));
  EXPECT_FALSE(writer.response(99));
  EXPECT_FALSE(writer.response(1000));
  EXPECT_EQ(out, "");
  EXPECT_TRUE(writer.field("x", "tab\tand caf\xE9"));
}

TEST(ReasonPhrases, exist_for_every_status_fairway_answers_with) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Code::count_); ++i) {
    const int status = row(static_cast<Code>(i)).status;
    if (status != 0) EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

}  // namespace
}  // namespace fw::wire
