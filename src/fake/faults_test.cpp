// Each fault as a client meets it.
#include <gtest/gtest.h>

#include "fake/caller.h"
#include "fake/recording.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr std::string_view kPath = "/v1/chat/completions";
constexpr std::string_view kChat =
    R"({"model":"gpt-6-sol","messages":[{"role":"user","content":"hello"}],"max_completion_tokens":8})";
constexpr std::string_view kStream =
    R"({"model":"gpt-6-sol","messages":[{"role":"user","content":"hello"}],"max_completion_tokens":8,"stream":true})";
using End = Reply::End;

class Faults : public testing::Test {
 protected:
  // The answer to one request after this script was posted.
  Reply play(std::string_view script, std::string_view body = kChat) {
    Caller admin(*cloud);
    const auto posted = admin.post("/_fake/faults", script);
    EXPECT_EQ(posted.status, 200) << posted.body;
    caller = std::make_unique<Caller>(*cloud);
    caller->send(caller->request("POST", kPath, body));
    return caller->read(2'000);
  }
  // The last attempt on the bill, closed.
  std::string attempt() {
    Caller admin(*cloud);
    for (;;) {
      auto last = first_element(admin.get("/_fake/bill?last=1").at({"attempts"}));
      if (wire::json_find(last, {"open"}) == "false") return last;
    }
  }
  std::string billed(std::initializer_list<std::string_view> path) {
    const auto last = attempt();
    return std::string(wire::json_find(last, path).value_or("?"));
  }

  std::unique_ptr<FakeCloud> cloud = start_fake("openai");
  std::unique_ptr<Caller> caller;
};

TEST_F(Faults, status_comes_in_the_clouds_own_shape) {
  const auto reply = play("status 429 retry_after_ms=1500 headers.x-odd=1");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.at({"error", "code"}), "\"rate_limit_exceeded\"");
  EXPECT_EQ(reply.field("retry-after"), "2");
  EXPECT_EQ(reply.field("retry-after-ms"), "1500");
  EXPECT_EQ(reply.field("x-odd"), "1");
  EXPECT_EQ(billed({"billed"}), "false");
  EXPECT_TRUE(play("status 429").field("retry-after").empty());
  EXPECT_EQ(play("status 429 code=insufficient_quota type=insufficient_quota").at({"error", "type"}),
            "\"insufficient_quota\"");
  EXPECT_EQ(play("status 500 body={\"odd\":true}").body, R"({"odd":true})");
}

TEST_F(Faults, lie_is_a_400_that_names_no_parameter) {
  const auto reply = play("lie");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.at({"error", "param"}), "null");
  EXPECT_EQ(reply.at({"error", "type"}), "\"invalid_request_error\"");
}

TEST_F(Faults, reset_before_the_answer_or_after_events) {
  EXPECT_EQ(play("reset").end, End::reset);
  EXPECT_EQ(billed({"status"}), "0");
  const auto later = play("reset after=3", kStream);
  EXPECT_EQ(later.end, End::reset);
  EXPECT_EQ(later.events().size(), 3u);
  EXPECT_EQ(billed({"usage", "output_tokens"}), "2");  // the first event carries no text
  EXPECT_EQ(billed({"billed"}), "true");
}

TEST_F(Faults, an_attempt_that_was_reset_can_be_billed_all_the_same) {
  play("reset billed=true");
  EXPECT_EQ(billed({"billed"}), "true");
  EXPECT_EQ(billed({"usage", "input_tokens"}), "8");
}

TEST_F(Faults, stall_is_silence_that_may_end) {
  const auto reply = play("stall after=2 ms=50", kStream);
  EXPECT_EQ(reply.end, End::whole);
  EXPECT_EQ(reply.events().back(), "[DONE]");
  EXPECT_EQ(play("stall ms=30").status, 200);
}

