#include "wire/sigv4.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "wire/hash.h"
#include "wire/json.h"

namespace fw::wire {
namespace {

using Header = std::pair<std::string_view, std::string_view>;

constexpr WallTime kNovember{1'795'305'600'000'000'000};  // 2026-11-22T00:00:00Z
constexpr SigV4Key kExample{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// One folder of AWS's suite.
struct Case {
  explicit Case(const std::filesystem::path& where)
      : folder(where), text(read(where / "request.txt")), facts(read(where / "context.json")) {
    std::string_view left = text;
    const std::string_view line = cut(left, "\n");
    const std::size_t method_end = line.find(' ');
    const std::string_view target = line.substr(method_end + 1, line.rfind(' ') - method_end - 1);
    request.method = line.substr(0, method_end);
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    read_headers(left);
    payload = hex(sha256(left));
    request.headers = headers;
    request.payload_sha256 = payload;
    key = {said("access_key_id"), said("secret_access_key"), said("token")};
    options.normalize_path = json_find(facts, {"normalize"}) != "false";
    options.sign_payload_header = json_find(facts, {"sign_body"}) == "true";
    options.sign_session_token = json_find(facts, {"omit_session_token"}) != "true";
    options.expires_s = json_int(json_find(facts, {"expiration_in_seconds"}).value_or("0")).value_or(0);
  }

  std::string_view said(std::string_view name) const {
    return json_text(json_find(facts, {"credentials", name}).value_or(""));
  }
  SigV4Scope scope() const {
    return {json_text(*json_find(facts, {"region"})), json_text(*json_find(facts, {"service"}))};
  }
  std::string expected(std::string_view file) const { return read(folder / (std::string(file) + ".txt")); }

  static std::string_view cut(std::string_view& from, std::string_view end) {
    const std::size_t at = std::min(from.find(end), from.size());
    const std::string_view out = from.substr(0, at);
    from.remove_prefix(std::min(at + end.size(), from.size()));
    return out;
  }
  // A line that starts with a blank continues the value before it, as it once could.
  void read_headers(std::string_view& left) {
    while (!left.empty() && left[0] != '\n') {
      std::string_view name = cut(left, ":");
      std::size_t end = std::min(left.find('\n'), left.size());
      while (end + 1 < left.size() && left[end + 1] == ' ') end = std::min(left.find('\n', end + 1), left.size());
      headers.emplace_back(name, left.substr(0, end));
      left.remove_prefix(std::min(end + 1, left.size()));
    }
    cut(left, "\n");
  }

  std::filesystem::path folder;
  std::string text;
  std::string facts;
  std::string payload;
  std::vector<Header> headers;
  SigV4Request request;
  SigV4Key key;
  SigV4Options options;
};

constexpr WallTime kSuiteTime{1'440'938'160'000'000'000};  // 2015-08-30T12:36:00Z, in every context.json

std::vector<std::filesystem::path> suite() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(FAIRWAY_SOURCE_DIR "/tests/data/sigv4"))
    if (entry.is_directory()) out.push_back(entry.path());
  return out;
}

// The value of a line of header-signed-request.txt.
std::string_view value_of(std::string_view text, std::string_view name) {
  const std::size_t at = text.find("\n" + std::string(name) + ":");
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + name.size() + 2);
  return rest.substr(0, rest.find('\n'));
}

std::vector<std::string> sorted_parts(std::string_view query) {
  std::vector<std::string> out;
  while (!query.empty()) out.emplace_back(Case::cut(query, "&"));
  std::ranges::sort(out);
  return out;
}

TEST(SigV4Suite, has_all_its_cases) { EXPECT_EQ(suite().size(), 38U); }

TEST(SigV4Suite, every_step_of_the_header_form_is_right) {
  for (const auto& folder : suite()) {
    SCOPED_TRACE(folder.filename().string());
    const Case each(folder);
    const auto got = sigv4_sign_header(each.request, each.key, each.scope(), kSuiteTime, each.options);
    EXPECT_EQ(got.canonical_request, each.expected("header-canonical-request"));
    EXPECT_EQ(got.string_to_sign, each.expected("header-string-to-sign"));
    EXPECT_EQ(got.signature, each.expected("header-signature"));
    const std::string sent = each.expected("header-signed-request");
    EXPECT_EQ(got.authorization, value_of(sent, "Authorization"));
    EXPECT_EQ(got.date, value_of(sent, "X-Amz-Date"));
  }
}

