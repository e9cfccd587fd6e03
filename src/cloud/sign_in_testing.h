// Drives a flow from a script of replies and keeps what it asked.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "cloud/sign_in.h"

namespace fw::cloud::testing {

// 2026-11-22T00:00:00Z.
inline constexpr WallTime kNow{1'795'305'600'000'000'000};
inline constexpr WallTime after(std::int64_t seconds) { return {kNow.ns + seconds * 1'000'000'000}; }

inline Reply says(int status, std::string body) {
  return {.status = status, .failure = {}, .fields = {}, .body = std::move(body), .now = kNow};
}
inline Reply fails(std::string why) {
  return {.status = 0, .failure = std::move(why), .fields = {}, .body = {}, .now = kNow};
}

struct Ran {
  std::vector<Fetch> fetches;
  std::vector<std::string> files;  // paths read
  Result<Credential> result;
  std::string error() const { return result ? "none" : result.error().message; }
};

// Each question takes the next reply; a flow that asks for more, or for less, fails the test.
inline Ran run(const SignIn& sign_in, std::deque<Reply> replies, WallTime now = kNow) {
  Driven<Credential> flow(sign_in.fetch(now));
  Ran ran{{}, {}, std::unexpected(Error{})};
  while (flow.question() != nullptr) {
    if (const auto* fetch = std::get_if<Fetch>(flow.question())) ran.fetches.push_back(*fetch);
    if (const auto* file = std::get_if<ReadFile>(flow.question())) ran.files.push_back(file->path);
    if (replies.empty()) {
      ADD_FAILURE() << "one question more than replies";
      return ran;
    }
    flow.answer(std::move(replies.front()));
    replies.pop_front();
  }
  EXPECT_TRUE(replies.empty()) << "a reply nobody asked for";
  ran.result = flow.result();
  if (!ran.result) EXPECT_EQ(ran.result.error().origin, Origin::provider);
  return ran;
}

inline std::string address(const Fetch& fetch) {
  std::string text = fetch.method + " " + fetch.url.scheme + "://" + fetch.url.authority() + fetch.url.path;
  if (!fetch.url.query.empty()) text += "?" + fetch.url.query;
  return text;
}

inline Surroundings environment(std::map<std::string, std::string, std::less<>> variables) {
  return {[variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }};
}

}  // namespace fw::cloud::testing
