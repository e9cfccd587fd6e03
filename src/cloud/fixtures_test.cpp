// Every fixture, step by step: a failure names the step that broke. README.md says what the files mean.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cloud/adapter.h"
#include "dialect/answer.h"
#include "dialect/relay.h"
#include "dialect/request.h"
#include "wire/json.h"

namespace fw::cloud {
namespace {

using dialect::Usage;
std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

struct Fixture {
  std::filesystem::path folder;
  std::string cloud;

  std::string name() const {
    std::string out = cloud + "_" + folder.filename().string();
    replace_all(out, "-", "_");
    return out;
  }
  bool has(std::string_view file) const { return std::filesystem::exists(folder / file); }
  std::string text(std::string_view file) const { return read_file(folder / file); }
};

// The fixtures of all clouds that hold this file, in order.
std::vector<Fixture> fixtures_with(std::string_view file) {
  std::vector<Fixture> out;
  for (const Adapter* adapter : all()) {
    const auto root = std::filesystem::path(FAIRWAY_SOURCE_DIR) / "src" / "cloud" / adapter->name() / "fixtures";
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
      Fixture fixture{entry.path(), std::string(adapter->name())};
      if (fixture.has(file)) out.push_back(std::move(fixture));
    }
  }
  std::sort(out.begin(), out.end(), [](const Fixture& a, const Fixture& b) { return a.folder < b.folder; });
  return out;
}

// The members of a small JSON object, read as a test wants them.
class Facts {
 public:
  explicit Facts(std::string text) : text_(std::move(text)) {}
  std::string text(std::string_view key) const {
    std::string out;
    if (const auto value = find(key)) wire::json_unescape(wire::json_text(*value), out);
    return out;
  }
  std::int64_t number(std::string_view key) const { return wire::json_int(find(key).value_or("0")).value_or(0); }
  bool flag(std::string_view key) const { return find(key) == "true"; }
  std::optional<std::string_view> find(std::string_view key) const { return wire::json_find(text_, {key}); }

 private:
  std::string text_;
};
constexpr int kDepth = 128;

Operation operation_of(const Facts& facts) {
  const std::string word = facts.text("operation");
  if (word == "responses") return Operation::responses;
  return word == "embeddings" ? Operation::embeddings : Operation::chat;
}

Usage expected_usage(const Facts& facts) {
  Usage usage;
  const auto object = facts.find("usage");
  if (!object || *object == "null") return usage;
  const Facts counts{std::string(*object)};
  usage.reported = true;
  usage.input = counts.number("input");
  usage.cache_read = counts.number("cache_read");
  usage.cache_write[0] = counts.number("cache_write");
  usage.output = counts.number("output");
  usage.reasoning = counts.number("reasoning");
  return usage;
}

std::string expected_client(const Fixture& fixture, const std::string& upstream) {
  if (fixture.has("client.sse")) return fixture.text("client.sse");
  std::string out = upstream;
  if (fixture.has("client.removed")) {
    const std::string removed = fixture.text("client.removed");
    out.erase(out.find(removed), removed.size());
  }
  return out;
}

class Exchange : public ::testing::TestWithParam<Fixture> {
 protected:
  Exchange() : facts_(GetParam().text("facts.json")), adapter_(find(GetParam().cloud)) {}
  Operation operation() const { return operation_of(facts_); }
  std::string client_request() const { return GetParam().text("client_request.json"); }

