#include "cloud/bedrock/converse_decode.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "cloud/bedrock/converse_testing.h"

namespace fw::cloud::bedrock {
namespace {

using testing::append_frame;
using testing::EventLog;
using testing::frames_of;

constexpr int kDepth = 128;

struct Told {
  std::string log;
  bool ended = false;
};

// Each piece in memory that ends where it ends, so that reading on is seen.
Told decode(std::string_view bytes, std::size_t piece) {
  const auto decoder = converse_decoder({});
  EventLog log;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::vector<char> part(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                 bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at + piece, bytes.size())));
    decoder->feed({part.data(), part.size()}, log);
  }
  decoder->close(log);
  return {log.text, decoder->ended()};
}

Told decode(std::string_view bytes) { return decode(bytes, std::max<std::size_t>(bytes.size(), 1)); }

std::string whole(std::string_view body) {
  EventLog log;
  const auto read = converse_decoder({})->whole(body, kDepth, log);
  return read ? log.text : "none: " + read.error().message;
}

std::string stream(std::string_view lines) { return decode(frames_of(lines)).log; }

TEST(ConverseDecode, tells_text_as_one_message) {
  const Told told = decode(frames_of(R"({"messageStart":{"role":"assistant"}}
{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"a\"\n"},"p":"abcdef"}}
{"contentBlockStop":{"contentBlockIndex":0}}
{"contentBlockStart":{"contentBlockIndex":1,"start":{}}}
{"contentBlockDelta":{"contentBlockIndex":1,"delta":{"text":"\ud83d\ude00"}}}
{"contentBlockStop":{"contentBlockIndex":1}}
{"messageStop":{"stopReason":"end_turn"}}
{"metadata":{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5},"serviceTier":{"type":"priority"}}})"));
  EXPECT_EQ(told.log, R"(0 begin
0 item_begin message
0 text a\"\n
0 text \ud83d\ude00
0 item_end message
0 usage reported=true input=3 cache_read=0 cache_write=[0,0,0,0,0] output=2
0 finish stop priority
)");
  EXPECT_TRUE(told.ended);
}

TEST(ConverseDecode, tells_reasoning_and_calls_as_items_of_their_own) {
  EXPECT_EQ(stream(R"({"contentBlockDelta":{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}}
{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}}
{"contentBlockStop":{"contentBlockIndex":0}}
{"contentBlockDelta":{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"cmVk"}}}}
{"contentBlockStop":{"contentBlockIndex":1}}
{"contentBlockStart":{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}}
{"contentBlockDelta":{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"a\":"}}}}
{"contentBlockDelta":{"contentBlockIndex":2,"delta":{"toolUse":{"input":"1}"}}}}
{"contentBlockStop":{"contentBlockIndex":2}}
{"contentBlockStart":{"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"t2","name":"g"}}}}
{"contentBlockStop":{"contentBlockIndex":3}}
{"messageStop":{"stopReason":"tool_use"}})"),
            R"(0 begin
0 item_begin reasoning
0 reasoning_text hm
0 encrypted c2ln
0 item_end reasoning
1 item_begin reasoning
1 encrypted cmVk
1 item_end reasoning
2 item_begin function_call t1 f
2 arguments {\"a\":
2 arguments 1}
2 item_end function_call
3 item_begin function_call t2 g
3 arguments {}
3 item_end function_call
)");
}

TEST(ConverseDecode, passes_over_what_it_does_not_know) {
  const std::string known = R"({"messageStop":{"stopReason":"end_turn"}}
{"metadata":{"usage":{"inputTokens":1,"outputTokens":1}}})";
  const std::string more = R"({"somethingNew":[1]}
{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"citation":{"title":"x"}}}}
{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"image":{"source":{"bytes":"aaaa"}}}}}
{"contentBlockDelta":{"contentBlockIndex":0,"delta":null}}
)";
  EXPECT_EQ(stream(more + known), stream(known));
}

