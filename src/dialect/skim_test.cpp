#include "dialect/skim.h"

#include <gtest/gtest.h>

#include <string>

namespace fw::dialect {
namespace {

constexpr int kDepth = 512;

bool same(const wire::JsonMember& a, const wire::JsonMember& b) {
  return a.key == b.key && a.value == b.value && a.kind == b.kind && a.key_escaped == b.key_escaped && a.value_escaped == b.value_escaped;
}

template <class Checked, class Skimmed>
void expect_same(std::string_view text) {
  Checked checked(text, kDepth);
  Skimmed skimmed(text, kDepth);
  wire::JsonMember a;
  wire::JsonMember b;
  while (checked.next(a)) {
    ASSERT_TRUE(skimmed.next(b)) << text;
    EXPECT_TRUE(same(a, b)) << text << " at " << a.value;
  }
  if (checked.error() == nullptr) EXPECT_FALSE(skimmed.next(b)) << text;
}

TEST(Skim, sees_what_the_checking_readers_see) {
  for (const std::string_view text :
       {R"({})", R"({"a":1})", " { \"a\" : \"x\\\"y\" , \"b\\u0061\" : [ 1 , { } ] ,\n\"c\":null , \"d\":true,\"e\":-1.5e9 } ",
        R"({"long":"0123456789012345678901234567890123456789012345678901234567890123456789\\","n":{"o":["}",{"p":"]"}]}})"})
    expect_same<wire::JsonObject, SkimObject>(text);
  for (const std::string_view text : {R"([])", R"([1,"a",[],{},null,false])", " [ \"\\\\\" , [ [ ] ] ] "})
    expect_same<wire::JsonArray, SkimArray>(text);
}

TEST(Skim, text_that_is_no_container_has_no_members) {
  wire::JsonMember m;
  for (const std::string_view text : {"", "1", "\"{}\"", "null", "[1]"}) EXPECT_FALSE(SkimObject(text, kDepth).next(m)) << text;
  for (const std::string_view text : {"", "1", "{}", "[", "[,"}) EXPECT_FALSE(SkimArray(text, kDepth).next(m)) << text;
}

}  // namespace
}  // namespace fw::dialect
