#include "cloud/vertex/generate_decode.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cloud/vertex/events_testing.h"

namespace fw::cloud::vertex {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string sse(const std::vector<std::string>& chunks) {
  std::string out;
  for (const auto& chunk : chunks) out += "data: " + chunk + "\r\n\r\n";
  return out;
}

// One candidate with these parts; `rest` goes on after its content.
std::string chunk(std::string_view parts, std::string_view rest = "") {
  return fmt::format(
      R"({{"candidates":[{{"content":{{"role":"model","parts":[{}]}}{}}}],"responseId":"r-1","modelVersion":"g"}})",
      parts, rest);
}

std::string stream(const std::vector<std::string>& chunks) {
  const std::string bytes = sse(chunks);
  return told(bytes, {bytes.size()});
}

std::vector<std::filesystem::path> recordings() {
  std::vector<std::filesystem::path> out;
  const auto root = std::filesystem::path(FAIRWAY_SOURCE_DIR) / "src/cloud/vertex/fixtures";
  for (const auto& entry : std::filesystem::directory_iterator(root))
    if (std::filesystem::exists(entry.path() / "events.txt")) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

std::string sentence(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

class Recording : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(Recording, is_read_as_it_says_wherever_it_is_split) {
  const std::string events = read_file(GetParam() / "events.txt");
  const std::string whole = read_file(GetParam() / "generate.json");
  if (!whole.empty()) {
    EXPECT_EQ(told_whole(whole), events);
    return;
  }
  const std::string bytes = read_file(GetParam() / "generate.sse");
  ASSERT_EQ(told(bytes, {bytes.size()}), events);
  ASSERT_EQ(told(bytes, {1}), events);
  // Everywhere in what is short; the decoder's fuzzer goes on from there.
  const std::size_t step = 1 + bytes.size() / 800;
  for (std::size_t cut = 1; cut < bytes.size(); cut += step) ASSERT_EQ(told(bytes, {cut, bytes.size()}), events) << cut;
}

TEST_P(Recording, is_the_same_as_an_array) {
  std::string bytes = read_file(GetParam() / "generate.sse");
  if (bytes.empty()) return;
  std::string array = "[";
  for (std::size_t from = 0, to = 0; (to = bytes.find("\r\n\r\n", from)) != bytes.npos; from = to + 4)
    array += (from == 0 ? "" : ",\r\n") + bytes.substr(from + 6, to - from - 6);
  array += "\n]";
  const std::string events = read_file(GetParam() / "events.txt");
  ASSERT_EQ(told(array, {array.size()}), events);
  for (std::size_t cut = 1; cut < array.size(); cut += 1 + array.size() / 800)
    ASSERT_EQ(told(array, {cut, array.size()}), events) << cut;
  EXPECT_EQ(told_whole(array), events);
}

INSTANTIATE_TEST_SUITE_P(Google, Recording, ::testing::ValuesIn(recordings()),
                         [](const auto& of) { return sentence(of.param.filename().string()); });

TEST(GenerateDecoder, puts_streamed_arguments_together_into_valid_json) {
  const auto root = std::filesystem::path(FAIRWAY_SOURCE_DIR) / "src/cloud/vertex/fixtures";
  const auto arguments = [&root](const char* name) {
    EventLines lines;
    told(read_file(root / name / "generate.sse"), {7}, &lines);
    return lines.arguments();
  };
  EXPECT_EQ(arguments("google-stream-tool-call-arguments-stream"),
            (std::vector<std::string>{R"({"location":"Boston"})", R"({"location":"San Francisco"})"}));
  EXPECT_EQ(arguments("google-stream-tool-call-array-arguments-no-terminal-stream"),
            (std::vector<std::string>{
                R"({"operations":[{"action":"add","description":"Fresh red apple","itemid":"apple_001","price":0.5},)"
                R"({"action":"add","description":"Ripe yellow banana","itemid":"banana_001","price":0.3}]})"}));
}

TEST(GenerateDecoder, ends_only_if_a_reason_was_told_before_the_connection_closed) {
  EXPECT_EQ(stream({chunk(R"({"text":"Hi"})")}), "begin r-1 g 0\nitem 0 0 message\ntext 0 Hi\ntruncated\n");
  EXPECT_EQ(stream({chunk(R"({"text":"Hi"})", R"(,"finishReason":"STOP")")}),
            "begin r-1 g 0\nitem 0 0 message\ntext 0 Hi\nend 0\nfinish 0 stop\nended\n");
  EXPECT_EQ(stream({}), "truncated\n");
  GenerateDecoder decoder({});
  EventLines lines;
  decoder.feed(sse({chunk(R"({"text":"Hi"})", R"(,"finishReason":"STOP")")}), lines);
  EXPECT_FALSE(decoder.ended());
  decoder.close(lines);
  EXPECT_TRUE(decoder.ended());
}

TEST(GenerateDecoder, knows_every_reason_to_finish) {
  const auto finish = [](std::string_view reason, bool call) {
    const std::string parts = call ? R"({"functionCall":{"name":"f","args":{}}})" : R"({"text":"x"})";
    const std::string lines = stream({chunk(parts, fmt::format(R"(,"finishReason":"{}")", reason))});
    const auto at = std::max(lines.find("finish 0 ") + 1, lines.find("error ") + 1);
    return lines.substr(at - 1, lines.find('\n', at) - at + 1);
  };
  EXPECT_EQ(finish("STOP", false), "finish 0 stop");
  EXPECT_EQ(finish("STOP", true), "finish 0 tool_calls");
  for (const char* reason : {"MAX_TOKENS", "CONTINUATION"})
    EXPECT_EQ(finish(reason, true), "finish 0 length") << reason;
  for (const char* reason : {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
                             "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER"})
    EXPECT_EQ(finish(reason, false), "finish 0 content_filter") << reason;
  for (const char* reason : {"LANGUAGE", "OTHER", "NO_IMAGE", "FINISH_REASON_UNSPECIFIED", "SOMETHING_NEW"})
    EXPECT_EQ(finish(reason, false), fmt::format("finish 0 other {}", reason));
  for (const char* reason :
       {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"})
    EXPECT_TRUE(finish(reason, false).starts_with(fmt::format("error {} server_error", reason))) << reason;
}

TEST(GenerateDecoder, says_where_an_item_was_cut_off) {
  EXPECT_EQ(stream({chunk(R"({"text":"Hi"})", R"(,"finishReason":"MAX_TOKENS")")}),
            "begin r-1 g 0\nitem 0 0 message\ntext 0 Hi\nend 0 length\nfinish 0 length\nended\n");
}

TEST(GenerateDecoder, takes_a_blocked_prompt_for_a_content_filter) {
  const std::string body =
      R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":7,)"
      R"("totalTokenCount":7},"modelVersion":"g","responseId":"r"})";
  const std::string expected =
      "begin r g 0\nusage in 7 cached 0 audio 0 image 0 out 0 reasoning 0 audio 0\n"
      "finish 0 content_filter\nended\n";
  EXPECT_EQ(stream({body}), expected);
  EXPECT_EQ(told_whole(body), expected);
}

TEST(GenerateDecoder, tells_thoughts_apart_from_words_and_keeps_signatures) {
  EXPECT_EQ(
      stream({chunk(R"({"text":"Hmm","thought":true})"), chunk(R"({"text":"...","thought":true})"),
              chunk(R"({"text":"Yes"},{"text":"","thoughtSignature":"c2ln"})", R"(,"finishReason":"STOP")")}),
      "begin r-1 g 0\nitem 0 0 reasoning\nsummary 0 Hmm\nsummary 0 ...\nend 0\nitem 0 1 message\ntext 1 Yes\nend 1\n"
      "item 0 2 reasoning\nencrypted 2 vertex:c2ln\nend 2\nfinish 0 stop\nended\n");
  EXPECT_EQ(stream({chunk(R"({"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"c2ln"},)"
                          R"({"functionCall":{"id":"own","name":"g"}})",
                          R"(,"finishReason":"STOP")")}),
            "begin r-1 g 0\nitem 0 0 reasoning\nencrypted 0 vertex:c2ln\nend 0\n"
            "item 0 1 call call_r-1_0 f\narguments 1 {\\\"a\\\":1}\nend 1\n"
            "item 0 2 call own g\narguments 2 {}\nend 2\nfinish 0 tool_calls\nended\n");
}

TEST(GenerateDecoder, keeps_candidates_apart) {
  const std::string both =
      R"({"candidates":[{"index":0,"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},)"
      R"({"index":1,"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}],"responseId":"r"})";
  EXPECT_EQ(told_whole(both),
            "begin r  0\nitem 0 0 message\ntext 0 a\nend 0\nitem 1 1 message\ntext 1 b\nend 1 length\n"
            "finish 0 stop\nfinish 1 length\nended\n");
}

