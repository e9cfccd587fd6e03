#include "wire/url.h"

#include <gtest/gtest.h>

#include "wire/hash.h"
#include "wire/nearest.h"

namespace fw::wire {
namespace {

TEST(ParseUrl, takes_a_url_apart) {
  const auto good = parse_url("HTTPS://My-Res.OpenAI.azure.com:8443/openai/V1//?api-version=1&x");
  ASSERT_TRUE(good) << good.error();
  EXPECT_EQ(good->scheme, "https");
  EXPECT_EQ(good->host, "my-res.openai.azure.com");
  EXPECT_EQ(good->port, 8443);
  EXPECT_TRUE(good->tls);
  EXPECT_EQ(good->path, "/openai/V1");
  EXPECT_EQ(good->query, "api-version=1&x");
  EXPECT_EQ(good->authority(), "my-res.openai.azure.com:8443");
}

TEST(ParseUrl, knows_the_ports_of_its_schemes) {
  EXPECT_EQ(parse_url("http://a")->port, 80);
  EXPECT_EQ(parse_url("https://a/")->port, 443);
  EXPECT_EQ(parse_url("https://a:443/")->authority(), "a");
  EXPECT_EQ(parse_url("https://a:80")->authority(), "a:80");
  EXPECT_EQ(parse_url("http://a/")->path, "");
  EXPECT_EQ(parse_url("http://a?b")->query, "b");
}

TEST(ParseUrl, keeps_an_ipv6_address_without_its_brackets) {
  const auto url = parse_url("http://[2001:DB8::1]:8000/v1");
  ASSERT_TRUE(url) << url.error();
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->authority(), "[2001:db8::1]:8000");
}

TEST(ParseUrl, says_what_is_wrong) {
  const auto wrong = [](std::string_view text, std::string_view word) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_NE(url.error().find(word), std::string::npos) << text << ": " << url.error();
  };
  wrong("", "absolute");
  wrong("api.openai.com/v1", "absolute");
  wrong("ftp://a", "http or https");
  wrong("https://", "no host");
  wrong("https:///v1", "no host");
  wrong("https://u:secret@a/", "password");
  EXPECT_EQ(parse_url("https://u:secret@a/").error().find("secret"), std::string::npos);
  wrong("https://a:/", "port");
  wrong("https://a:0/", "port");
  wrong("https://a:65536/", "port");
  wrong("https://a:8o/", "port");
  wrong("https://a_b!/", "host");
  wrong("https://[::1/", "host");
  wrong("https://::1/", "host");
  wrong("https://a b/", "host");
  wrong("https://a/#x", "fragment");
  wrong("https://a/ b", "percent-encode");
  wrong("https://a/\xC3\xA4", "percent-encode");
  wrong("https://a\\b/", "host");
  wrong("https://a/\\b", "percent-encode");
}

TEST(ValidHost, knows_names_and_addresses) {
  for (const char* host :
       {"a", "a-b.c_d", "localhost.", "127.0.0.1", "xn--nxasmq6b", "1.a", "[::]", "[1:2:3:4:5:6:7:8]", "[1::8]",
        "[::ffff:127.0.0.1]", "[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:7::]"})
    EXPECT_TRUE(valid_host(host)) << host;
  for (const char* host :
       {"",          ".",         "a..b",  ".a",     "1.2.3.4.5",   "1.2.3",           "01.2.3.4",
        "1.2.3.256", "a.1",       "a b",   "a:1",    "[]",          "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]",
        "[1::2::3]", "[12345::]", "[::g]", "[:1::]", "[1.2.3.4::]", "[::1]x",          "[1:2:3:4:5:6:7:8::]",
        "[::1%1]",   "\xC3\xA4"})
    EXPECT_FALSE(valid_host(host)) << host;
  EXPECT_TRUE(valid_host(std::string(63, 'a')));
  EXPECT_FALSE(valid_host(std::string(64, 'a')));
  std::string long_name = "a";
  while (long_name.size() < 252) long_name += ".a";
  EXPECT_TRUE(valid_host(long_name));
  EXPECT_FALSE(valid_host(long_name + ".a"));
}

TEST(PercentEncodeSegment, keeps_only_unreserved_characters) {
  EXPECT_EQ(percent_encode_segment("aZ0-._~"), "aZ0-._~");
  EXPECT_EQ(percent_encode_segment("a/b?c%d e\xC3\xA9:"), "a%2Fb%3Fc%25d%20e%C3%A9%3A");
}

TEST(Hash, agrees_with_the_published_vectors) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(std::string(1000000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hash, reads_hex_of_either_case_and_nothing_else) {
  const Sha256 digest = sha256("abc");
  std::string text = hex(digest);
  ASSERT_TRUE(parse_hex(text));
  EXPECT_TRUE(equal_constant_time(*parse_hex(text), digest));
  EXPECT_FALSE(equal_constant_time(*parse_hex(text), sha256("abd")));
  for (char& c : text)
    if (c >= 'a') c = static_cast<char>(c - 32);
  EXPECT_TRUE(parse_hex(text));
  EXPECT_FALSE(parse_hex(text.substr(1)));
  EXPECT_FALSE(parse_hex(text + "0"));
  text[5] = 'g';
  EXPECT_FALSE(parse_hex(text));
}

TEST(Base64, agrees_with_rfc_4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE\xFD"), "//79");
}

TEST(Nearest, finds_what_was_meant) {
  const std::vector<std::string> known{"gpt-6-sol", "gpt-6-sol-mini", "gpt-6-luna", "o5", "text-embedding-4-small"};
  const auto first = [&](std::string_view word) {
    const auto found = nearest(word, known, 3);
    return found.empty() ? std::string_view() : found.front();
  };
  EXPECT_EQ(first("gpt-6-soll"), "gpt-6-sol");
  EXPECT_EQ(first("GPT-6-SOL"), "gpt-6-sol");
  EXPECT_EQ(first("gtp-6-luna"), "gpt-6-luna");
  EXPECT_EQ(first("text-embedding-3-small"), "text-embedding-4-small");
  EXPECT_EQ(first("pt-6-luna"), "gpt-6-luna");
  EXPECT_EQ(first("gpt6-luna"), "gpt-6-luna");
  EXPECT_EQ(first("xgpt-6-luna"), "gpt-6-luna");
  EXPECT_EQ(first("text-embedding"), "text-embedding-4-small");
  EXPECT_EQ(nearest("gpt-6", known, 2).size(), 2U);
}

TEST(Nearest, keeps_quiet_about_strangers) {
  const std::vector<std::string> known{"gpt-6-sol", "", std::string(1000, 'a')};
  EXPECT_TRUE(nearest("claude", known, 3).empty());
  EXPECT_TRUE(nearest("", known, 3).empty());
  EXPECT_TRUE(nearest(std::string(1000, 'a'), known, 3).empty());
  EXPECT_TRUE(nearest("gpt-6-sol", known, 0).empty());
}

}  // namespace
}  // namespace fw::wire
