#include <gtest/gtest.h>

#include "cloud/adapter.h"

namespace fw::cloud {
namespace {

Result<Site> site(std::string base_url, std::string api_key = {}) {
  ProviderSettings settings;
  settings.name = "local";
  settings.base_url = std::move(base_url);
  settings.api_key = std::move(api_key);
  return find("compatible")->site(settings);
}

TEST(Compatible, needs_a_base_url_and_no_key) {
  EXPECT_EQ(site("").error().param, "base_url");
  EXPECT_EQ(site("http://127.0.0.1:8000").error().param, "base_url");
  const auto open = site("http://127.0.0.1:8000/v1");
  ASSERT_TRUE(open);
  EXPECT_EQ(open->auth_lines, "");
  EXPECT_EQ(open->host_line, "Host: 127.0.0.1:8000\r\n");
  EXPECT_EQ(site("https://gpu.example/api/v1", "k")->auth_lines, "Authorization: Bearer k\r\n");
  EXPECT_EQ(site("http://[::1]:8000/v1")->host_line, "Host: [::1]:8000\r\n");
}

TEST(Compatible, closes_the_upstream_when_the_client_leaves) {
  EXPECT_EQ(find("compatible")->on_cancel(), OnCancel::estimate);
}

TEST(Compatible, waits_for_a_model_that_is_loading_and_not_for_one_that_is_missing) {
  const auto kind = [](int status, std::string_view body) {
    return find("compatible")->classify({status, "application/json", {}, body}, {}).kind;
  };
  EXPECT_EQ(kind(500, R"({"error":{"message":"Loading model"}})"), FailureKind::overloaded);
  EXPECT_EQ(kind(400, R"({"error":"model 'm' not found, try pulling it first"})"), FailureKind::not_found);
  EXPECT_EQ(kind(400, R"({"object":"error","message":"no such model","type":"NotFoundError"})"), FailureKind::not_found);
  EXPECT_EQ(kind(400, R"({"error":"bad"})"), FailureKind::invalid_request);
}

TEST(Compatible, keeps_a_path_before_v1) {
  const auto made = site("https://gpu.example/api/v1/");
  ASSERT_TRUE(made);
  const std::string head = find("compatible")->request_head(*made, Operation::chat, "m");
  EXPECT_TRUE(head.starts_with("POST /api/v1/chat/completions HTTP/1.1\r\nHost: gpu.example\r\n")) << head;
}

}  // namespace
}  // namespace fw::cloud
