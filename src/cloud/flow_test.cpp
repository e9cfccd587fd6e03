#include "cloud/flow.h"

#include <gtest/gtest.h>

namespace fw::cloud {
namespace {

Flow<std::string> file(std::string path) {
  Ask question(ReadFile{std::move(path)});
  const Reply reply = co_await question;
  if (reply.status == 0)
    co_return std::unexpected(Error{Code::internal_error, Origin::provider, Retry::elsewhere, reply.failure, {}, 0});
  co_return reply.body;
}

Flow<std::string> two_files(std::string first, std::string second) {
  auto a = file(std::move(first));
  auto one = co_await a;
  if (!one) co_return one;
  auto b = file(std::move(second));
  auto two = co_await b;
  if (!two) co_return two;
  co_return *one + *two;
}

const std::string& path_asked(const Driven<std::string>& run) { return std::get<ReadFile>(*run.question()).path; }

Reply content(std::string body) { return {.status = 200, .failure = {}, .fields = {}, .body = std::move(body), .now = {}}; }

TEST(Flow, asks_for_one_thing_after_the_other_and_ends_with_its_result) {
  Driven<std::string> run(two_files("/a", "/b"));
  ASSERT_NE(run.question(), nullptr);
  EXPECT_EQ(path_asked(run), "/a");
  run.answer(content("x"));
  ASSERT_NE(run.question(), nullptr);
  EXPECT_EQ(path_asked(run), "/b");
  run.answer(content("y"));
  ASSERT_EQ(run.question(), nullptr);
  EXPECT_EQ(run.result(), "xy");
}

TEST(Flow, an_inner_failure_ends_the_outer_flow) {
  Driven<std::string> run(two_files("/a", "/b"));
  run.answer({.status = 0, .failure = "no such file", .fields = {}, .body = {}, .now = {}});
  ASSERT_EQ(run.question(), nullptr);
  EXPECT_EQ(run.result().error().message, "no such file");
}

TEST(Flow, may_be_dropped_in_the_middle) {
  Driven<std::string> run(two_files("/a", "/b"));
  run.answer(content("x"));
}

}  // namespace
}  // namespace fw::cloud