TEST_F(Faults, stall_ends_when_the_client_leaves) {
  play("stall after=2 ms=3600000", kStream);
  caller.reset();
  EXPECT_EQ(billed({"client_gone"}), "true");
  EXPECT_EQ(billed({"events_sent"}), "2");
}

TEST_F(Faults, drip_changes_nothing_but_the_pace) {
  const auto reply = play("drip bytes=40 ms=1", kStream);
  EXPECT_EQ(reply.end, End::whole);
  EXPECT_EQ(reply.events().back(), "[DONE]");
  EXPECT_EQ(play("drip bytes=100 ms=1").at({"object"}), "\"chat.completion\"");
}

TEST_F(Faults, slow_start_waits_first) { EXPECT_EQ(play("slow_start ms=20").status, 200); }

TEST_F(Faults, truncate_ends_a_stream_without_its_ending) {
  const auto clean = play("truncate after=4", kStream);
  EXPECT_EQ(clean.end, End::whole);
  EXPECT_EQ(clean.events().size(), 4u);
  EXPECT_EQ(clean.body.find("[DONE]"), std::string::npos);
  const auto cut = play("truncate after=4 clean=false", kStream);
  EXPECT_EQ(cut.end, End::eof);
  EXPECT_EQ(cut.events().size(), 4u);
  EXPECT_EQ(play("truncate").end, End::eof);  // half of a body in one piece
}

TEST_F(Faults, error_event_comes_inside_a_good_stream) {
  const auto reply = play("error_event after=2 code=overloaded message=\"too much\"", kStream);
  EXPECT_EQ(reply.status, 200);
  ASSERT_EQ(reply.events().size(), 3u);
  EXPECT_EQ(wire::json_find(reply.events().back(), {"error", "code"}), "\"overloaded\"");
}

TEST_F(Faults, bodies_that_are_not_what_they_should_be) {
  const auto page = play("html");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.field("content-type").starts_with("text/html"));
  const auto half = play("half");
  EXPECT_EQ(half.end, End::whole);
  EXPECT_TRUE(wire::json_check(half.body, 64));
  EXPECT_EQ(play("wrong_length bytes=10").end, End::eof);
  EXPECT_NE(play("wrong_length bytes=-10").body.back(), '}');
  EXPECT_EQ(play("garbage").end, End::garbage);
}

TEST_F(Faults, connections_that_end) {
  EXPECT_EQ(play("close").end, End::eof);
  const auto stale = play("stale");
  EXPECT_EQ(stale.end, End::whole);
  EXPECT_TRUE(stale.field("connection").empty());
  EXPECT_TRUE(caller->closed());
}

TEST_F(Faults, redirect_points_elsewhere) {
  const auto reply = play("redirect location=http://127.0.0.1:1/x");
  EXPECT_EQ(reply.status, 307);
  EXPECT_EQ(reply.field("location"), "http://127.0.0.1:1/x");
}

TEST_F(Faults, are_told_taken_and_cleared_over_http) {
  Caller admin(*cloud);
  EXPECT_EQ(admin.post("/_fake/faults", R"({"faults":[{"kind":"explode"}]})").status, 400);
  admin.post("/_fake/faults",
             R"({"faults":[{"kind":"status","status":500,"times":2,"match":{"model":"gpt-6-luna"}}]})");
  EXPECT_EQ(admin.post(kPath, kChat).status, 200);
  EXPECT_NE(admin.get("/_fake/faults").body.find(R"("times":2)"), std::string::npos);
  EXPECT_EQ(admin.del("/_fake/faults").body, R"({"faults":[]})");
  EXPECT_EQ(admin.post("/_fake/reset", "").status, 200);
  EXPECT_EQ(admin.get("/_fake/bill").at({"totals", "requests"}), "0");
}

