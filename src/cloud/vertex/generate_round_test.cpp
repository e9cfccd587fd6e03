// From a client's request to Google's body, from Google's recorded bytes to the client's, and back.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cloud/vertex/generate_decode.h"
#include "cloud/vertex/generate_write.h"
#include "wire/json.h"
#include "wire/sse.h"

namespace fw::cloud::vertex {
namespace {

using dialect::Dialect;

std::string recorded(const char* name) {
  std::ifstream in(std::filesystem::path(FAIRWAY_SOURCE_DIR) / "src/cloud/vertex/fixtures" / name / "generate.sse",
                   std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

constexpr const char* kChat =
    R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Weather?"}]})";
constexpr const char* kResponses = R"({"model":"m","stream":true,"input":"Weather?"})";

// The client's stream, and what the relay knows at its end.
struct Told {
  std::string bytes;
  std::unique_ptr<dialect::StreamRelay> relay;
};

Told relayed(Dialect client, std::string_view upstream) {
  dialect::inner::Request request;
  const std::string_view body = client == Dialect::chat ? kChat : kResponses;
  EXPECT_TRUE(client == Dialect::chat ? dialect::inner::read_chat_request(body, request)
                                      : dialect::inner::read_responses_request(body, request));
  dialect::RenderOptions options;
  options.id = std::string(32, 'a');
  options.model = "m";
  options.created = 1'795'305'600;
  options.stream = true;
  options.include_usage = true;
  Told told{{},
            dialect::make_translating_relay(std::make_unique<GenerateDecoder>(dialect::RelayLimits{}),
                                            dialect::make_renderer(client, request, std::move(options)))};
  std::vector<std::string_view> out;
  const auto take = [&] {
    for (const auto piece : out) told.bytes += piece;
    out.clear();
  };
  for (std::size_t at = 0; at < upstream.size(); at += 100) {
    told.relay->feed(upstream.substr(at, 100), out);
    take();
  }
  told.relay->close(out);
  take();
  return told;
}

TEST(GenerateRound, gives_a_chat_client_its_tool_calls) {
  const Told told = relayed(Dialect::chat, recorded("google-stream-tool-call-arguments-stream"));
  EXPECT_TRUE(told.relay->ended());
  EXPECT_EQ(told.relay->usage().input, 26);
  EXPECT_EQ(told.relay->usage().reasoning, 132);
  EXPECT_EQ(told.relay->service_tier(), "default");
  EXPECT_NE(told.bytes.find(R"("finish_reason":"tool_calls")"), std::string::npos) << told.bytes;
  EXPECT_NE(told.bytes.find("getWeather"), std::string::npos);
  EXPECT_EQ(told.bytes.find("vertex:"), std::string::npos) << "Chat has no place for signatures";
  EXPECT_TRUE(told.bytes.ends_with("data: [DONE]\n\n"));
}

TEST(GenerateRound, leaves_a_stream_that_was_cut_off_without_an_ending) {
  const std::string whole = recorded("google-tool-call-stream");
  const Told told = relayed(Dialect::chat, whole.substr(0, whole.find("\r\n\r\n") + 4));
  EXPECT_FALSE(told.relay->ended());
  EXPECT_EQ(told.bytes.find("[DONE]"), std::string::npos);
}

// The output items of the Response that ends the stream.
std::string output_of(const std::string& stream) {
  wire::SseDecoder events(1u << 20);
  events.feed(stream);
  std::string output;
  for (wire::SseEvent event; events.next(event) == wire::SseDecoder::Next::event;)
    if (event.name == "response.completed") output = wire::json_find(event.data, {"response", "output"}).value_or("");
  return output;
}

TEST(GenerateRound, carries_signatures_through_a_responses_client_and_back) {
  const std::string output = output_of(relayed(Dialect::responses, recorded("google-tool-call-stream")).bytes);
  ASSERT_TRUE(output.starts_with("[{")) << output;
  const std::string next =
      R"({"model":"m","input":[{"role":"user","content":"Weather?"},)" + output.substr(1, output.size() - 2) +
      R"(,{"type":"function_call_output","call_id":"call_b36LacjwM668nsEP2tbsgQQ_0","output":"sunny"}]})";
  dialect::inner::Request request;
  ASSERT_TRUE(dialect::inner::read_responses_request(next, request)) << next;
  std::string body;
  ASSERT_TRUE(write_generate_request(request, {"\"google/gemini-3-pro-preview\"", nullptr}, body));
  EXPECT_NE(
      body.find(
          R"({"functionCall":{"name":"weather","args":{"location":"San Francisco"}},"thoughtSignature":"EqUCCqIC)"),
      std::string::npos)
      << body;
  EXPECT_NE(body.find(R"({"functionResponse":{"name":"weather","response":{"result":"sunny"}}})"), std::string::npos)
      << body;
}

}  // namespace
}  // namespace fw::cloud::vertex
