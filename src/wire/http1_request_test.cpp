#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <string>

#include "wire/http1.h"

namespace fw::wire {
namespace {

struct Read {
  Parse outcome = Parse::need_more;
  HttpFault fault = HttpFault::none;
  RequestHead head;
};

std::array<HeaderField, 100> g_store;

Read read(std::string_view in, const HttpLimits& limits = {}) {
  Read out;
  out.outcome = parse_request(in, limits, g_store, out.head, out.fault);
  return out;
}

// A request whose only peculiarity are the given field lines.
std::string with(std::string_view lines, std::string_view start = "POST /v1/chat/completions HTTP/1.1") {
  return std::string(start) + "\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}

HttpFault fault_of(std::string_view in) {
  const Read whole = read(in);
  EXPECT_EQ(whole.outcome, Parse::failed) << in;
  // A fault found early must be the fault of the whole.
  for (std::size_t size = 0; size < in.size(); ++size) {
    const Read part = read(in.substr(0, size));
    if (part.outcome == Parse::need_more) continue;
    EXPECT_EQ(part.outcome, Parse::failed);
    EXPECT_EQ(part.fault, whole.fault) << in << " at " << size;
    break;
  }
  return whole.fault;
}

TEST(ParseRequest, reads_what_a_client_sends) {
  const std::string in =
      "POST /v1/chat/completions?api-version=1&x HTTP/1.1\r\nHost: api.example.com:8080\r\n"
      "Authorization:Bearer sk-1\r\ncontent-LENGTH:\t 17 \r\nX-Empty:\r\nX-Latin: caf\xE9\r\n\r\n{\"model\"";
  const Read r = read(in);
  ASSERT_EQ(r.outcome, Parse::done);
  EXPECT_EQ(r.head.method, Method::post);
  EXPECT_EQ(r.head.method_text, "POST");
  EXPECT_EQ(r.head.target, "/v1/chat/completions?api-version=1&x");
  EXPECT_EQ(r.head.path, "/v1/chat/completions");
  EXPECT_EQ(r.head.query, "api-version=1&x");
  EXPECT_EQ(r.head.minor, 1);
  EXPECT_EQ(r.head.host, "api.example.com:8080");
  EXPECT_EQ(r.head.framing, Framing::length);
  EXPECT_EQ(r.head.content_length, 17U);
  EXPECT_TRUE(r.head.keep_alive);
  EXPECT_EQ(r.head.size, in.size() - 8);
  ASSERT_EQ(r.head.fields.size(), 5U);
  EXPECT_EQ(r.head.get(HeaderId::authorization), "Bearer sk-1");
  EXPECT_EQ(r.head.fields[3].value, "");
  EXPECT_EQ(r.head.fields[4].name, "X-Latin");
  EXPECT_EQ(r.head.fields[4].value, "caf\xE9");
  EXPECT_EQ(r.head.fields[4].id, HeaderId::other);
}

TEST(ParseRequest, needs_every_byte_of_the_head) {
  const std::string in = with("Content-Length: 5\r\nConnection: close\r\n");
  for (std::size_t size = 0; size < in.size(); ++size) EXPECT_EQ(read(in.substr(0, size)).outcome, Parse::need_more);
  EXPECT_EQ(read(in).outcome, Parse::done);
}

TEST(ParseRequest, skips_a_few_empty_lines_and_no_more) {
  EXPECT_EQ(read("\r\n\r\n\r\n\r\n" + with("")).head.size, with("").size() + 8);
  EXPECT_EQ(fault_of("\r\n\r\n\r\n\r\n\r\n" + with("")), HttpFault::too_many_empty_lines);
  EXPECT_EQ(fault_of("\n" + with("")), HttpFault::bare_lf);
}

TEST(ParseRequest, knows_the_four_forms_of_a_target) {
  const Read absolute = read("GET HTTP://A:81?q=/x HTTP/1.1\r\nHost: a:81\r\n\r\n");
  ASSERT_EQ(absolute.outcome, Parse::done);
  EXPECT_EQ(absolute.head.path, "/");
  EXPECT_EQ(absolute.head.query, "q=/x");
  EXPECT_EQ(read("GET https://[::1]/p HTTP/1.1\r\nHost: [::1]\r\n\r\n").head.path, "/p");
  EXPECT_EQ(read(with("", "OPTIONS * HTTP/1.1")).head.path, "*");
  const Read tunnel = read("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
  EXPECT_EQ(tunnel.outcome, Parse::done);
  EXPECT_EQ(tunnel.head.path, "");
  EXPECT_EQ(fault_of(with("", "GET * HTTP/1.1")), HttpFault::target_form);
  EXPECT_EQ(fault_of(with("", "CONNECT /x HTTP/1.1")), HttpFault::target_form);
  EXPECT_EQ(fault_of(with("", "CONNECT a HTTP/1.1")), HttpFault::target_form);
  EXPECT_EQ(fault_of(with("", "GET v1/models HTTP/1.1")), HttpFault::target_form);
  EXPECT_EQ(fault_of(with("", "GET ftp://a/ HTTP/1.1")), HttpFault::target_form);
  EXPECT_EQ(fault_of(with("", "GET http://u:p@a/ HTTP/1.1")), HttpFault::target_form);
  EXPECT_EQ(fault_of(with("", "GET http:///x HTTP/1.1")), HttpFault::target_form);
  EXPECT_EQ(fault_of(with("", "GET http://b/ HTTP/1.1")), HttpFault::host_differs);
}

TEST(ParseRequest, refuses_broken_request_lines) {
  EXPECT_EQ(fault_of(with("", " GET / HTTP/1.1")), HttpFault::method_invalid);
  EXPECT_EQ(fault_of(with("", "G@T / HTTP/1.1")), HttpFault::method_invalid);
  EXPECT_EQ(fault_of("\x16\x03\x01\x02\x00\x01"), HttpFault::method_invalid);  // TLS on a port without it
  EXPECT_EQ(fault_of(std::string(40, 'A') + " / HTTP/1.1\r\n"), HttpFault::method_too_long);
  EXPECT_EQ(fault_of(with("", "GET")), HttpFault::target_missing);
  EXPECT_EQ(fault_of(with("", "GET  / HTTP/1.1")), HttpFault::target_missing);
  EXPECT_EQ(fault_of(with("", "GET /")), HttpFault::version_missing);
  EXPECT_EQ(fault_of(with("", "GET /a\tb HTTP/1.1")), HttpFault::target_invalid);
  EXPECT_EQ(fault_of(with("", "GET /a\xC3\xA4 HTTP/1.1")), HttpFault::target_invalid);
  EXPECT_EQ(fault_of(with("", "GET /a#b HTTP/1.1")), HttpFault::target_invalid);
  EXPECT_EQ(fault_of(with("", "GET / http/1.1")), HttpFault::version_malformed);
  EXPECT_EQ(fault_of(with("", "GET / HTTP/1.1 ")), HttpFault::version_malformed);
  EXPECT_EQ(fault_of(with("", "GET / HTTP/11")), HttpFault::version_malformed);
  EXPECT_EQ(fault_of(with("", "GET / HTTP/0.9")), HttpFault::version_unsupported);
  EXPECT_EQ(fault_of(with("", "GET / HTTP/1.2")), HttpFault::version_unsupported);
  EXPECT_EQ(fault_of(with("", "GET / HTTP/2.0")), HttpFault::version_unsupported);
  EXPECT_EQ(fault_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), HttpFault::http2_preface);
}

TEST(ParseRequest, refuses_lines_that_two_parsers_could_read_differently) {
  EXPECT_EQ(fault_of("GET / HTTP/1.1\nHost: a\n\n"), HttpFault::bare_lf);
  EXPECT_EQ(fault_of(with("A: b\n")), HttpFault::bare_lf);
  EXPECT_EQ(fault_of(with("A: b\rC: d\r\n")), HttpFault::bare_cr);
  EXPECT_EQ(fault_of(with("A: b\r\r\n")), HttpFault::bare_cr);
  EXPECT_EQ(fault_of(with("A: b\r\n c\r\n")), HttpFault::folded_line);
  EXPECT_EQ(fault_of("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), HttpFault::folded_line);
  EXPECT_EQ(fault_of(with("A : b\r\n")), HttpFault::space_before_colon);
  EXPECT_EQ(fault_of(with("A\t: b\r\n")), HttpFault::space_before_colon);
  EXPECT_EQ(fault_of(with("A\r\n")), HttpFault::colon_missing);
  EXPECT_EQ(fault_of(with(": b\r\n")), HttpFault::field_name_empty);
  EXPECT_EQ(fault_of(with("A(b): c\r\n")), HttpFault::field_name_invalid);
  EXPECT_EQ(fault_of(with("\xC3\xA4: c\r\n")), HttpFault::field_name_invalid);
  EXPECT_EQ(fault_of(with(std::string("A: b\0c\r\n", 8))), HttpFault::control_character);
  EXPECT_EQ(fault_of(with("A: 0123456789abcdef\x7f\r\n")), HttpFault::control_character);
  EXPECT_EQ(fault_of(with("A: 0123456789abcdef\x01\r\n")), HttpFault::control_character);
}

TEST(ParseRequest, allows_the_same_bytes_at_every_place) {
  const std::string_view marks = "!#$%&'*+-.^_`|~";
  for (int c = 0; c < 256; ++c)
    for (std::size_t at : {0U, 7U, 15U, 16U, 39U}) {
      const char byte = static_cast<char>(c);
      std::string text(40, 'a');
      text[at] = byte;
      const bool in_name = std::isalnum(c) != 0 || (c != 0 && marks.find(byte) != std::string_view::npos);
      const bool in_value = (c >= 0x20 && c != 0x7f) || c == '\t';
      if (c != ':') EXPECT_EQ(read(with(text + ": b\r\n")).outcome == Parse::done, in_name) << c << " " << at;
      EXPECT_EQ(read(with("b: " + text + "\r\n")).outcome == Parse::done, in_value) << c << " " << at;
      EXPECT_EQ(is_token(text), in_name) << c << " " << at;
    }
}

TEST(ParseRequest, refuses_doubtful_framing) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  EXPECT_EQ(read(with("Transfer-Encoding: Chunked\r\n")).head.framing, Framing::chunked);
  EXPECT_EQ(fault_of(with("Content-Length: 5\r\n" + chunked)), HttpFault::length_and_encoding);
  EXPECT_EQ(fault_of(with(chunked + "Content-Length: 5\r\n")), HttpFault::length_and_encoding);
  EXPECT_EQ(fault_of(with(chunked + chunked)), HttpFault::encoding_repeated);
  EXPECT_EQ(fault_of("POST / HTTP/1.0\r\n" + chunked + "\r\n"), HttpFault::encoding_in_http10);
  for (const char* coding :
       {"", "identity", "gzip, chunked", "chunked, chunked", "xchunked", "chunked;q=1", "\"chunked\""})
    EXPECT_EQ(fault_of(with("Transfer-Encoding: " + std::string(coding) + "\r\n")), HttpFault::encoding_unknown);
  EXPECT_EQ(fault_of(with("Content-Length: 5\r\nContent-Length: 5\r\n")), HttpFault::content_length_repeated);
  for (const char* length : {"", "+5", "-5", "5, 5", "0x5", "5 5", "5.0", "\xB2"})
    EXPECT_EQ(fault_of(with("Content-Length: " + std::string(length) + "\r\n")), HttpFault::content_length_invalid);
  EXPECT_EQ(read(with("Content-Length: 9223372036854775807\r\n")).head.content_length, 9223372036854775807U);
  EXPECT_EQ(fault_of(with("Content-Length: 9223372036854775808\r\n")), HttpFault::content_length_overflow);
  EXPECT_EQ(fault_of(with("Content-Length: 18446744073709551621\r\n")), HttpFault::content_length_overflow);
  EXPECT_EQ(read(with("")).head.framing, Framing::none);
}

TEST(ParseRequest, wants_exactly_one_host_within_its_grammar) {
  EXPECT_EQ(fault_of("GET / HTTP/1.1\r\n\r\n"), HttpFault::host_missing);
  EXPECT_EQ(fault_of(with("Host: a\r\n")), HttpFault::host_repeated);
  for (const char* host : {"", "a b", "a/b", "u@a", "a?b", "a#b", "a:b", "a:99999", "a:0", "[::1", "::1",
                           "[fe80::1%25eth0]", "a,b", "1.2.3", "256.1.1.1", "a..b", "-\x80"})
    EXPECT_EQ(fault_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), HttpFault::host_invalid) << host;
  for (const char* host : {"a", "A.b-c_d.example", "a.", "127.0.0.1:8080", "[::1]:8080", "[::ffff:1.2.3.4]", "a:"})
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n").head.host, host);
  const Read old = read("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.outcome, Parse::done);
  EXPECT_FALSE(old.head.keep_alive);
}

TEST(ParseRequest, reads_what_the_connection_is_for) {
  EXPECT_FALSE(read(with("Connection: foo ,CLOSE\r\n")).head.keep_alive);
  EXPECT_TRUE(read(with("Connection: closed, close-not\r\n")).head.keep_alive);
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n").head.keep_alive);
  EXPECT_TRUE(read(with("Connection: Upgrade\r\nUpgrade: websocket\r\n")).head.upgrade);
  EXPECT_FALSE(read(with("Upgrade: websocket\r\n")).head.upgrade);
  EXPECT_TRUE(read(with("Expect: 100-Continue\r\n")).head.expect_continue);
  EXPECT_EQ(fault_of(with("Expect: the-worst\r\n")), HttpFault::expectation_unknown);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").head.expect_continue);
}

TEST(ParseRequest, keeps_its_limits_to_the_byte) {
  const std::string in = with("A: b\r\n", "GET /234567 HTTP/1.1");
  EXPECT_EQ(read(in, {.head_bytes = in.size()}).outcome, Parse::done);
  EXPECT_EQ(read(in, {.head_bytes = in.size() - 1}).fault, HttpFault::head_too_large);
  EXPECT_EQ(read(in.substr(0, 10), {.head_bytes = 11}).outcome, Parse::need_more);
  EXPECT_EQ(read(in.substr(0, 11), {.head_bytes = 11}).fault, HttpFault::head_too_large);
  EXPECT_EQ(read(in, {.target_bytes = 7}).outcome, Parse::done);
  EXPECT_EQ(read(in, {.target_bytes = 6}).fault, HttpFault::target_too_long);
  EXPECT_EQ(read(in.substr(0, 12), {.target_bytes = 6}).fault, HttpFault::target_too_long);
  EXPECT_EQ(read(in, {.fields = 2}).outcome, Parse::done);
  EXPECT_EQ(read(in, {.fields = 1}).fault, HttpFault::too_many_fields);
  std::array<HeaderField, 1> small;
  Read r;
  EXPECT_EQ(parse_request(in, {}, small, r.head, r.fault), Parse::failed);
  EXPECT_EQ(r.fault, HttpFault::too_many_fields);
}

TEST(ParseRequest, gives_every_fault_a_sentence_and_a_status) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(HttpFault::count_); ++i) {
    const auto fault = static_cast<HttpFault>(i);
    EXPECT_TRUE(say(fault).ends_with('.')) << say(fault);
    if (fault != HttpFault::none) EXPECT_GE(row(code(fault)).status, 400) << say(fault);
  }
  EXPECT_EQ(row(code(HttpFault::encoding_unknown)).status, 501);
  EXPECT_EQ(row(code(HttpFault::head_too_large)).status, 431);
  EXPECT_EQ(row(code(HttpFault::target_too_long)).status, 414);
  EXPECT_EQ(row(code(HttpFault::version_unsupported)).status, 505);
  EXPECT_EQ(row(code(HttpFault::expectation_unknown)).status, 417);
  EXPECT_EQ(row(code(HttpFault::length_and_encoding)).status, 400);
}

TEST(HeadMayBeComplete, looks_at_each_byte_once_and_misses_no_end) {
  const std::string in = with("A: b\r\n");
  std::size_t scanned = 0;
  for (std::size_t size = 0; size < in.size(); ++size) {
    EXPECT_FALSE(head_may_be_complete(std::string_view(in).substr(0, size), {}, scanned));
    EXPECT_EQ(scanned, size);
  }
  EXPECT_TRUE(head_may_be_complete(in, {}, scanned));
  scanned = 0;
  EXPECT_TRUE(head_may_be_complete("aaaa", {.head_bytes = 4}, scanned));
  EXPECT_TRUE(head_may_be_complete("GET / HTTP/1.1\n\n", {}, scanned));
}

TEST(HeaderIds, are_found_in_any_case_and_have_their_names_back) {
  for (std::size_t i = 1; i < static_cast<std::size_t>(HeaderId::count_); ++i) {
    const auto id = static_cast<HeaderId>(i);
    std::string name(header_name(id));
    ASSERT_FALSE(name.empty()) << i;
    EXPECT_TRUE(is_token(name));
    EXPECT_EQ(header_id(name), id) << name;
    for (char& c : name)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    EXPECT_EQ(header_id(name), id) << name;
    name.back() = '!';
    EXPECT_EQ(header_id(name), HeaderId::other);
  }
  EXPECT_EQ(header_name(HeaderId::x_forwarded_for), "x-forwarded-for");
  EXPECT_EQ(header_name(HeaderId::retry_after_ms), "retry-after-ms");
  EXPECT_EQ(header_id(""), HeaderId::other);
  EXPECT_EQ(header_id(std::string(1000, 'h')), HeaderId::other);
}

TEST(Methods, are_case_sensitive) {
  EXPECT_EQ(method_of("DELETE"), Method::del);
  EXPECT_EQ(method_of("delete"), Method::other);
  EXPECT_EQ(method_of(""), Method::other);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Method::other); ++i)
    EXPECT_EQ(method_of(method_text(static_cast<Method>(i))), static_cast<Method>(i));
}

}  // namespace
}  // namespace fw::wire
