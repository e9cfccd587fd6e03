#include "fake/fault.h"

#include <gtest/gtest.h>

namespace fw::fake {
namespace {

std::vector<Fault> script(std::string_view text) {
  auto parsed = parse_fault_script(text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *parsed : std::vector<Fault>{};
}

std::string complaint(std::string_view text) {
  const auto parsed =
      text.starts_with('{') || text.starts_with('[') ? parse_faults_json(text) : parse_fault_script(text);
  return parsed ? "" : parsed.error().message;
}

TEST(FaultScript, reads_kinds_numbers_words_and_matches) {
  const auto faults =
      script("status 429 retry_after_ms=500 times=2 path=/v1/chat model=gpt-6-sol\nreset after=3; stall ms=1500");
  ASSERT_EQ(faults.size(), 3u);
  EXPECT_EQ(faults[0].kind, FaultKind::status);
  EXPECT_EQ(faults[0].status, 429);
  EXPECT_EQ(faults[0].retry_after_ms, 500);
  EXPECT_EQ(faults[0].times, 2);
  EXPECT_EQ(faults[0].match_path, "/v1/chat");
  EXPECT_EQ(faults[0].match_model, "gpt-6-sol");
  EXPECT_EQ(faults[1].kind, FaultKind::reset);
  EXPECT_EQ(faults[1].after, 3);
  EXPECT_EQ(faults[2].ms, 1500);
}

TEST(FaultScript, takes_quoted_values_headers_and_comments) {
  const auto faults =
      script("# nothing yet\n\n  status 500 message=\"a \\\"bad\\\" day; really\" headers.x-odd=1 # tail\n");
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].message, "a \"bad\" day; really");
  ASSERT_EQ(faults[0].headers.size(), 1u);
  EXPECT_EQ(faults[0].headers[0].first, "x-odd");
}

TEST(FaultScript, names_the_line_of_what_it_does_not_understand) {
  EXPECT_EQ(
      complaint("reset\nexplode"),
      "line 2: 'explode' is no kind of fault; expected status, lie, reset, stall, drip, slow_start, "
      "truncate, error_event, html, half, wrong_length, garbage, close, stale, redirect, cut_off, no_usage, corrupt, "
      "ignore_effort, drop_tools, seals, unsupported");
  EXPECT_EQ(complaint("status"), "line 1: the kind 'status' needs a status such as 503");
  EXPECT_EQ(complaint("status 99"), "line 1: 'status' is 99, expected a whole number from 200 to 599");
  EXPECT_EQ(complaint("reset loudly"), "line 1: 'loudly' is not understood; expected key=value");
  EXPECT_EQ(complaint("html message=\"open"), "line 1: the value of 'message' has no closing quote");
  EXPECT_NE(complaint("drip bytes=0"), "");
  EXPECT_NE(complaint("status 500 headers.x=\"a\rb\""), "");
}

TEST(FaultScript, json_says_the_same_as_text) {
  const auto text = script(
      "status 503 times=0 code=overloaded headers.retry-after=2 model=m path=/v1; truncate after=4 clean=false "
      "billed=true");
  const auto json = parse_faults_json(
      R"({"faults":[{"kind":"status","status":503,"times":0,"code":"overloaded","headers":{"retry-after":"2"},"match":{"model":"m","path":"/v1"}},
          {"kind":"truncate","after":4,"clean":false,"billed":true}]})");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(*json, text);
}

TEST(FaultScript, writes_json_that_reads_back_the_same) {
  const auto faults = script(
      "redirect 302 location=http://x/ times=3; wrong_length bytes=-5; error_event after=2 code=c type=t message=\"m "
      "n\"");
  const auto again = parse_faults_json(faults_json(faults));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, faults);
}

TEST(FaultScript, json_errors_name_entry_and_member) {
  EXPECT_EQ(complaint(R"({"faults":[{"kind":"reset"},{"kind":"boom"}]})").substr(0, 35),
            "faults[1]: 'boom' is no kind of fau");
  EXPECT_EQ(complaint(R"({"faults":[{"status":500}]})").substr(0, 30), "faults[0]: 'kind' is missing; ");
  EXPECT_EQ(complaint(R"([{"kind":"reset","times":"2"}])").substr(0, 26), "faults[0]: 'times' is 2, e");
  EXPECT_EQ(complaint(R"({"fault":[]})"), "faults: expected {\"faults\":[…]}");
  EXPECT_NE(complaint("{"), "");
}

TEST(FaultQueue, gives_each_matching_request_the_first_fault_in_order) {
  FaultQueue queue;
  queue.add(script("reset model=a times=2; status 500; html path=embeddings"));
  EXPECT_EQ(queue.take("/v1/chat/completions", "b")->kind, FaultKind::status);
  EXPECT_EQ(queue.take("/v1/chat/completions", "a")->kind, FaultKind::reset);
  EXPECT_EQ(queue.take("/v1/chat/completions", "a")->kind, FaultKind::reset);
  EXPECT_FALSE(queue.take("/v1/chat/completions", "a"));
  EXPECT_EQ(queue.take("/v1/embeddings", "a")->kind, FaultKind::html);
  EXPECT_TRUE(queue.waiting().empty());
}

TEST(FaultQueue, keeps_a_fault_without_a_number_of_times_until_it_is_cleared) {
  FaultQueue queue;
  queue.add(script("close times=0"));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(queue.take("/x", ""));
  queue.clear();
  EXPECT_FALSE(queue.take("/x", ""));
}

TEST(FaultQueue, refuses_more_than_it_may_hold) {
  FaultQueue queue;
  EXPECT_TRUE(queue.add(std::vector<Fault>(kFaultsMax)));
  EXPECT_FALSE(queue.add(std::vector<Fault>(1)));
}

}  // namespace
}  // namespace fw::fake