TEST_F(Faults, a_client_that_leaves_is_noticed_before_the_next_event) {
  constexpr std::int64_t kGapMs = 20'000;
  Options slow;
  slow.first_token_ms = 0;
  slow.event_ms = kGapMs;
  cloud = start_fake("openai", slow);
  caller = std::make_unique<Caller>(*cloud);
  caller->send(caller->request("POST", kPath, kStream));
  caller->read_some(200);
  caller.reset();
  const auto last = attempt();
  EXPECT_EQ(wire::json_find(last, {"client_gone"}), "true");
  EXPECT_LT(wire::json_int(*wire::json_find(last, {"gone_after_ms"})), kGapMs);
  EXPECT_EQ(wire::json_find(last, {"events_sent"}), "2");
  EXPECT_EQ(wire::json_find(last, {"usage", "output_tokens"}), "1");
}

TEST_F(Faults, a_client_that_does_not_wait_for_a_whole_answer_is_billed_what_was_generated) {
  Options slow;
  slow.first_token_ms = 600'000;
  cloud = start_fake("openai", slow);
  caller = std::make_unique<Caller>(*cloud);
  caller->send(caller->request("POST", kPath, R"({"model":"gpt-6-sol","messages":[{"role":"user","content":"think first"}]})"));
  caller.reset();
  const auto last = attempt();
  EXPECT_EQ(wire::json_find(last, {"client_gone"}), "true");
  EXPECT_EQ(wire::json_find(last, {"status"}), "0");
  EXPECT_EQ(wire::json_find(last, {"usage", "input_tokens"}), "9");
  EXPECT_EQ(wire::json_find(last, {"usage", "output_tokens"}), "0");
  EXPECT_EQ(wire::json_find(last, {"usage", "reasoning_tokens"}), "0") << "a part of the output, never more";
}

TEST_F(Faults, pipelined_requests_are_answered_in_order_while_a_stream_has_gaps) {
  Options slow;
  slow.first_token_ms = 0;
  slow.event_ms = 4;
  cloud = start_fake("openai", slow);
  caller = std::make_unique<Caller>(*cloud);
  caller->send(caller->request("POST", kPath, kStream) + caller->request("POST", kPath, kChat));
  EXPECT_EQ(caller->read().events().back(), "[DONE]");
  EXPECT_EQ(caller->read().at({"object"}), "\"chat.completion\"");
}

TEST_F(Faults, recordings_are_replayed_event_by_event) {
  caller = std::make_unique<Caller>(*cloud);
  for (const auto& r : recordings()) {
    const bool chat = r.endpoint == Endpoint::chat;
    const auto body = std::string(R"({"stream":)") + (r.events.empty() ? "false" : "true") + R"(,"model":"recording:)" +
                      std::string(r.name) +
                      (chat ? R"(","messages":[{"role":"user","content":"x"}]})" : R"(","input":"x"})");
    const auto reply = caller->post(chat ? kPath : "/v1/responses", body);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto events = reply.events();
    if (r.events.empty()) {
      EXPECT_NE(reply.at({"id"}), '"' + std::string(r.id) + '"');
      continue;
    }
    ASSERT_EQ(events.size(), r.events.size() + (chat ? 1 : 0)) << r.name;
    std::int64_t contents = 0;
    for (std::size_t i = 0; i < r.events.size(); ++i) {
      EXPECT_EQ(events[i].find(r.id), std::string::npos);
      contents += carries_content(r.endpoint, r.events[i]);
    }
    EXPECT_GT(contents, 0);
    EXPECT_EQ(billed({"usage", "output_tokens"}), std::to_string(r.usage.output)) << r.name;
    EXPECT_GT(r.usage.output, 0) << r.name;
  }
  EXPECT_EQ(caller->post("/v1/responses", R"({"model":"recording:xai-chat-text","input":"x"})").status, 400);
  EXPECT_EQ(caller->post(kPath, kChat, "x-fake-recording: none\r\n").status, 400);
  EXPECT_NE(caller->post(kPath, kChat, "x-fake-recording: xai-chat-tool\r\n").body.find("grok-3-mini"),
            std::string::npos);
}

}  // namespace
}  // namespace fw::fake
