#include <gtest/gtest.h>

#include <array>
#include <string>

#include "wire/http1.h"

namespace fw::wire {
namespace {

struct Read {
  Parse outcome = Parse::need_more;
  HttpFault fault = HttpFault::none;
  ResponseHead head;
};

std::array<HeaderField, 100> g_store;

Read read(std::string_view in, Method asked = Method::post) {
  Read out;
  out.outcome = parse_response(in, asked, {}, g_store, out.head, out.fault);
  return out;
}

std::string with(std::string_view lines, std::string_view start = "HTTP/1.1 200 OK") {
  return std::string(start) + "\r\n" + std::string(lines) + "\r\n";
}

TEST(ParseResponse, reads_what_a_cloud_answers) {
  const std::string in =
      with("Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nX-Request-ID: r1\r\n") + "5\r\n";
  const Read r = read(in);
  ASSERT_EQ(r.outcome, Parse::done);
  EXPECT_EQ(r.head.status, 200);
  EXPECT_EQ(r.head.reason, "OK");
  EXPECT_EQ(r.head.framing, Framing::chunked);
  EXPECT_TRUE(r.head.keep_alive);
  EXPECT_EQ(r.head.size, in.size() - 3);
  EXPECT_EQ(r.head.get(HeaderId::x_request_id), "r1");
  for (std::size_t size = 0; size < r.head.size; ++size) EXPECT_EQ(read(in.substr(0, size)).outcome, Parse::need_more);
}

TEST(ParseResponse, takes_a_status_line_with_any_phrase_or_none) {
  EXPECT_EQ(read(with("", "HTTP/1.1 404 Not Found at all: caf\xE9")).head.reason, "Not Found at all: caf\xE9");
  EXPECT_EQ(read(with("", "HTTP/1.1 200 ")).head.reason, "");
  EXPECT_EQ(read(with("", "HTTP/1.1 200")).head.status, 200);
  EXPECT_EQ(read(with("", "HTTP/1.0 599 x")).head.minor, 0);
}

TEST(ParseResponse, knows_when_there_is_no_body) {
  const std::string length = "Content-Length: 7\r\n";
  EXPECT_EQ(read(with(length)).head.framing, Framing::length);
  const Read head = read(with(length), Method::head);
  EXPECT_EQ(head.head.framing, Framing::none);
  EXPECT_EQ(head.head.content_length, 7U);
  EXPECT_TRUE(head.head.keep_alive);
  for (const char* start : {"HTTP/1.1 204 No Content", "HTTP/1.1 100 Continue", "HTTP/1.1 304 Not Modified"})
    EXPECT_EQ(read(with("", start)).head.framing, Framing::none);
  EXPECT_TRUE(read(with("Content-Length: 0\r\n", "HTTP/1.1 204 No Content")).head.keep_alive);
  EXPECT_FALSE(read(with(length, "HTTP/1.1 204 No Content")).head.keep_alive);
  EXPECT_TRUE(read(with(length, "HTTP/1.1 304 Not Modified")).head.keep_alive);
  EXPECT_FALSE(read(with("", "HTTP/1.1 101 Switching Protocols")).head.keep_alive);
}

TEST(ParseResponse, without_a_length_lasts_until_the_connection_closes) {
  const Read r = read(with(""));
  EXPECT_EQ(r.head.framing, Framing::until_close);
  EXPECT_FALSE(r.head.keep_alive);
}

TEST(ParseResponse, reads_whether_the_connection_stays) {
  EXPECT_FALSE(read(with("Content-Length: 1\r\nConnection: close\r\n")).head.keep_alive);
  EXPECT_FALSE(read(with("Content-Length: 1\r\n", "HTTP/1.0 200 OK")).head.keep_alive);
  EXPECT_TRUE(read(with("Content-Length: 1\r\nConnection: keep-alive\r\n", "HTTP/1.0 200 OK")).head.keep_alive);
}

TEST(ParseResponse, refuses_what_is_no_response) {
  EXPECT_EQ(read("ICY 200 OK\r\n").fault, HttpFault::version_malformed);
  EXPECT_EQ(read("\r\nHTTP/1.1 200 OK\r\n").fault, HttpFault::version_malformed);
  EXPECT_EQ(read("HTTP/2 200\r\n").fault, HttpFault::version_malformed);
  EXPECT_EQ(read("HTTP/2.0 200\r\n").fault, HttpFault::version_unsupported);
  EXPECT_EQ(read("HTTP/1.1  200 OK\r\n").fault, HttpFault::status_malformed);
  EXPECT_EQ(read("HTTP/1.1 20 OK\r\n").fault, HttpFault::status_malformed);
  EXPECT_EQ(read("HTTP/1.1 2000 OK\r\n").fault, HttpFault::status_malformed);
  EXPECT_EQ(read("HTTP/1.1 099 OK\r\n").fault, HttpFault::status_out_of_range);
  EXPECT_EQ(read("HTTP/1.1 600 OK\r\n").fault, HttpFault::status_out_of_range);
  EXPECT_EQ(read("HTTP/1.1 200 OK\n").fault, HttpFault::bare_lf);
  EXPECT_EQ(read("HTTP/1.1 200 O\x01K\r\n").fault, HttpFault::control_character);
}

TEST(ParseResponse, is_as_strict_about_framing_as_for_requests) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  EXPECT_EQ(read(with("Content-Length: 5\r\n" + chunked)).fault, HttpFault::length_and_encoding);
  EXPECT_EQ(read(with("Content-Length: 5\r\nContent-Length: 5\r\n")).fault, HttpFault::content_length_repeated);
  EXPECT_EQ(read(with("Transfer-Encoding: gzip\r\n")).fault, HttpFault::encoding_unknown);
  EXPECT_EQ(read(with(chunked, "HTTP/1.0 200 OK")).fault, HttpFault::encoding_in_http10);
  EXPECT_EQ(read(with("A: b\r\n c\r\n")).fault, HttpFault::folded_line);
}

TEST(ParseResponse, takes_fields_that_mean_something_in_requests_only) {
  EXPECT_EQ(read(with("Host: a b\r\nHost: c\r\nExpect: x\r\nContent-Length: 0\r\n")).outcome, Parse::done);
}

}  // namespace
}  // namespace fw::wire
