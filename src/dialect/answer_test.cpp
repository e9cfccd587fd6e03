#include "dialect/answer.h"

#include <gtest/gtest.h>

namespace fw::dialect {
namespace {

TEST(Answer, reads_a_chat_completion) {
  const auto answer = read_answer(
      Operation::chat,
      R"({"id":"chatcmpl-1","model":"gpt-6-sol-2026-09-22","service_tier":"default","choices":[{"index":0,
          "finish_reason":"length","message":{"role":"assistant","content":"\"usage\":{}"}}],
          "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}})", 128);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->valid);
  EXPECT_EQ(answer->response_id, "chatcmpl-1");
  EXPECT_EQ(answer->model, "gpt-6-sol-2026-09-22");
  EXPECT_EQ(answer->service_tier, "default");
  EXPECT_EQ(answer->finish, "length");
  EXPECT_EQ(answer->usage.input, 3);
  EXPECT_EQ(answer->usage.output, 2);
}

TEST(Answer, reads_a_response_with_hosted_tools) {
  const auto answer = read_answer(
      Operation::responses,
      R"({"id":"resp_1","object":"response","status":"completed","output":[],"error":null,
          "usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5},
          "tool_usage":{"web_search":{"num_requests":2}}})", 128);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->valid);
  EXPECT_EQ(answer->finish, "completed");
  EXPECT_EQ(answer->usage.total(), 5);
  EXPECT_EQ(answer->usage.tool_calls, 2);
}

TEST(Answer, reads_embeddings_and_deletions) {
  const auto embedding = read_answer(
      Operation::embeddings, R"({"object":"list","data":[{"embedding":[0.1]}],"usage":{"prompt_tokens":8}})", 128);
  EXPECT_TRUE(embedding->valid);
  EXPECT_EQ(embedding->usage.input, 8);
  EXPECT_TRUE(read_answer(Operation::responses_delete,
                          R"({"id":"resp_1","object":"response.deleted","deleted":true})", 128)->valid);
}

TEST(Answer, tells_absent_usage_from_none) {
  EXPECT_FALSE(read_answer(Operation::chat, R"({"choices":[],"usage":null})", 128)->usage.reported);
  EXPECT_FALSE(read_answer(Operation::chat, R"({"choices":[]})", 128)->usage.reported);
}

TEST(Answer, is_not_valid_when_it_is_something_else) {
  for (const char* body : {"{}", R"({"error":{"message":"no"}})", R"({"choices":"a"})",
                           R"({"choices":[],"error":{"message":"no"}})"})
    EXPECT_FALSE(read_answer(Operation::chat, body, 128)->valid) << body;
}

TEST(Answer, is_an_error_when_it_is_not_one_json_object) {
  for (const char* body : {"", "<html>", R"({"choices":[)", R"({"choices":[]}{"choices":[]})", "[]", R"("text")"}) {
    const auto answer = read_answer(Operation::chat, body, 128);
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().origin, Origin::provider);
    EXPECT_EQ(answer.error().retry, Retry::elsewhere);
  }
}

}  // namespace
}  // namespace fw::dialect
