#include "wire/json_merge.h"

#include <gtest/gtest.h>

#include "wire/json.h"

namespace fw::wire {
namespace {

// The cases of RFC 7396, appendix A, whose target and patch are objects.
TEST(JsonMerge, does_what_the_rfc_shows) {
  const struct {
    const char *target, *patch, *result;
  } cases[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const auto& c : cases) EXPECT_EQ(json_merge(c.target, c.patch), c.result) << c.target << " and " << c.patch;
}

TEST(JsonMerge, sees_through_escaped_keys) {
  EXPECT_EQ(json_merge(R"({"name":1})", R"({"n\u0061me":2})"), R"({"name":2})");
  const auto merged = json_merge(R"({"q\"":1})", R"({ "z" : 1.50 })");
  EXPECT_EQ(merged, R"({"q\"":1,"z":1.50})");
  EXPECT_FALSE(json_check(merged, 4));
}

}  // namespace
}  // namespace fw::wire