  Facts facts_;
  const Adapter* adapter_;
};

TEST_P(Exchange, asks_the_cloud_as_the_fixture_says) {
  const std::string body = client_request();
  const auto scanned = dialect::scan_request(operation(), body, kDepth);
  ASSERT_TRUE(scanned) << scanned.error().message;
  std::string model;
  wire::JsonWriter(model).string(adapter_->body_model(facts_.text("model")));
  std::string sent;
  for (const auto piece : dialect::splice_request(operation(), *scanned, body, model)) sent += piece;
  EXPECT_EQ(sent, GetParam().text("upstream_request.json"));
}

TEST_P(Exchange, addresses_the_cloud_as_the_fixture_says) {
  ProviderSettings settings;
  settings.base_url = facts_.text("base_url");
  settings.api_version = facts_.text("api_version");
  settings.api_key = facts_.text("api_key");
  settings.region = facts_.text("region");
  for (const char* name : {"host", "project"})
    if (facts_.find(name)) settings.extra[name] = facts_.text(name);
  const auto site = adapter_->site(settings);
  ASSERT_TRUE(site) << site.error().message;
  std::string expected = GetParam().text("upstream_head.txt");
  replace_all(expected, "VERSION", FAIRWAY_VERSION);
  replace_all(expected, "\n", "\r\n");
  EXPECT_EQ(adapter_->request_head(*site, operation(), facts_.text("model")), expected);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Exchange, ::testing::ValuesIn(fixtures_with("upstream_head.txt")),
                         [](const auto& of) { return of.param.name(); });

// How the bytes of a stream arrive.
struct Arrival {
  std::string client;
  std::unique_ptr<dialect::StreamRelay> relay;
};

class Stream : public Exchange {
 protected:
  Stream() : upstream_(GetParam().text("upstream.sse")), client_(expected_client(GetParam(), upstream_)) {
    const auto scanned = dialect::scan_request(operation(), client_request(), kDepth);
    strip_ = scanned && !scanned->wants_usage;
  }

  template <class NextCut>
  Arrival arrive(NextCut next_cut) const {
    Arrival arrival{{}, dialect::make_relay(dialect::dialect_of(operation()), strip_, {})};
    std::vector<std::string_view> out;
    for (std::size_t from = 0; from < upstream_.size();) {
      const std::size_t to = std::clamp(next_cut(from), from + 1, upstream_.size());
      // Memory that ends where the bytes end, so that reading on is seen.
      const std::vector<char> piece(upstream_.begin() + static_cast<std::ptrdiff_t>(from),
                                    upstream_.begin() + static_cast<std::ptrdiff_t>(to));
      out.clear();
      arrival.relay->feed({piece.data(), piece.size()}, out);
      for (const auto view : out) arrival.client += view;
      from = to;
    }
    return arrival;
  }

  void expect_as_recorded(const Arrival& arrival) const {
    ASSERT_EQ(arrival.client, client_);
    EXPECT_EQ(arrival.relay->usage(), expected_usage(facts_));
    EXPECT_EQ(arrival.relay->response_id(), facts_.text("response_id"));
    EXPECT_EQ(arrival.relay->finish(), facts_.text("finish"));
    EXPECT_TRUE(arrival.relay->ended());
    const auto* error = arrival.relay->error();
    ASSERT_EQ(error != nullptr, facts_.find("error").has_value());
    if (error == nullptr) return;
    EXPECT_EQ(error->type, facts_.text("error"));
    EXPECT_EQ(error->relayed, facts_.flag("relayed"));
  }

  // Offset of the event that `at` lies in.
  std::size_t event_start(std::size_t at) const {
    const std::size_t blank = at < 2 ? std::string::npos : upstream_.rfind("\n\n", at - 2);
    return blank == std::string::npos ? 0 : blank + 2;
  }

  std::size_t longest_event() const {
    std::size_t longest = 0;
    for (std::size_t from = 0; from < upstream_.size();) {
      const std::size_t to = std::min(upstream_.find("\n\n", from), upstream_.size()) + 2;
      longest = std::max(longest, to - from);
      from = to;
    }
    return longest;
  }

