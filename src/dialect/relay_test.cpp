#include "dialect/relay.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fw::dialect {
namespace {

struct Outcome {
  std::string client;
  std::unique_ptr<StreamRelay> relay;
  std::size_t views = 0;
};

// Feeds the pieces between the given offsets, each from memory of its own.
Outcome run(std::unique_ptr<StreamRelay> relay, std::string_view bytes, std::vector<std::size_t> cuts = {}) {
  Outcome outcome;
  cuts.push_back(bytes.size());
  std::size_t from = 0;
  for (const std::size_t to : cuts) {
    const std::string piece(bytes.substr(from, to - from));
    std::vector<std::string_view> out;
    relay->feed(piece, out);
    for (const auto view : out) outcome.client += view;
    outcome.views += out.size();
    from = to;
  }
  outcome.relay = std::move(relay);
  return outcome;
}

Outcome chat(std::string_view bytes, bool strip = true) { return run(make_relay(Dialect::chat, strip, {}), bytes); }
Outcome responses(std::string_view bytes) { return run(make_relay(Dialect::responses, true, {}), bytes); }

constexpr std::string_view kDelta =
    "data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hé \\\"usage\\\": \"},"
    "\"finish_reason\":null}],\"usage\":null}\n\n";
constexpr std::string_view kFinish =
    "data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n";
constexpr std::string_view kUsage =
    "data: {\"id\":\"chatcmpl-1\",\"service_tier\":\"flex\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,"
    "\"completion_tokens\":3,\"total_tokens\":10}}\n\n";
constexpr std::string_view kDone = "data: [DONE]\n\n";

std::string all(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto part : parts) out += part;
  return out;
}

// For every cut: the client's bytes and all that was read are the same as for the whole.
void expect_same_at_every_split(Dialect dialect, bool strip, std::string_view bytes) {
  const Outcome whole = run(make_relay(dialect, strip, {}), bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const Outcome split = run(make_relay(dialect, strip, {}), bytes, {cut});
    ASSERT_EQ(split.client, whole.client) << "cut at " << cut;
    ASSERT_EQ(split.relay->usage(), whole.relay->usage()) << "cut at " << cut;
    ASSERT_EQ(split.relay->started(), whole.relay->started()) << "cut at " << cut;
    ASSERT_EQ(split.relay->ended(), whole.relay->ended()) << "cut at " << cut;
    ASSERT_EQ(split.relay->seen().tokens, whole.relay->seen().tokens) << "cut at " << cut;
    ASSERT_EQ(split.relay->error() != nullptr, whole.relay->error() != nullptr) << "cut at " << cut;
  }
}

TEST(ChatRelay, passes_events_as_they_came_in_one_view) {
  const std::string bytes = all({kDelta, kDelta, kFinish, kDone});
  const Outcome outcome = chat(bytes);
  EXPECT_EQ(outcome.client, bytes);
  EXPECT_EQ(outcome.views, 1u);
  EXPECT_TRUE(outcome.relay->started());
  EXPECT_TRUE(outcome.relay->ended());
  EXPECT_EQ(outcome.relay->error(), nullptr);
  EXPECT_EQ(outcome.relay->finish(), "stop");
  EXPECT_EQ(outcome.relay->response_id(), "chatcmpl-1");
  EXPECT_FALSE(outcome.relay->usage().reported);
  EXPECT_EQ(outcome.relay->seen().tokens, 3 + 10);
}

TEST(ChatRelay, points_into_the_callers_bytes) {
  const std::string bytes = all({kDelta, kFinish});
  auto relay = make_relay(Dialect::chat, true, {});
  std::vector<std::string_view> out;
  relay->feed(bytes, out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(static_cast<const void*>(out[0].data()), static_cast<const void*>(bytes.data()));
}

TEST(ChatRelay, takes_the_usage_chunk_out_for_a_client_that_did_not_ask) {
  const std::string bytes = all({kDelta, kFinish, kUsage, kDone});
  const Outcome stripped = chat(bytes, true);
  EXPECT_EQ(stripped.client, all({kDelta, kFinish, kDone}));
  EXPECT_EQ(stripped.relay->usage().input, 7);
  EXPECT_EQ(stripped.relay->usage().output, 3);
  EXPECT_EQ(stripped.relay->service_tier(), "flex");
  const Outcome kept = chat(bytes, false);
  EXPECT_EQ(kept.client, bytes);
  EXPECT_EQ(kept.relay->usage(), stripped.relay->usage());
  expect_same_at_every_split(Dialect::chat, true, bytes);
}

TEST(ChatRelay, reads_usage_beside_content_and_keeps_the_last) {
  const std::string running =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1}}\n\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n";
  const Outcome outcome = chat(running + std::string(kDone));
  EXPECT_EQ(outcome.client, running + std::string(kDone));
  EXPECT_EQ(outcome.relay->usage().output, 2);
}