TEST(SigV4Suite, every_step_of_the_query_form_is_right) {
  for (const auto& folder : suite()) {
    SCOPED_TRACE(folder.filename().string());
    Case each(folder);
    const auto got = sigv4_sign_query(each.request, each.key, each.scope(), kSuiteTime, each.options);
    EXPECT_EQ(got.canonical_request, each.expected("query-canonical-request"));
    EXPECT_EQ(got.string_to_sign, each.expected("query-string-to-sign"));
    EXPECT_EQ(got.signature, each.expected("query-signature"));
    const std::string sent = each.expected("query-signed-request");
    const std::string_view line = std::string_view(sent).substr(0, sent.find('\n'));
    const std::string_view query = line.substr(line.find('?') + 1, line.rfind(' ') - line.find('?') - 1);
    // Some of these requests show their own parameters unencoded; what signing adds is always encoded.
    std::string ours;
    std::string theirs;
    for (const std::string& part : sorted_parts(got.query))
      if (part.starts_with("X-Amz-")) ours += part + "\n";
    for (const std::string& part : sorted_parts(query))
      if (part.starts_with("X-Amz-")) theirs += part + "\n";
    EXPECT_EQ(ours, theirs);
  }
}

constexpr std::string_view kBody = R"({"messages":[{"role":"user","content":[{"text":"hi"}]}]})";

// Made with @smithy/signature-v4 5.7.5.
TEST(SigV4, signs_converse_as_the_sdk_does) {
  const std::string payload = hex(sha256(kBody));
  EXPECT_EQ(payload, "c3335e07d6e89650bf94cb98664be69f8774dbc3198df221f113db0a59ea14f0");
  const std::vector<Header> headers{{"Content-Type", "application/json"},
                                    {"Host", "bedrock-runtime.us-east-1.amazonaws.com"},
                                    {"User-Agent", "not signed"}};
  const SigV4Request request{"POST", "/model/openai.gpt-oss-120b-1%3A0/converse", "", headers, payload};
  const auto got = sigv4_sign_header(request, kExample, {"us-east-1", "bedrock"}, kNovember);
  EXPECT_EQ(got.signed_headers, "content-type;host;x-amz-content-sha256;x-amz-date");
  EXPECT_EQ(got.signature, "530a703d14e85d730c5987d91f783696318c114055c2b81885e82c06db11ffa0");
  EXPECT_NE(got.canonical_request.find("/model/openai.gpt-oss-120b-1%253A0/converse"), std::string::npos);
}

TEST(SigV4, signs_a_session_token_on_mantle_as_the_sdk_does) {
  const std::string payload = hex(sha256(kBody));
  const std::vector<Header> headers{{"content-type", "application/json"}, {"host", "bedrock-mantle.us-east-2.api.aws"}};
  const SigV4Request request{"POST", "/openai/v1/responses", "", headers, payload};
  SigV4Key key = kExample;
  key.session_token = "SESSIONTOKEN";
  const auto got = sigv4_sign_header(request, key, {"us-east-2", "bedrock-mantle"}, kNovember);
  EXPECT_EQ(got.signed_headers, "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token");
  EXPECT_EQ(got.signature, "e34a2756e8ecf814cf619e693f63b4746a72c1bc5a10d9a118dae3a0f335ed6b");
}

TEST(SigV4, leaves_out_what_proxies_change_and_what_it_writes_itself) {
  const std::vector<Header> headers{
      {"Host", "h"},          {"Connection", "close"},      {"X-Amz-Date", "forged"},
      {"Authorization", "a"}, {"Proxy-Authorization", "p"}, {"Sec-Fetch-Mode", "s"},
      {"TE", "trailers"},     {"X-Amzn-Trace-Id", "t"},     {"x-amz-security-token", "f"}};
  const SigV4Request request{"GET", "", "", headers, "UNSIGNED-PAYLOAD"};
  const auto got = sigv4_sign_header(request, kExample, {"r", "s"}, kNovember);
  EXPECT_EQ(got.signed_headers, "host;x-amz-content-sha256;x-amz-date");
  EXPECT_EQ(got.canonical_request.find("forged"), std::string::npos);
}

TEST(SigV4, a_presigned_query_is_not_signed_over_an_earlier_signature) {
  const std::vector<Header> headers{{"host", "h"}};
  const SigV4Request bare{"GET", "/", "a=b%2Fc&a=B", headers, "UNSIGNED-PAYLOAD"};
  SigV4Request again = bare;
  again.query = "X-Amz-Signature=old&a=b%2fc&a=B";
  EXPECT_EQ(sigv4_sign_query(bare, kExample, {"r", "s"}, kNovember).canonical_request,
            sigv4_sign_query(again, kExample, {"r", "s"}, kNovember).canonical_request);
}

TEST(SigV4, writes_dates_of_every_length) {
  EXPECT_EQ(amz_date(kNovember), "20261122T000000Z");
  EXPECT_EQ(amz_date({kNovember.ns - 1'000'000'000}), "20261121T235959Z");
  EXPECT_EQ(amz_date({0}), "19700101T000000Z");
}

}  // namespace
}  // namespace fw::wire