TEST(GenerateDecoder, tells_logprobs_with_the_text_they_belong_to) {
  EXPECT_EQ(stream({chunk(
                R"({"text":"é"})",
                R"(,"finishReason":"STOP","logprobsResult":{"chosenCandidates":[{"token":"é","logProbability":-0.5}],)"
                R"("topCandidates":[{"candidates":[{"token":"e","logProbability":-1}]}]})")}),
            "begin r-1 g 0\nitem 0 0 message\ntext 0 é[{\"token\":\"é\",\"logprob\":-0.5,\"bytes\":[195,169],"
            "\"top_logprobs\":[{\"token\":\"e\",\"logprob\":-1,\"bytes\":[101]}]}]\nend 0\nfinish 0 stop\nended\n");
}

TEST(GenerateDecoder, tells_an_error_inside_a_stream_and_nothing_after_it) {
  const std::string error =
      R"({"error":{"code":429,"message":"Resource exhausted on projects/p1/x","status":"RESOURCE_EXHAUSTED"}})";
  const std::string expected =
      "begin r-1 g 0\nitem 0 0 message\ntext 0 Hi\n"
      "error 429 RESOURCE_EXHAUSTED Resource exhausted on projects/***/x retryable\nended\n";
  EXPECT_EQ(stream({chunk(R"({"text":"Hi"})"), error, chunk(R"({"text":"more"})")}), expected);
  EXPECT_EQ(stream({chunk(R"({"text":"Hi"})"), "[" + error + "]"}), expected);
  const std::string array = "[" + chunk(R"({"text":"Hi"})") + ",\n" + error + "]";
  EXPECT_EQ(told(array, {3}), expected);
  EXPECT_EQ(told_whole(error), "error 429 RESOURCE_EXHAUSTED Resource exhausted on projects/***/x retryable\nended\n");
}

