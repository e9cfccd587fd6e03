// Third-party vectors at the listener: whatever comes, the answer is defined and everything is settled.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/rig.h"
#include <llhttp/vectors.h>
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

// The body of an answer freed of its chunks.
std::string dechunked(std::string_view answer) {
  auto bytes = body_of(answer);
  wire::ChunkedDecoder decoder;
  const auto step = decoder.decode(bytes.data(), bytes.size());
  EXPECT_TRUE(step.done) << answer;
  return bytes.substr(0, step.payload);
}

void drop_leading_comments(std::string& events) {
  while (events.starts_with(':')) events.erase(0, events.find("\n\n") + 2);
}

// The recorded streams of all clouds that end as their dialect says.
std::vector<std::filesystem::path> stream_fixtures() {
  std::vector<std::filesystem::path> out;
  for (const auto* cloud : {"openai", "azure", "compatible"})
    for (const auto& entry : std::filesystem::directory_iterator(FAIRWAY_SOURCE_DIR "/src/cloud/" + std::string(cloud) + "/fixtures"))
      if (std::filesystem::exists(entry.path() / "upstream.sse") &&
          wire::json_find(read_file(entry.path() / "facts.json"), {"error"}).value_or("null") == "null")
        out.push_back(entry.path());
  EXPECT_GT(out.size(), 20u);
  return out;
}

std::string request_of(const std::filesystem::path& fixture) {
  auto body = read_file(fixture / "client_request.json");
  const auto at = body.find("\"asked\"");
  body.replace(at, 7, "\"gpt\"");
  // A recording without a client's side of its own is compared whole, its usage chunk included.
  constexpr std::string_view kStream = "\"stream\":true";
  if (!std::filesystem::exists(fixture / "client.sse") && body.find("stream_options") == body.npos && body.find("\"messages\"") != body.npos)
    body.insert(body.find(kStream) + kStream.size(), ",\"stream_options\":{\"include_usage\":true}");
  const auto facts = read_file(fixture / "facts.json");
  const bool responses = wire::json_find(facts, {"operation"}).value_or("") == "\"responses\"";
  return chat_request(body, "sk-team-a-0123456789", responses ? "/v1/responses" : "/v1/chat/completions");
}

}  // namespace

TEST(Corpus, recorded_streams_reach_the_client_whole_however_they_are_cut) {
  for (const auto& fixture : stream_fixtures()) {
    const auto upstream = read_file(fixture / "upstream.sse");
    // Without a file of its own the client's side is the cloud's, byte for byte. Comments that came
    // before the first event are not worth committing to a cloud for: they may stay behind.
    auto expected = std::filesystem::exists(fixture / "client.sse") ? read_file(fixture / "client.sse") : upstream;
    drop_leading_comments(expected);
    const auto facts = read_file(fixture / "facts.json");
    for (const std::size_t cut : {std::size_t{1}, std::size_t{13}, std::size_t{1000}, SIZE_MAX}) {
      if (cut == 1 && upstream.size() > 20'000) continue;
      Rig rig;
      rig.plays.push_back({.answer = sse_answer(upstream), .drip = cut});
      const auto answer = rig.ask(request_of(fixture));
      ASSERT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << fixture << answer.substr(0, 500);
      auto got = dechunked(answer);
      drop_leading_comments(got);
      EXPECT_EQ(got, expected) << fixture << " cut into " << cut;
      const bool counted = wire::json_find(facts, {"usage"}).value_or("null") != "null";
      EXPECT_EQ(rig.last().attempts.at(0).state == ledger::AttemptState::settled_exact, counted) << fixture;
    }
  }
}

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