TEST(ChatRelay, keeps_azures_chunks_without_choices_or_after_the_finish) {
  const std::string bytes =
      "data: {\"choices\":[],\"id\":\"\",\"prompt_filter_results\":[{\"prompt_index\":0,\"content_filter_results\":{}}]}\n\n" +
      all({kDelta, kFinish}) +
      "data: {\"choices\":[{\"index\":0,\"finish_reason\":null,\"content_filter_offsets\":{\"check_offset\":1}}],\"usage\":null}\n\n" +
      all({kUsage, kDone});
  const Outcome outcome = chat(bytes);
  std::string expected = bytes;
  expected.erase(expected.find(kUsage), kUsage.size());
  EXPECT_EQ(outcome.client, expected);
  EXPECT_EQ(outcome.relay->finish(), "stop");
}

TEST(ChatRelay, rewrites_events_that_are_not_as_they_should_be) {
  const Outcome crlf = chat("data:{\"a\":1}\r\n\r\ndata: {\"b\":2}\r\n\r\ndata: [DONE]\r\n\r\n");
  EXPECT_EQ(crlf.client, "data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n");
  EXPECT_TRUE(crlf.relay->ended());
  EXPECT_EQ(chat("\xEF\xBB\xBF" "data: {\"a\":1}\r\r").client, "data: {\"a\":1}\n\n");
  const std::string mixed =
      "\xEF\xBB\xBF: hello\r\n\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\n: keepalive\r\rdata:{\"b\":2}\n\nid: 7\n\ndata: [DONE]\n\n";
  EXPECT_EQ(chat(mixed).client,
            ": hello\n\ndata: {\"a\":\ndata: 1}\n\n: keepalive\n\ndata: {\"b\":2}\n\nid: 7\n\ndata: [DONE]\n\n");
  expect_same_at_every_split(Dialect::chat, true, mixed);
}

TEST(ChatRelay, passes_comments_without_taking_them_for_content) {
  const Outcome outcome = chat(": keepalive\n\n");
  EXPECT_EQ(outcome.client, ": keepalive\n\n");
  EXPECT_FALSE(outcome.relay->started());
  EXPECT_EQ(outcome.relay->seen().tokens, 0);
}

TEST(ChatRelay, keeps_an_error_back_while_another_deployment_can_answer) {
  for (const char* bytes :
       {"data: {\"error\":{\"message\":\"slow down\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}\n\ndata: [DONE]\n\n",
        "event: error\ndata: {\"message\":\"slow down\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}\n\n",
        "data: {\"object\":\"error\",\"message\":\"slow down\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}\n\n",
        "error: {\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\",\"type\":\"requests\"}\n\n"}) {
    const Outcome outcome = chat(bytes);
    EXPECT_EQ(outcome.client, "") << bytes;
    EXPECT_FALSE(outcome.relay->started()) << bytes;
    EXPECT_TRUE(outcome.relay->ended()) << bytes;
    ASSERT_NE(outcome.relay->error(), nullptr) << bytes;
    EXPECT_EQ(outcome.relay->error()->code, "rate_limit_exceeded") << bytes;
    EXPECT_EQ(outcome.relay->error()->type, "requests") << bytes;
    EXPECT_EQ(outcome.relay->error()->message, "slow down") << bytes;
    EXPECT_TRUE(outcome.relay->error()->retryable) << bytes;
    EXPECT_FALSE(outcome.relay->error()->relayed) << bytes;
    expect_same_at_every_split(Dialect::chat, true, bytes);
  }
}

