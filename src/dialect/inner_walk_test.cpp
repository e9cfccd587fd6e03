#include "dialect/inner_walk.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "dialect/inner_names.h"
#include "dialect/inner_write.h"
#include "wire/json.h"

namespace fw::dialect::inner {
namespace {

// Every token of a text, by walking and by the scan that validates.
void walk_all(Walk& walk, std::vector<std::string>& tokens) {
  const char first = walk.peek();
  const char* const mark = walk.mark();
  if (first == '{') {
    walk.open();
    for (std::string_view key; walk.key(key);) {
      tokens.emplace_back(key);
      walk_all(walk, tokens);
    }
  } else if (first == '[') {
    walk.open();
    while (walk.element()) walk_all(walk, tokens);
  } else {
    tokens.emplace_back(walk.take());
    return;
  }
  tokens.emplace_back(walk.since(mark));
}

void scan_all(std::string_view text, std::vector<std::string>& tokens) {
  const auto all = [&tokens](auto container) {
    for (wire::JsonMember member; container.next(member);) {
      if (!member.key.empty()) tokens.emplace_back(member.key);
      scan_all(member.value, tokens);
    }
  };
  if (text.front() == '{') all(wire::JsonObject(text, 64));
  if (text.front() == '[') all(wire::JsonArray(text, 64));
  tokens.emplace_back(text);
}

TEST(Walk, sees_what_the_scan_sees) {
  std::string inside;
  for (int size = 0; size < 70; ++size) {
    for (const char* text : {"\\\"", "\\\\", "", "é", "\\u0041"}) {
      const std::string body = "{ \"k\" : [ \"" + inside + text + "\" , 1.5e3,true , {\"a" + inside + "\":\"" + text +
                               inside + "\\\\\" }, [ ] , { },null],\"" + inside + "z\": false}";
      ASSERT_FALSE(wire::json_check(body, 8)) << body;
      std::vector<std::string> walked;
      std::vector<std::string> scanned;
      Walk walk(body);
      walk_all(walk, walked);
      scan_all(body, scanned);
      EXPECT_EQ(walked, scanned) << body;
    }
    inside += static_cast<char>('a' + size % 26);
  }
}

TEST(Walk, of_a_broken_text_ends_inside_it) {
  const std::string whole = R"({"a":["x\"y",{"b":"0123456789abcdef\\"},12],"c":{"d":null}})";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::vector<char> copy(whole.begin(),
                                 whole.begin() + static_cast<std::ptrdiff_t>(size));  // for the sanitizer
    std::vector<std::string> tokens;
    Walk walk(std::string_view(copy.data(), copy.size()));
    walk_all(walk, tokens);
    EXPECT_LT(tokens.size(), 20u);
  }
}

struct Word {
  std::string_view key;
  int value = 0;
};

TEST(Names, finds_its_words_and_no_others) {
  static constexpr Names kWords{std::array{Word{"a", 1}, Word{"ab", 2}, Word{"ba", 3}, Word{"abc", 4}, Word{"acb", 5}}};
  EXPECT_EQ(kWords.find("a")->value, 1);
  EXPECT_EQ(kWords.find("ba")->value, 3);
  EXPECT_EQ(kWords.find("acb")->value, 5);
  for (const char* other : {"", "b", "aa", "bca", "abcd"}) EXPECT_EQ(kWords.find(other), nullptr) << other;
}

TEST(StrictReady, takes_only_schemas_that_are_closed_and_require_all) {
  EXPECT_TRUE(strict_ready(R"({"type":"object","properties":{},"required":[],"additionalProperties":false})"));
  EXPECT_TRUE(strict_ready(
      R"({"type":"object","properties":{"a":{"type":["string","null"]},"b":{"$ref":"#/$defs/x"}},"required":["b","a"],"additionalProperties":false,"$defs":{"x":{"type":"array","items":{"anyOf":[{"type":"integer"}]}}}})"));
  for (const char* schema :
       {"", "5", R"({"type":"object"})", R"({"type":"object","properties":{"a":{}},"additionalProperties":false})",
        R"({"type":"object","properties":{"a":{}},"required":["a"],"additionalProperties":true})",
        R"({"type":"object","properties":{"a":{"type":"object"}},"required":["a"],"additionalProperties":false})",
        R"({"oneOf":[]})", R"({"type":"array","items":{"type":"object"}})",
        R"({"properties":{"a":{}},"required":"a","additionalProperties":false})"})
    EXPECT_FALSE(strict_ready(schema)) << schema;
  std::string deep = R"({"type":"string"})";
  for (int i = 0; i < 1'000; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  EXPECT_FALSE(strict_ready(deep));
}

}  // namespace
}  // namespace fw::dialect::inner
