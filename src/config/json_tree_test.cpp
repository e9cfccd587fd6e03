#include <gtest/gtest.h>

#include "config/document.h"
#include "config/report.h"

namespace fw::config {
namespace {

std::string shown(const Node& node) {
  std::string out = std::to_string(node.at.line) + ":" + std::to_string(node.at.column) + " ";
  if (node.kind == NodeKind::nothing) return out + "null";
  if (node.kind == NodeKind::scalar) return out + (node.plain ? "" : "'") + node.text;
  for (const auto& item : node.items) out += "[" + shown(item) + "]";
  for (const auto& member : node.members)
    out += "{" + std::to_string(member.key_at.line) + ":" + std::to_string(member.key_at.column) + " " + member.key + "=" + shown(member.value) + "}";
  return out;
}

TEST(JsonTree, is_the_tree_that_the_yaml_parser_makes) {
  for (const std::string_view text : {R"([])", R"({})", R"([1,"a",true,-2.5e3])", "{\n  \"a\": [ {\"b\":\"c d\"} ],\n  \"k\": \"\\\"\\n\\u00e9ü\" , \"z\":0 }\n",
                                      R"([[[["deep"]]], {"a.b":"x: y # z", "":"empty"}])"}) {
    const Lines lines(text);
    Report report;
    const auto fast = parse_json(lines);
    ASSERT_TRUE(fast) << text;
    EXPECT_EQ(shown(*fast), shown(parse_document(lines, report))) << text;
    EXPECT_FALSE(report.has_errors()) << text;
  }
}

TEST(JsonTree, leaves_what_is_wrong_to_the_yaml_parser) {
  const std::string deep(kDepthMax + 1, '[');
  for (const std::string_view text : {std::string_view("a: 1"), std::string_view("{a: 1}"), std::string_view("{\"a\":1,\"a\":2}"), std::string_view("[1,]"),
                                      std::string_view(""), std::string_view("\"text\""), std::string_view(deep)})
    EXPECT_FALSE(parse_json(Lines(text))) << text;
}

TEST(JsonTree, reads_null_and_surrogate_pairs) {
  const Lines lines(R"({"a":null,"b":"\ud83d\ude00"})");
  const auto tree = parse_json(lines);
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->find("a")->kind, NodeKind::nothing);
  EXPECT_EQ(tree->find("b")->text, "😀");
}

}  // namespace
}  // namespace fw::config