TEST(ChatRelay, relays_an_error_after_content_once_and_no_ending) {
  const std::string error = "data: {\"error\":{\"message\":\"boom\",\"code\":500}}\n\n";
  const std::string bytes = std::string(kDelta) + error + std::string(kDone);
  const Outcome outcome = chat(bytes);
  EXPECT_EQ(outcome.client, std::string(kDelta) + error);
  ASSERT_NE(outcome.relay->error(), nullptr);
  EXPECT_TRUE(outcome.relay->error()->relayed);
  EXPECT_EQ(outcome.relay->error()->code, "500");
  expect_same_at_every_split(Dialect::chat, true, bytes);
}

TEST(ChatRelay, reads_errors_in_odd_shapes) {
  EXPECT_EQ(chat("data: {\"error\":\"out of memory\"}\n\n").relay->error()->message, "out of memory");
  EXPECT_EQ(chat("data: {\"error\":{\"message\":{\"detail\":\"x\"}}}\n\n").relay->error()->message, "{\"detail\":\"x\"}");
  EXPECT_EQ(chat("event: error\ndata: upstream died\n\n").relay->error()->message, "upstream died");
  EXPECT_EQ(chat("event: error\ndata: {\"error\":{\"message\":\"m\",\"code\":null}}\n\n").relay->error()->message, "m");
  EXPECT_EQ(chat("data: {\"error\":null,\"choices\":[]}\n\n").relay->error(), nullptr);
  EXPECT_FALSE(chat("data: {\"error\":{\"code\":\"content_filter\"}}\n\n").relay->error()->retryable);
  const std::string huge = chat("data: {\"error\":\"" + std::string(5000, 'x') + "\"}\n\n").relay->error()->message;
  EXPECT_EQ(huge.size(), 4096u);
}

TEST(ChatRelay, does_not_take_words_in_the_answer_for_errors_or_usage) {
  const std::string bytes =
      "data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"error\\\":{\\\"usage\\\":1}}\"},"
      "\"logprobs\":{\"content\":[{\"token\":\"error\"},{\"token\":\"usage\"}]}}]}\n\n";
  const Outcome outcome = chat(std::string(kDelta) + bytes);
  EXPECT_EQ(outcome.client, std::string(kDelta) + bytes);
  EXPECT_EQ(outcome.relay->error(), nullptr);
  EXPECT_FALSE(outcome.relay->usage().reported);
}

TEST(ChatRelay, refuses_a_stream_that_begins_with_anything_but_an_object) {
  for (const char* bytes : {"data: hello\n\n", "data: \n\n", "data: [1]\n\n", "data: <html>\n\n"}) {
    const Outcome outcome = chat(bytes);
    EXPECT_EQ(outcome.client, "") << bytes;
    ASSERT_NE(outcome.relay->error(), nullptr) << bytes;
    EXPECT_TRUE(outcome.relay->error()->malformed) << bytes;
    EXPECT_TRUE(outcome.relay->error()->retryable) << bytes;
  }
}

TEST(ChatRelay, leaves_broken_json_to_the_clients_parser) {
  const std::string bytes = "data: {\"id\":\"c1\",\"choices\":[]\n\ndata: nonsense \"usage\":{\n\n" + std::string(kDone);
  const Outcome outcome = chat(bytes);
  EXPECT_EQ(outcome.client, bytes);
  EXPECT_EQ(outcome.relay->response_id(), "c1");
  EXPECT_EQ(outcome.relay->error(), nullptr);
}

TEST(ChatRelay, ends_at_an_event_beyond_the_limit) {
  const std::string bytes = std::string(kDelta) + "data: \"" + std::string(1000, 'x') + "\"\n\n";
  const Outcome outcome = run(make_relay(Dialect::chat, true, {.event_bytes = 512}), bytes);
  EXPECT_EQ(outcome.client, kDelta);
  ASSERT_NE(outcome.relay->error(), nullptr);
  EXPECT_TRUE(outcome.relay->error()->malformed);
  EXPECT_FALSE(outcome.relay->error()->relayed);
  EXPECT_EQ(outcome.relay->error()->code, "event_too_long");
}