  std::string upstream_;
  std::string client_;
  bool strip_ = false;
};

TEST_P(Stream, reaches_the_client_as_recorded) {
  expect_as_recorded(arrive([this](std::size_t) { return upstream_.size(); }));
}

TEST_P(Stream, reaches_the_client_as_recorded_byte_by_byte) {
  expect_as_recorded(arrive([](std::size_t from) { return from + 1; }));
}

TEST_P(Stream, reaches_the_client_as_recorded_in_pieces_of_any_size) {
  for (const std::size_t size : {2u, 3u, 5u, 7u, 16u, 61u, 311u, 1448u, 4096u, 16384u}) {
    SCOPED_TRACE(size);
    expect_as_recorded(arrive([size](std::size_t from) { return from + size; }));
  }
}

// What a relay holds between feeds is at most one event, so a split is told apart from others by where
// in its event it falls. Each pass cuts every event at one such place: the first ones all, the others of
// long events in steps, as many as a second allows. relay_fuzz and relay_test cut everywhere.
TEST_P(Stream, reaches_the_client_as_recorded_wherever_its_events_are_cut) {
  const std::size_t longest = longest_event();
  const std::size_t passes = std::max<std::size_t>(8'000'000 / upstream_.size(), 20);
  const std::size_t step = std::max<std::size_t>(longest * 2 / passes, 1);
  for (std::size_t cut = 1; cut < longest; cut += cut < passes / 2 ? 1 : step) {
    SCOPED_TRACE(cut);
    expect_as_recorded(arrive([&](std::size_t from) {
      const std::size_t start = event_start(from);
      if (from < start + cut) return start + cut;
      const auto end = upstream_.find("\n\n", from);
      return end == std::string::npos ? upstream_.size() : end + 2 + cut;
    }));
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Stream, ::testing::ValuesIn(fixtures_with("upstream.sse")),
                         [](const auto& of) { return of.param.name(); });

class Whole : public Exchange {};

TEST_P(Whole, is_read_as_recorded) {
  const std::string body = GetParam().text("upstream.json");
  const auto answer = dialect::read_answer(operation(), body, kDepth);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->valid);
  EXPECT_EQ(answer->usage, expected_usage(facts_));
  EXPECT_EQ(answer->response_id, facts_.text("response_id"));
  EXPECT_EQ(answer->finish, facts_.text("finish"));
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Whole, ::testing::ValuesIn(fixtures_with("upstream.json")),
                         [](const auto& of) { return of.param.name(); });

std::string_view word(Mark mark) {
  constexpr std::array<std::string_view, 3> kWords{"none", "credential_bad", "account_exhausted"};
  return kWords[static_cast<std::size_t>(mark)];
}

std::string_view word(Billing billing) {
  constexpr std::array<std::string_view, 3> kWords{"refused_unbilled", "billed", "ambiguous"};
  return kWords[static_cast<std::size_t>(billing)];
}

class Failure : public ::testing::TestWithParam<Fixture> {};

TEST_P(Failure, means_what_the_fixture_says) {
  const std::string raw = GetParam().text("upstream.http");
  std::array<wire::HeaderField, 32> store;
  wire::ResponseHead head;
  wire::HttpFault fault{};
  ASSERT_EQ(wire::parse_response(raw, wire::Method::post, {}, store, head, fault), wire::Parse::done);
  const Answer answer{head.status, head.get(wire::HeaderId::content_type), head.fields,
                      std::string_view(raw).substr(head.size)};
  const WallTime now{1'795'305'600 * std::int64_t{1'000'000'000}};  // 2026-11-22T00:00:00Z
  const Verdict verdict = find(GetParam().cloud)->classify(answer, now);
  const Facts expected{GetParam().text("verdict.json")};
  EXPECT_EQ(name(verdict.kind), expected.text("kind"));
  EXPECT_EQ(verdict.elsewhere, expected.flag("elsewhere"));
  EXPECT_EQ(word(verdict.mark), expected.text("mark"));
  EXPECT_EQ(word(verdict.billing), expected.text("billing"));
  EXPECT_EQ(verdict.retry_after_ms, expected.number("retry_after_ms"));
  EXPECT_EQ(verdict.code, expected.text("code"));
  EXPECT_NE(verdict.message.find(expected.text("message_contains")), std::string::npos) << verdict.message;
  EXPECT_EQ(verdict.message.find("sk-"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Failure, ::testing::ValuesIn(fixtures_with("upstream.http")),
                         [](const auto& of) { return of.param.name(); });

}  // namespace
}  // namespace fw::cloud