TEST(ConverseDecode, knows_every_stop_reason) {
  const auto finish = [](std::string_view word) {
    const std::string log = stream(fmt::format(R"({{"messageStop":{{"stopReason":"{}"}}}}
{{"metadata":{{"usage":{{"inputTokens":1,"outputTokens":1}}}}}})",
                                               word));
    return log.substr(log.rfind("\n0 ") + 3);
  };
  EXPECT_EQ(finish("end_turn"), "finish stop\n");
  EXPECT_EQ(finish("stop_sequence"), "finish stop\n");
  EXPECT_EQ(finish("tool_use"), "finish tool_calls\n");
  EXPECT_EQ(finish("max_tokens"), "finish length\n");
  EXPECT_EQ(finish("model_context_window_exceeded"), "finish length\n");
  EXPECT_EQ(finish("content_filtered"), "finish content_filter\n");
  EXPECT_EQ(finish("guardrail_intervened"), "finish content_filter\n");
  EXPECT_EQ(finish("malformed_model_output").substr(0, 51), "error malformed_model_output retryable=true malform");
  EXPECT_EQ(finish("malformed_tool_use").substr(0, 51), "error malformed_tool_use retryable=true malformed=f");
  EXPECT_EQ(finish("a_new_one"), "finish other a_new_one\n");
  EXPECT_EQ(finish(""), "finish other unknown\n");
}

TEST(ConverseDecode, says_which_item_was_cut_off) {
  const std::string log = stream(R"({"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"a"}}}
{"contentBlockStop":{"contentBlockIndex":0}}
{"contentBlockStart":{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t","name":"f"}}}}
{"contentBlockStop":{"contentBlockIndex":1}}
{"messageStop":{"stopReason":"max_tokens"}})");
  EXPECT_NE(log.find("item_end message\n1"), std::string::npos) << log;
  EXPECT_TRUE(log.ends_with("1 item_begin function_call t f\n1 item_end function_call length\n")) << log;
}

TEST(ConverseDecode, tells_the_usage_of_an_answer_that_came_to_nothing) {
  EXPECT_NE(stream(R"({"messageStop":{"stopReason":"malformed_tool_use"}}
{"metadata":{"usage":{"inputTokens":7,"outputTokens":9}}})")
                .find("usage reported=true input=7"),
            std::string::npos);
}

TEST(ConverseDecode, counts_cache_reads_and_writes_apart) {
  const dialect::Usage usage = read_converse_usage(
      R"({"inputTokens":10,"outputTokens":4,"totalTokens":119,"cacheReadInputTokens":100,"cacheWriteInputTokens":5,
          "cacheDetails":[{"ttl":"1h","inputTokens":3},{"ttl":"5m","inputTokens":1}]})");
  EXPECT_EQ(usage.input, 10);
  EXPECT_EQ(usage.cache_read, 100);
  EXPECT_EQ(usage.cache_write, (std::array<std::int64_t, 5>{0, 2, 0, 3, 0}));
  EXPECT_EQ(usage.total(), 119);
  EXPECT_FALSE(usage.inconsistent);
  EXPECT_EQ(read_converse_usage(R"({"inputTokens":1,"outputTokens":1,"cacheWriteInputTokens":8})").cache_write[1], 8);
  EXPECT_EQ(
      read_converse_usage(R"({"inputTokens":1,"cacheWriteInputTokens":null,"cacheDetails":null})").cache_written(), 0);
}

TEST(ConverseDecode, doubts_counts_that_cannot_be) {
  EXPECT_TRUE(read_converse_usage(R"({"inputTokens":-1,"outputTokens":1})").inconsistent);
  EXPECT_TRUE(read_converse_usage(R"({"inputTokens":1.5,"outputTokens":1})").inconsistent);
  EXPECT_TRUE(read_converse_usage(
                  R"({"inputTokens":1,"cacheWriteInputTokens":1,"cacheDetails":[{"ttl":"5m","inputTokens":2}]})")
                  .inconsistent);
  EXPECT_FALSE(read_converse_usage("{}").reported);
  EXPECT_FALSE(read_converse_usage("[]").reported);
  EXPECT_FALSE(read_converse_usage(R"({"inputTokens":null})").reported);
}

