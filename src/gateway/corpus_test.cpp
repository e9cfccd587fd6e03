// Third-party vectors at the listener: whatever comes, the answer is defined and everything is settled.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/rig.h"
#include "wire/http1_vectors.h"
#include "wire/json.h"

namespace fw::gateway {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> json_cases() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(FAIRWAY_SOURCE_DIR "/tests/data/json/test_parsing"))
    out.push_back(entry.path());
  std::ranges::sort(out);
  EXPECT_GT(out.size(), 250u);
  return out;
}

int status_of(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}

std::string body_of(std::string_view message) { return std::string(message.substr(message.find("\r\n\r\n") + 4)); }

std::vector<std::string> naughty_strings() {
  const auto text = read_file(FAIRWAY_SOURCE_DIR "/tests/data/blns/blns.json");
  std::vector<std::string> out;
  wire::JsonArray array(text, 8);
  for (wire::JsonMember m; array.next(m);)
    if (m.kind == wire::JsonKind::string) out.emplace_back(m.value);
  EXPECT_EQ(array.error(), nullptr);
  EXPECT_GT(out.size(), 400u);
  return out;
}

}  // namespace

TEST(Corpus, every_json_case_as_a_body_is_a_400_that_is_json_itself) {
  Rig rig;
  for (const auto& path : json_cases()) {
    const auto answer = rig.ask(chat_request(read_file(path)));
    EXPECT_EQ(status_of(answer), 400) << path << answer;
    EXPECT_FALSE(wire::json_check(body_of(answer), 8)) << answer;
  }
  EXPECT_TRUE(rig.dialled.empty());
}

TEST(Corpus, every_json_case_inside_a_request_is_forwarded_as_it_is_or_refused) {
  for (const auto& path : json_cases()) {
    Rig rig;
    rig.plays.push_back({.answer = json_answer(kChatAnswer)});
    const auto value = read_file(path);
    const auto body = fmt::format("{{\"messages\":[],\"x\":{},\"model\":\"gpt\"}}", value);
    const auto answer = rig.ask(chat_request(body));
    if (path.filename().string().starts_with("y_")) {
      ASSERT_EQ(status_of(answer), 200) << path << answer;
      EXPECT_EQ(body_of(rig.received.at(0)), fmt::format("{{\"messages\":[],\"x\":{},\"model\":\"gpt-one\"}}", value));
    } else {
      // A few n_ cases become well-formed by what stands around them; then they must pass untouched.
      const bool valid = !wire::json_check(body, 128);
      EXPECT_EQ(status_of(answer), valid ? 200 : 400) << path << answer;
    }
    EXPECT_EQ(rig.core->counts.exchanges_open, 0u);
  }
}

TEST(Corpus, every_llhttp_request_has_a_defined_outcome_at_the_listener) {
  int answered = 0;
  for (const auto& v : wire::llhttp::all_vectors()) {
    Rig rig;
    const auto answer = rig.ask(v.bytes);
    if (answer.empty()) continue;  // no complete request, no fault: the client went silent
    const auto status = status_of(answer);
    EXPECT_TRUE(status >= 400 && status < 506) << v.page << ": " << v.title << answer;
    EXPECT_TRUE(answer.find("x-request-id: req_") != answer.npos) << answer;
    EXPECT_TRUE(rig.dialled.empty()) << v.title;
    EXPECT_EQ(rig.core->counts.connections_open, 0u);
    ++answered;
  }
  EXPECT_GT(answered, 100);
}

TEST(Corpus, naughty_strings_pass_through_every_text_field) {
  constexpr std::array<std::string_view, 4> kFields{"user", "service_tier", "prompt_cache_key", "safety_identifier"};
  for (const auto& text : naughty_strings()) {
    Rig rig;
    rig.plays.push_back({.answer = json_answer(kChatAnswer)});
    std::string rest;
    for (const auto f : kFields) rest += fmt::format(",\"{}\":{}", f, text);
    const auto tail = fmt::format(",\"messages\":[{{\"role\":\"user\",\"content\":{}}}]{}}}", text, rest);
    const auto answer = rig.ask(chat_request("{\"model\":\"gpt\"" + tail));
    ASSERT_TRUE(status_of(answer) == 200 || status_of(answer) == 400) << text << answer;
    if (status_of(answer) == 200) EXPECT_EQ(body_of(rig.received.at(0)), "{\"model\":\"gpt-one\"" + tail);
    const auto as_model = rig.ask(chat_request(fmt::format("{{\"model\":{},\"messages\":[]}}", text)));
    EXPECT_TRUE(status_of(as_model) == 404 || status_of(as_model) == 400) << text << as_model;
    EXPECT_FALSE(wire::json_check(body_of(as_model), 8)) << as_model;
  }
}

}  // namespace fw::gateway