TEST(ChatRelay, knows_its_ending_from_what_looks_like_it) {
  EXPECT_TRUE(chat("data: [DONE] \n\n").relay->ended());
  EXPECT_FALSE(chat(std::string(kDelta) + "data: x[DONE]\n\n").relay->ended());
  EXPECT_FALSE(chat(std::string(kDelta) + "data: [DONE]x\n\n").relay->ended());
}

TEST(ChatRelay, drops_what_follows_the_end) {
  const std::string bytes = all({kDelta, kDone, kDelta, kDone});
  EXPECT_EQ(chat(bytes).client, all({kDelta, kDone}));
  expect_same_at_every_split(Dialect::chat, true, bytes);
}

TEST(ChatRelay, does_not_pass_an_unfinished_event) {
  const Outcome outcome = chat(std::string(kDelta) + "data: {\"choices\":[");
  EXPECT_EQ(outcome.client, kDelta);
  EXPECT_FALSE(outcome.relay->ended());
}

TEST(ChatRelay, tells_our_errors_without_an_ending) {
  const auto relay = make_relay(Dialect::chat, true, {});
  EXPECT_EQ(relay->render_error({Code::stream_truncated, Origin::provider, Retry::never, "cut", {}, 0}),
            "data: {\"error\":{\"message\":\"cut\",\"type\":\"server_error\",\"param\":null,"
            "\"code\":\"stream_truncated\"}}\n\n");
}

constexpr std::string_view kCreated =
    "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\","
    "\"status\":\"in_progress\",\"usage\":null,\"service_tier\":\"auto\"}}\n\n";
constexpr std::string_view kText =
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"\\\"error\\\"\","
    "\"sequence_number\":1}\n\n";
constexpr std::string_view kCompleted =
    "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"id\":\"resp_1\","
    "\"status\":\"completed\",\"service_tier\":\"default\",\"error\":null,\"usage\":{\"input_tokens\":5,\"output_tokens\":6,"
    "\"total_tokens\":11},\"tool_usage\":{\"web_search\":{\"num_requests\":1}}}}\n\n";

TEST(ResponsesRelay, tells_a_preamble_from_content) {
  const std::string delta = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":2,\"delta\":\"x\"}\n\n";
  const std::string progress = "event: response.in_progress\ndata: {\"type\":\"response.in_progress\",\"sequence_number\":1,\"response\":{\"id\":\"resp_1\"}}\n\n";
  EXPECT_TRUE(responses(kCreated).relay->preamble());
  EXPECT_TRUE(responses(all({kCreated, progress})).relay->preamble());
  EXPECT_FALSE(responses(all({kCreated, progress, delta})).relay->preamble());
  EXPECT_FALSE(responses(all({kCreated, delta, progress})).relay->preamble());
  EXPECT_FALSE(responses(all({kCreated, kCompleted})).relay->preamble());
}

TEST(ResponsesRelay, passes_everything_and_reads_the_end) {
  const std::string bytes = all({kCreated, kText, kCompleted});
  const Outcome outcome = responses(bytes);
  EXPECT_EQ(outcome.client, bytes);
  EXPECT_EQ(outcome.views, 1u);
  EXPECT_TRUE(outcome.relay->ended());
  EXPECT_EQ(outcome.relay->error(), nullptr);
  EXPECT_EQ(outcome.relay->response_id(), "resp_1");
  EXPECT_EQ(outcome.relay->service_tier(), "default");
  EXPECT_EQ(outcome.relay->finish(), "completed");
  EXPECT_EQ(outcome.relay->usage().total(), 11);
  EXPECT_EQ(outcome.relay->usage().tool_calls, 1);
  expect_same_at_every_split(Dialect::responses, true, bytes);
}

TEST(ResponsesRelay, passes_a_further_response_and_counts_both) {
  const auto twin = [](std::string_view event) {
    std::string out(event);
    for (std::size_t at = 0; (at = out.find("resp_1", at)) != std::string::npos; ++at) out.replace(at, 6, "resp_2");
    return out;
  };
  const std::string bytes = all({kCreated, kCompleted, twin(kCreated), twin(kCompleted)});
  const Outcome two = responses(bytes);
  EXPECT_EQ(two.client, bytes);
  EXPECT_EQ(two.relay->usage().total(), 22);
  EXPECT_EQ(two.relay->usage().tool_calls, 2);
  EXPECT_EQ(responses(all({kCreated, kCompleted, kCompleted})).relay->usage().total(), 11);
}