TEST(ConverseDecode, has_not_ended_without_metadata) {
  const std::string lines = R"({"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"a"}}}
{"messageStop":{"stopReason":"end_turn"}})";
  EXPECT_FALSE(decode(frames_of(lines)).ended);
  EXPECT_EQ(stream(lines).find("finish"), std::string::npos);
  EXPECT_FALSE(decode(frames_of(R"({"metadata":{"usage":{"inputTokens":1}}})")).ended);
  EXPECT_FALSE(decode("").ended);
}

TEST(ConverseDecode, tells_an_exception_inside_the_stream) {
  const std::string text = R"({"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"a"}}}
)";
  const auto told = [&text](std::string_view type) {
    const Told all = decode(frames_of(text + fmt::format(R"({{"{}":{{"message":"slow\ndown"}}}}
{{"messageStop":{{"stopReason":"end_turn"}}}})",
                                                         type)));
    EXPECT_TRUE(all.ended);
    return all.log.substr(all.log.rfind("\n0 ") + 3);
  };
  for (const char* type :
       {"internalServerException", "modelStreamErrorException", "serviceUnavailableException", "throttlingException"})
    EXPECT_EQ(told(type), fmt::format("error {} retryable=true malformed=false slow down\n", type));
  EXPECT_EQ(told("validationException"), "error validationException retryable=false malformed=false slow down\n");
}

TEST(ConverseDecode, tells_an_unmodelled_error_of_the_stream) {
  std::string bytes;
  const std::array<wire::EventHeader, 3> headers{{{.name = ":message-type", .bytes = "error"},
                                                  {.name = ":error-code", .bytes = "InternalFailure"},
                                                  {.name = ":error-message", .bytes = "of 123456789012"}}};
  wire::write_event_message(bytes, headers, "");
  EXPECT_EQ(decode(bytes).log, "0 error InternalFailure retryable=true malformed=false of ************\n");
}

TEST(ConverseDecode, ends_at_bytes_that_are_no_event_stream) {
  std::string bytes = frames_of(R"({"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"a"}}})");
  const std::string after = frames_of(R"({"messageStop":{"stopReason":"end_turn"}})");
  std::string corrupt = bytes + after;
  corrupt[corrupt.size() - 6] ^= 1;
  for (const std::string& bad : {corrupt, bytes + "<html><title>502</title></html>"}) {
    const Told told = decode(bad);
    EXPECT_NE(told.log.find("error malformed_stream retryable=true malformed=true The event stream is corrupt"),
              std::string::npos)
        << told.log;
    EXPECT_TRUE(told.ended);
    EXPECT_EQ(decode(bad, 1).log, told.log);
  }
}

TEST(ConverseDecode, ends_at_an_event_that_is_no_json) {
  for (const char* payload : {"", "[]", "{", R"({"delta":{"text":)", R"("text")"}) {
    std::string bytes;
    append_frame(bytes, "event", "contentBlockDelta", payload);
    EXPECT_NE(decode(bytes).log.find("malformed=true"), std::string::npos) << payload;
  }
  std::string unknown;
  append_frame(unknown, "surprise", "contentBlockDelta", "{}");
  EXPECT_NE(decode(unknown).log.find("malformed=true"), std::string::npos);
}

TEST(ConverseDecode, reads_the_golden_frames_of_awss_own_codec) {
  const auto bytes = [](std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
  };
  EXPECT_EQ(decode(bytes("0000008800000061de0175f40f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657"
                         "074696f6e0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167"
                         "652d74797065070009657863657074696f6e7b226d657373616765223a22736c6f7720646f776e227d832ee072"))
                .log,
            "0 error throttlingException retryable=true malformed=false slow down\n");
}