TEST(GenerateDecoder, refuses_what_is_none_of_its_dialect) {
  for (const char* body :
       {"", "<html>", "{}", "[]", R"({"choices":[]})", R"({"candidates":[]})", R"({"candidates":[{)", "null"})
    EXPECT_NE(told_whole(body).find("refused:"), std::string::npos) << body;
  EXPECT_NE(stream({R"({"candidates":[)"}).find("malformed"), std::string::npos);
  EXPECT_NE(told("[1]", {1}).find("malformed"), std::string::npos);
  GenerateDecoder small({.event_bytes = 64});
  EventLines lines;
  small.feed("[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + std::string(100, 'x'), lines);
  EXPECT_TRUE(small.ended());
}

TEST(GenerateDecoder, keeps_the_last_usage_told) {
  const auto with = [](std::string_view usage, std::string_view reason) {
    return fmt::format(
        R"({{"candidates":[{{"content":{{"parts":[{{"text":"x"}}]}}{}}}],"usageMetadata":{},"responseId":"r"}})",
        reason, usage);
  };
  EXPECT_EQ(
      stream(
          {with(R"({"promptTokenCount":5,"candidatesTokenCount":1,"totalTokenCount":6,"trafficType":"ON_DEMAND"})", ""),
           with(
               R"({"promptTokenCount":5,"candidatesTokenCount":9,"totalTokenCount":14,"trafficType":"ON_DEMAND_FLEX"})",
               R"(,"finishReason":"STOP")")}),
      "begin r  0 default\nitem 0 0 message\ntext 0 x\ntext 0 x\nend 0\n"
      "usage in 5 cached 0 audio 0 image 0 out 9 reasoning 0 audio 0\nfinish 0 stop  flex\nended\n");
}

}  // namespace
}  // namespace fw::cloud::vertex