TEST(ResponsesRelay, reads_events_without_a_name_by_their_type) {
  const std::string bytes =
      "data: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_2\"}}\n\n"
      "data: {\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\",\"usage\":{\"input_tokens\":1}}}\n\n";
  const Outcome outcome = responses(bytes + "data: [DONE]\n\n");
  EXPECT_EQ(outcome.client, bytes);
  EXPECT_TRUE(outcome.relay->ended());
  EXPECT_EQ(outcome.relay->response_id(), "resp_2");
  EXPECT_EQ(outcome.relay->finish(), "incomplete");
  EXPECT_EQ(outcome.relay->usage().input, 1);
}

TEST(ResponsesRelay, ends_with_a_failed_response_as_an_error) {
  const std::string failed =
      "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":1,\"response\":{\"status\":\"failed\","
      "\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"later\"},\"usage\":{\"input_tokens\":4}}}\n\n";
  const Outcome after = responses(std::string(kCreated) + failed);
  EXPECT_EQ(after.client, std::string(kCreated) + failed);
  ASSERT_NE(after.relay->error(), nullptr);
  EXPECT_TRUE(after.relay->error()->relayed);
  EXPECT_EQ(after.relay->error()->code, "rate_limit_exceeded");
  EXPECT_EQ(after.relay->usage().input, 4);
  EXPECT_EQ(after.relay->finish(), "failed");
  const Outcome alone = responses(failed);
  EXPECT_EQ(alone.client, "");
  EXPECT_FALSE(alone.relay->started());
  EXPECT_FALSE(alone.relay->error()->relayed);
}

TEST(ResponsesRelay, ends_with_an_error_event) {
  for (const char* error : {"event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"m\",\"param\":null,\"sequence_number\":2}\n\n",
                            "event: error\ndata: {\"type\":\"error\",\"sequence_number\":2,\"error\":{\"type\":\"server_error\",\"code\":\"server_error\",\"message\":\"m\"}}\n\n",
                            "data: {\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}\n\n"}) {
    const Outcome outcome = responses(std::string(kCreated) + error);
    EXPECT_EQ(outcome.client, std::string(kCreated) + error);
    ASSERT_NE(outcome.relay->error(), nullptr) << error;
    EXPECT_EQ(outcome.relay->error()->code, "server_error");
    EXPECT_EQ(outcome.relay->error()->message, "m");
    EXPECT_EQ(responses(error).client, "");
  }
  EXPECT_FALSE(responses("event: error\ndata: {\"type\":\"error\",\"code\":\"invalid_prompt\",\"message\":\"m\"}\n\n")
                   .relay->error()->retryable);
}

TEST(ResponsesRelay, tells_our_errors_with_the_next_sequence_number) {
  const Error cut{Code::stream_truncated, Origin::provider, Retry::never, "cut", {}, 0};
  const std::string head = "event: error\ndata: {\"type\":\"error\",\"code\":\"stream_truncated\",\"message\":\"cut\",\"param\":null,";
  EXPECT_EQ(responses(all({kCreated, kText})).relay->render_error(cut), head + "\"sequence_number\":2}\n\n");
  EXPECT_EQ(responses("").relay->render_error(cut), head + "\"sequence_number\":0}\n\n");
  const std::string late = "event: x\ndata: {\"sequence_number\":41}\n\n";
  EXPECT_EQ(responses(std::string(kCreated) + late).relay->render_error(cut), head + "\"sequence_number\":42}\n\n");
  // A server that does not number its events.
  const std::string unnumbered = "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{}}\n\n";
  EXPECT_EQ(responses(unnumbered).relay->render_error(cut), head + "\"sequence_number\":1}\n\n");
}

TEST(Relay, is_made_for_dialects_that_pass_as_they_are) {
  EXPECT_NE(make_relay(Dialect::chat, true, {}), nullptr);
  EXPECT_NE(make_relay(Dialect::responses, true, {}), nullptr);
  EXPECT_EQ(make_relay(Dialect::converse, true, {}), nullptr);
}

}  // namespace
}  // namespace fw::dialect