TEST(ConverseDecode, reads_a_whole_answer) {
  EXPECT_EQ(whole(R"({"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2},"serviceTier":{"type":"flex"},
    "output":{"message":{"role":"assistant","content":[
      {"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},
      {"reasoningContent":{"redactedContent":"cmVk"}},
      {"text":"a"},{"citationsContent":{"content":[{"text":"b"}],"citations":[]}},{"image":{}},
      {"toolUse":{"toolUseId":"t","name":"f","input":{"k": "v\n"}}},
      {"toolUse":{"toolUseId":"u","name":"g"}}]}}})"),
            R"(0 begin
0 item_begin reasoning
0 reasoning_text hm
0 encrypted c2ln
0 item_end reasoning
1 item_begin reasoning
1 encrypted cmVk
1 item_end reasoning
2 item_begin message
2 text a
2 text b
2 item_end message
3 item_begin function_call t f
3 arguments {\"k\": \"v\\n\"}
3 item_end function_call
4 item_begin function_call u g
4 arguments {}
4 item_end function_call
0 usage reported=true input=1 cache_read=0 cache_write=[0,0,0,0,0] output=2
0 finish tool_calls flex
)");
}

TEST(ConverseDecode, refuses_a_whole_answer_of_another_shape) {
  for (const char* body :
       {"", "<html>", "[]", "{}", R"({"choices":[]})",
        R"({"output":{"message":{"content":"x"}},"stopReason":"end_turn"})", R"({"output":{"message":{"content":[]}}})",
        R"({"output":{"message":{"content":[]}},"stopReason":"end_turn")"})
    EXPECT_EQ(whole(body).substr(0, 5), "none:") << body;
}

// Recorded answers: fixtures/converse-*.
struct Fixture {
  std::filesystem::path folder;
  std::string text(std::string_view file) const {
    std::ifstream in(folder / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

std::vector<Fixture> fixtures_with(std::string_view file) {
  std::vector<Fixture> out;
  const auto root = std::filesystem::path(FAIRWAY_SOURCE_DIR) / "src/cloud/bedrock/fixtures";
  for (const auto& entry : std::filesystem::directory_iterator(root))
    if (std::filesystem::exists(entry.path() / file)) out.push_back({entry.path()});
  return out;
}

TEST(ConverseFixtures, streams_are_told_as_recorded_at_every_split) {
  const auto fixtures = fixtures_with("chunks.txt");
  EXPECT_GE(fixtures.size(), 6u);
  for (const Fixture& fixture : fixtures) {
    SCOPED_TRACE(fixture.folder.filename().string());
    const std::string bytes = frames_of(fixture.text("chunks.txt"));
    const Told told = decode(bytes);
    EXPECT_EQ(told.log, fixture.text("events.txt"));
    EXPECT_EQ(told.ended, told.log.find(" finish ") != std::string::npos);
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) ASSERT_EQ(decode(bytes, piece).log, told.log) << piece;
    // Two pieces, wherever the cut is.
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      const auto decoder = converse_decoder({});
      EventLog log;
      decoder->feed(std::string_view(bytes).substr(0, cut), log);
      decoder->feed(std::string_view(bytes).substr(cut), log);
      ASSERT_EQ(log.text, told.log) << cut;
    }
  }
}

TEST(ConverseFixtures, whole_answers_are_told_as_recorded) {
  const auto fixtures = fixtures_with("converse.json");
  EXPECT_GE(fixtures.size(), 6u);
  for (const Fixture& fixture : fixtures) {
    SCOPED_TRACE(fixture.folder.filename().string());
    EXPECT_EQ(whole(fixture.text("converse.json")), fixture.text("events.txt"));
  }
}

}  // namespace
}  // namespace fw::cloud::bedrock
