#include "wire/json_write.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <vector>

#include "wire/json.h"

namespace fw::wire {
namespace {

std::string unescaped(std::string_view raw) {
  std::string out;
  EXPECT_TRUE(json_unescape(raw, out)) << raw;
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  json_escape(out, text);
  return out;
}

TEST(JsonWriter, places_commas_and_colons) {
  std::string out = "before";
  JsonWriter w(out);
  w.begin_object().member("a", 1).key("b").begin_array().number(-2).string("x").null().boolean(true).begin_object();
  w.end_object().begin_array().end_array().end_array().member("c", "d").member("e", false).key("f").raw("{\"g\":1}");
  w.member("h", std::string("i")).end_object();
  EXPECT_EQ(out, R"(before{"a":1,"b":[-2,"x",null,true,{},[]],"c":"d","e":false,"f":{"g":1},"h":"i"})");
  EXPECT_FALSE(json_check(std::string_view(out).substr(6), 8));
}

TEST(JsonWriter, writes_strings_that_end_like_brackets) {
  std::string out;
  JsonWriter(out).begin_array().string("{").string("[").string(":").string("").end_array();
  EXPECT_EQ(out, R"(["{","[",":",""])");
}

TEST(JsonWriter, writes_numbers) {
  std::string out;
  JsonWriter(out)
      .begin_array()
      .number(INT64_MIN)
      .number(INT64_MAX)
      .real(0.125, 3)
      .real(-1.0 / 3, 2)
      .real(NAN, 2)
      .real(INFINITY, 1)
      .real(1e300, 0)
      .real(2.5, 999)
      .real(2.5, -1)
      .end_array();
  EXPECT_TRUE(out.starts_with("[-9223372036854775808,9223372036854775807,0.125,-0.33,null,null,1")) << out;
  EXPECT_FALSE(json_check(out, 2)) << out;
}

TEST(JsonEscape, writes_what_must_be_escaped_and_nothing_else) {
  EXPECT_EQ(escaped("a\"b\\c/d"), "a\\\"b\\\\c/d");
  EXPECT_EQ(escaped("\b\f\n\r\t"), "\\b\\f\\n\\r\\t");
  EXPECT_EQ(escaped(std::string_view("\0\x1f\x7f", 3)), "\\u0000\\u001f\x7f");
  EXPECT_EQ(escaped("caf\xC3\xA9 \xE6\xBC\xA2 \xF0\x9F\x98\x80"), "caf\xC3\xA9 \xE6\xBC\xA2 \xF0\x9F\x98\x80");
}

TEST(JsonEscape, replaces_invalid_utf8) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(escaped("a\xFF"
                    "b"),
            "a" + mark + "b");
  EXPECT_EQ(escaped("\xED\xA0\x80"), mark + mark + mark);
  EXPECT_EQ(escaped("\xE6\xBC"), mark + mark);
  EXPECT_EQ(escaped("\xC0\xAF"), mark + mark);
}

TEST(JsonUnescape, knows_every_escape) {
  EXPECT_EQ(unescaped(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(unescaped(R"(a\u0041\u00e9\u6F22\ud83D\uDe00z)"), "aA\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80z");
  EXPECT_EQ(unescaped(R"(\u0000)"), std::string(1, '\0'));
}

TEST(JsonUnescape, replaces_lone_surrogates) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(unescaped(R"(\ud800)"), mark);
  EXPECT_EQ(unescaped(R"(\udc00x)"), mark + "x");
  EXPECT_EQ(unescaped(R"(\ud800\ud83d\ude00)"), mark + "\xF0\x9F\x98\x80");
  EXPECT_EQ(unescaped(R"(\ud800\n)"), mark + "\n");
  EXPECT_EQ(unescaped(R"(\ud800\u0041)"), mark + "A");
}

TEST(JsonUnescape, leaves_everything_as_it_was_when_an_escape_is_malformed) {
  for (const char* raw : {"a\\", "a\\x", "a\\u", "a\\u123", "a\\u123g", "b\\n\\q", "\\ud800\\u12"}) {
    std::string out = "before";
    EXPECT_FALSE(json_unescape(raw, out)) << raw;
    EXPECT_EQ(out, "before");
  }
}

std::string file(const char* name) {
  std::ifstream in(std::string(FAIRWAY_SOURCE_DIR "/tests/data/blns/") + name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Written, checked, read back: the same string.
void expect_round_trip(std::string_view text) {
  std::string out;
  JsonWriter(out).begin_object().member(text, text).end_object();
  const auto error = json_check(out, 2);
  ASSERT_FALSE(error) << say(error->fault) << " at " << error->offset << ": " << out;
  JsonObject object(out, 2);
  JsonMember member;
  ASSERT_TRUE(object.next(member));
  EXPECT_EQ(unescaped(member.key), text);
  EXPECT_EQ(unescaped(json_text(member.value)), text);
  EXPECT_FALSE(object.next(member));
}

TEST(JsonWriter, survives_the_naughty_strings) {
  const std::string text = file("blns.json");
  JsonArray strings(text, 2);
  int count = 0;
  for (JsonMember member; strings.next(member); ++count) expect_round_trip(unescaped(json_text(member.value)));
  EXPECT_EQ(strings.error(), nullptr);
  EXPECT_EQ(count, 515);
  std::istringstream lines(file("blns.txt"));
  for (std::string line; std::getline(lines, line);)
    if (!json_check("\"" + escaped(line) + "\"", 1))
      expect_round_trip(unescaped(escaped(line)));
    else
      ADD_FAILURE() << line;
}

TEST(JsonWriter, makes_valid_json_of_any_bytes) {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      const char bytes[] = {static_cast<char>(a), static_cast<char>(b), '\x80', '\x80'};
      const std::string text = "\"" + escaped({bytes, sizeof bytes}) + "\"";
      ASSERT_FALSE(json_check(text, 1)) << a << " " << b;
    }
}

}  // namespace
}  // namespace fw::wire
