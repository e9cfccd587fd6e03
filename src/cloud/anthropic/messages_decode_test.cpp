#include "cloud/anthropic/messages_decode.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cloud/anthropic/messages_testing.h"

namespace fw::cloud::anthropic {
namespace {

using testing::append_frame;
using testing::frames_of;
using testing::sse_of;
using testing::told;
using testing::told_whole;

std::string stream(std::string_view lines) {
  const std::string sse = sse_of(lines);
  return told(sse, false, sse.size(), sse.size());
}

std::string framed(std::string_view bytes) { return told(bytes, true, bytes.size(), bytes.size()); }

struct Recording {
  std::filesystem::path folder;
  bool has(std::string_view file) const { return std::filesystem::exists(folder / file); }
  std::string text(std::string_view file) const {
    std::ifstream in(folder / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

std::vector<Recording> recordings() {
  std::vector<Recording> out;
  const auto root = std::filesystem::path(FAIRWAY_SOURCE_DIR) / "src/cloud/anthropic/fixtures";
  for (const auto& entry : std::filesystem::directory_iterator(root))
    if (std::filesystem::exists(entry.path() / "events.txt")) out.push_back({entry.path()});
  std::ranges::sort(out, {}, &Recording::folder);
  return out;
}

class Recorded : public ::testing::TestWithParam<Recording> {};

TEST_P(Recorded, is_told_as_written_down) {
  const auto& recording = GetParam();
  const std::string expected = recording.text("events.txt");
  if (recording.has("message.json")) {
    EXPECT_EQ(told_whole(recording.text("message.json")), expected);
    return;
  }
  const std::string lines = recording.text("chunks.txt");
  EXPECT_EQ(stream(lines), expected);
  EXPECT_EQ(framed(frames_of(lines)), expected);
}

TEST_P(Recorded, is_told_the_same_wherever_it_is_cut) {
  const auto& recording = GetParam();
  if (!recording.has("chunks.txt")) return;
  const std::string lines = recording.text("chunks.txt");
  const std::string expected = recording.text("events.txt");
  for (const bool frames : {false, true}) {
    const std::string bytes = frames ? frames_of(lines) : sse_of(lines);
    for (const std::size_t piece : {1u, 2u, 3u, 5u, 7u, 16u, 61u, 311u, 1448u})
      ASSERT_EQ(told(bytes, frames, piece, piece), expected) << piece;
    const std::size_t step = std::max<std::size_t>(bytes.size() * bytes.size() / 1'500'000, 1);
    for (std::size_t cut = 1; cut < bytes.size(); cut += step)
      ASSERT_EQ(told(bytes, frames, cut, bytes.size()), expected) << cut;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Recorded, ::testing::ValuesIn(recordings()), [](const auto& of) {
  std::string name = of.param.folder.filename().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(MessagesDecode, tells_neighbouring_text_blocks_as_one_message) {
  EXPECT_EQ(stream(R"({"type":"message_start","message":{"id":"msg_1","model":"claude-x","usage":{"input_tokens":3,"output_tokens":1}}}
{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\"\n"}}
{"type":"content_block_stop","index":0}
{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"b"}}
{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"type":"page_location"}}}
{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"\ud83d\ude00"}}
{"type":"content_block_stop","index":1}
{"type":"something_new"}
{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":7}}
{"type":"message_stop"})"),
            R"(0 begin msg_1 claude-x
0 item_begin message
0 text a\"\n
0 text b
0 text \ud83d\ude00
0 item_end message length
0 usage reported=true input=3 cache_read=0 cache_write=[0,0,0,0,0] output=7 reasoning=0 tool_calls=0
0 finish length
ended
)");
}

TEST(MessagesDecode, tells_thoughts_with_a_marked_signature) {
  EXPECT_EQ(stream(R"({"type":"message_start","message":{"id":"m"}}
{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}
{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2"}}
{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"ln"}}
{"type":"content_block_stop","index":0}
{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"cmVk"}}
{"type":"content_block_stop","index":1}
{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}
{"type":"content_block_stop","index":2}
{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"input_tokens":1,"output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}}
{"type":"message_stop"})"),
            R"(0 begin m
0 item_begin reasoning
0 reasoning_summary hm
0 encrypted anthropic:c2ln
0 item_end reasoning
1 item_begin reasoning
1 encrypted anthropic-redacted:cmVk
1 item_end reasoning
2 item_begin function_call toolu_1 f
2 arguments {}
2 item_end function_call
0 usage reported=true input=1 cache_read=0 cache_write=[0,0,0,0,0] output=5 reasoning=4 tool_calls=0
0 finish tool_calls
ended
)");
}

std::string error_of(std::string_view event) {
  const std::string all = stream(std::string(R"({"type":"message_start","message":{"id":"m"}})") + "\n" + std::string(event));
  return all.substr(all.find('\n') + 1);
}

TEST(MessagesDecode, tells_errors_in_the_clouds_words) {
  EXPECT_EQ(error_of(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"})"),
            "0 error  overloaded_error retryable=true malformed=false Overloaded\nended\n");
  EXPECT_EQ(error_of(R"({"type":"error","error":{"type":"invalid_request_error","message":"no"}})"),
            "0 error  invalid_request_error retryable=false malformed=false no\nended\n");
}

TEST(MessagesDecode, tells_what_is_no_event) {
  for (const char* bad : {"data: {\"type\":\n\n", "data: []\n\n", "data: {\"type\":\"ping\"\n\n"}) {
    const std::string all = told(bad, false, 3, 3);
    EXPECT_NE(all.find("malformed=true"), std::string::npos) << bad << all;
    EXPECT_TRUE(all.ends_with("ended\n"));
  }
}

TEST(MessagesDecode, knows_a_stream_that_was_cut_off) {
  EXPECT_EQ(stream(R"({"type":"message_start","message":{"id":"m"}})"), "0 begin m\ntruncated\n");
  EXPECT_EQ(stream(""), "truncated\n");
}

TEST(MessagesFrames, tell_exceptions_as_errors_without_accounts) {
  std::string bytes = frames_of(R"({"type":"message_start","message":{"id":"m"}})");
  append_frame(bytes, "exception", "throttlingException", R"({"message":"arn:aws:bedrock:x:123456789012:y is slow"})");
  EXPECT_EQ(framed(bytes),
            "0 begin m\n0 error throttlingException throttlingException retryable=true malformed=false arn:* is slow\n"
            "ended\n");
  bytes.clear();
  append_frame(bytes, "exception", "validationException", R"({"message":"no"})");
  EXPECT_EQ(framed(bytes), "0 error validationException validationException retryable=false malformed=false no\nended\n");
}

TEST(MessagesFrames, tell_what_is_corrupt) {
  std::string bytes = frames_of(R"({"type":"ping"})");
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  EXPECT_NE(framed(bytes).find("malformed=true"), std::string::npos);
  bytes.clear();
  append_frame(bytes, "event", "chunk", R"({"bytes":"%"})");
  EXPECT_NE(framed(bytes).find("holds no bytes"), std::string::npos);
  bytes.clear();
  append_frame(bytes, "event", "chunk", R"({"bytes":"e30"})");
  append_frame(bytes, "event", "aNewEvent", "{}");
  EXPECT_EQ(framed(bytes), "truncated\n");
}

TEST(MessagesDecode, refuses_a_whole_answer_of_another_dialect) {
  for (const char* other : {"", "[]", "{}", R"({"type":"message"})", R"({"type":"message","content":[})",
                            R"({"type":"error","error":{"type":"api_error","message":"x"}})", "<html>"})
    EXPECT_TRUE(told_whole(other).starts_with("none: ")) << other;
}

dialect::Usage usage_of(std::initializer_list<std::string_view> objects) {
  MessagesUsage usage;
  for (const auto object : objects) usage.read(object);
  return usage.usage();
}

TEST(MessagesUsage, keeps_the_lifetimes_of_writes_apart) {
  const auto usage = usage_of(
      {R"({"input_tokens":5,"cache_creation_input_tokens":30,"cache_read_input_tokens":7,
           "cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":1})",
       R"({"input_tokens":6,"cache_creation_input_tokens":42,"output_tokens":9,"server_tool_use":{"web_search_requests":2}})"});
  EXPECT_EQ(usage.input, 6);
  EXPECT_EQ(usage.cache_read, 7);
  EXPECT_EQ(usage.cache_write[static_cast<std::size_t>(dialect::CacheLifetime::h1)], 20);
  EXPECT_EQ(usage.cache_write[static_cast<std::size_t>(dialect::CacheLifetime::m5)], 22);
  EXPECT_EQ(usage.total_input(), 6 + 7 + 42);
  EXPECT_EQ(usage.output, 9);
  EXPECT_EQ(usage.tool_calls, 2);
  EXPECT_TRUE(usage.reported && !usage.inconsistent);
}

TEST(MessagesUsage, doubts_what_cannot_be) {
  EXPECT_FALSE(usage_of({"{}"}).reported);
  EXPECT_FALSE(usage_of({R"({"input_tokens":null})"}).reported);
  EXPECT_TRUE(usage_of({R"({"input_tokens":-1})"}).inconsistent);
  EXPECT_TRUE(usage_of({R"({"output_tokens":1,"output_tokens_details":{"thinking_tokens":2}})"}).inconsistent);
}

TEST(StopReason, is_one_of_openais) {
  EXPECT_EQ(read_stop_reason("pause_turn"), dialect::Finish::stop);
  EXPECT_EQ(read_stop_reason("refusal"), dialect::Finish::content_filter);
  EXPECT_EQ(read_stop_reason("model_context_window_exceeded"), dialect::Finish::length);
  EXPECT_EQ(read_stop_reason("new"), dialect::Finish::other);
}

}  // namespace
}  // namespace fw::cloud::anthropic
