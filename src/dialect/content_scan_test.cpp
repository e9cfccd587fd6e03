#include "dialect/content_scan.h"

#include <gtest/gtest.h>

#include <string>

namespace fw::dialect {
namespace {

TEST(ContentScan, SeesWhatMessagesAreMadeOf) {
  const auto chat = scan_content(R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"see"},)"
                                 R"({"type" : "image_url","image_url":{"url":"https://a/b.png"}}]}]})");
  EXPECT_TRUE(has(chat.needs, Need::image));
  EXPECT_EQ(chat.needs.count(), 1u);
  const auto responses = scan_content(R"({"input":[{"role":"user","content":[{"type":"input_file","file_id":"f"},{"type":"input_audio"}]}]})");
  EXPECT_TRUE(has(responses.needs, Need::file));
  EXPECT_TRUE(has(responses.needs, Need::audio_input));
  EXPECT_FALSE(has(responses.needs, Need::image));
}

TEST(ContentScan, NamesHostedToolsDatedOrNot) {
  const auto facts = scan_content(R"({"tools":[{"type":"web_search_2025_08_26"},{"type":"mcp","server_label":"x"},{"type":"function"}]})");
  EXPECT_TRUE(has(facts.needs, Need::hosted_tools));
  std::string names;
  for (std::size_t i = 0; i < kHostedTools.size(); ++i)
    if (facts.hosted >> i & 1) names.append(kHostedTools[i]).append(" ");
  EXPECT_EQ(names, "web_search mcp ");
}

TEST(ContentScan, WordsInsideStringsAreNoMembers) {
  EXPECT_TRUE(scan_content(R"({"messages":[{"role":"user","content":"say {\"type\":\"image_url\"}"}]})").needs.none());
  EXPECT_TRUE(scan_content(R"({"a":"type","b":"image_url","c":["type","file"]})").needs.none());
}

TEST(ContentScan, FindsItWhereverItStands) {
  for (std::size_t pad = 0; pad < 70; ++pad) {
    const auto body = "{\"p\":\"" + std::string(pad, 't') + "\",\"type\":\"file\"}";
    EXPECT_TRUE(has(scan_content(body).needs, Need::file)) << pad;
    for (std::size_t cut = 0; cut < body.size(); ++cut) scan_content(std::string_view(body).substr(0, cut));
  }
}

}  // namespace
}  // namespace fw::dialect
