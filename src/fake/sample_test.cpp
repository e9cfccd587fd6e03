#include "fake/sample.h"

#include <gtest/gtest.h>

#include "wire/json.h"

namespace fw::fake {
namespace {

TEST(Sample, writes_every_property_of_its_type) {
  EXPECT_EQ(sample_json(
                R"({"type":"object","properties":{"city":{"type":"string"},"n":{"type":"integer"},"x":{"type":"number"},
                            "b":{"type":"boolean"},"z":{"type":"null"},"l":{"type":"array","items":{"type":"integer"}}},
                            "required":["city"],"additionalProperties":false})"),
            R"({"city":"sample city","n":7,"x":7.5,"b":true,"z":null,"l":[7]})");
}

TEST(Sample, takes_the_value_a_schema_names) {
  EXPECT_EQ(sample_json(R"({"enum":["red","blue"]})"), R"("red")");
  EXPECT_EQ(sample_json(R"({"const":{"a":1}})"), R"({"a":1})");
  EXPECT_EQ(sample_json(R"({"type":"integer","default":3})"), "3");
}

TEST(Sample, keeps_within_bounds) {
  EXPECT_EQ(sample_json(R"({"type":"integer","minimum":10,"maximum":12})"), "10");
  EXPECT_EQ(sample_json(R"({"type":"integer","exclusiveMaximum":5})"), "4");
  EXPECT_EQ(sample_json(R"({"type":"integer","multipleOf":4})"), "4");
  EXPECT_EQ(sample_json(R"({"type":"string","maxLength":3})"), R"("sam")");
  EXPECT_EQ(sample_json(R"({"type":"array","items":{"type":"boolean"},"minItems":2})"), "[true,true]");
  EXPECT_EQ(sample_json(R"({"type":"array","items":{"type":"boolean"},"maxItems":0})"), "[]");
  EXPECT_EQ(sample_json(R"({"type":"string","format":"date"})"), R"("2026-11-22")");
}

TEST(Sample, follows_branches_and_references) {
  EXPECT_EQ(sample_json(R"({"anyOf":[{"type":"integer"},{"type":"null"}]})"), "7");
  EXPECT_EQ(sample_json(R"({"type":["string","null"]})"), R"("sample")");
  EXPECT_EQ(
      sample_json(R"({"$ref":"#/$defs/P","$defs":{"P":{"type":"object","properties":{"x":{"type":"integer"}}}}})"),
      R"({"x":7})");
}

TEST(Sample, ends_a_recursive_schema) {
  const auto tree = sample_json(
      R"({"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/N"},{"type":"null"}]},
          "kids":{"type":"array","items":{"$ref":"#/$defs/N"}}},"required":["next","kids"]}}})");
  EXPECT_FALSE(wire::json_check(tree, 512)) << tree.substr(0, 200);
  const auto endless = sample_json(R"({"$ref":"#"})");
  EXPECT_EQ(endless, "null");
}

TEST(Sample, is_json_whatever_the_schema_says) {
  for (const auto* const odd :
       {"{}", "[]", "1", R"({"type":7})", R"({"type":[]})", R"({"properties":3})", R"({"enum":[]})",
        R"({"type":"array","items":[]})", R"({"type":"object","properties":{"a\"b":{"type":"string"}}})",
        R"({"type":"string","minLength":-5,"maxLength":-1})", R"({"type":"number","minimum":1e300})"})
    EXPECT_FALSE(wire::json_check(sample_json(odd), 64)) << odd << " gave " << sample_json(odd);
}

}  // namespace
}  // namespace fw::fake
