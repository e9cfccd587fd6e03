#include "cloud/vertex/vertex.h"

#include <gtest/gtest.h>

#include <array>

#include "cloud/google/failure.h"
#include "cloud/google/places.h"
#include "cloud/vertex/places.h"
#include "wire/json.h"

namespace fw::cloud::vertex {
namespace {

using Extra = std::map<std::string, std::string>;

ProviderSettings account(Extra extra = {}, std::string base_url = {}) {
  ProviderSettings settings;
  settings.name = "google";
  settings.base_url = std::move(base_url);
  settings.extra = std::move(extra);
  settings.extra.try_emplace("project", "p-1");
  return settings;
}

std::string line(const Call& call, const ProviderSettings& settings = account()) {
  const auto made = adapter().site(settings);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  if (!made) return {};
  const std::string head = adapter().request_head(*made, call);
  return head.substr(0, head.find("\r\n"));
}

Call ask(Dialect dialect, std::string_view model, bool stream = false) {
  return {.operation = Operation::chat,
          .dialect = dialect,
          .stream = stream,
          .model = model,
          .response_id = {},
          .query = "alt=json&key=x"};
}

std::string param(const ProviderSettings& settings) {
  const auto made = adapter().site(settings);
  return made ? "accepted" : made.error().param;
}

TEST(Vertex, finds_the_host_of_a_location) {
  const auto host = [](const std::string& location) {
    const auto made = adapter().site(account({{"location", location}}));
    return made ? made->host_line + "|" + made->url.path : made.error().message;
  };
  EXPECT_EQ(host(""), "Host: aiplatform.googleapis.com\r\n|/v1/projects/p-1/locations/global");
  EXPECT_EQ(host("global"), "Host: aiplatform.googleapis.com\r\n|/v1/projects/p-1/locations/global");
  EXPECT_EQ(host("eu"), "Host: aiplatform.eu.rep.googleapis.com\r\n|/v1/projects/p-1/locations/eu");
  EXPECT_EQ(host("us"), "Host: aiplatform.us.rep.googleapis.com\r\n|/v1/projects/p-1/locations/us");
  EXPECT_EQ(host("europe-west4"),
            "Host: europe-west4-aiplatform.googleapis.com\r\n|/v1/projects/p-1/locations/europe-west4");
}

TEST(Vertex, knows_the_location_of_a_host) {
  for (const char* location : {"global", "us", "eu", "us-central1", "northamerica-northeast2"})
    EXPECT_EQ(google::location_of(google::host_of(location)), location);
  for (const char* other : {"127.0.0.1", "aiplatform-restricted.p.googleapis.com", "x.example", "googleapis.com"})
    EXPECT_FALSE(google::location_of(other)) << other;
}

TEST(Vertex, finds_path_and_dialects_by_the_model) {
  const auto made = adapter().site(account());
  ASSERT_TRUE(made);
  const auto dialects = [&made](std::string_view model) {
    std::string words;
    for (const Dialect d : adapter().dialects(*made, model)) words.append(dialect::name(d)).append(" ");
    return words;
  };
  EXPECT_EQ(dialects("gpt-6-luna"), "responses ");
  EXPECT_EQ(dialects("openai/gpt-oss-120b-maas"), "chat ");
  EXPECT_EQ(dialects("gpt-oss-120b-maas"), "chat ");
  EXPECT_EQ(dialects("gemini-3-pro"), "generate_content chat ");
  EXPECT_EQ(dialects("google/gemini-3-pro"), "chat generate_content ");
  EXPECT_EQ(dialects("1234567890"), "chat ");
  EXPECT_EQ(dialects("meta/llama-4-maas"), "chat ");
  const std::string root = "POST /v1/projects/p-1/locations/global";
  EXPECT_EQ(line(ask(Dialect::responses, "gpt-6-luna")), root + "/publishers/openai/v1/responses HTTP/1.1");
  EXPECT_EQ(line(ask(Dialect::responses, "gpt-6-luna", true)), root + "/publishers/openai/v1/responses HTTP/1.1");
  EXPECT_EQ(line(ask(Dialect::chat, "openai/gpt-oss-120b-maas")),
            root + "/endpoints/openapi/chat/completions HTTP/1.1");
  EXPECT_EQ(line(ask(Dialect::chat, "1234567890")), root + "/endpoints/1234567890/chat/completions HTTP/1.1");
  EXPECT_EQ(line(ask(Dialect::generate_content, "gemini-3-pro")),
            root + "/publishers/google/models/gemini-3-pro:generateContent HTTP/1.1");
  EXPECT_EQ(line(ask(Dialect::generate_content, "google/gemini-3 x", true)),
            root + "/publishers/google/models/gemini-3%20x:streamGenerateContent?alt=sse HTTP/1.1");
  Call embed = ask(Dialect::chat, "google/e");
  embed.operation = Operation::embeddings;
  EXPECT_EQ(line(embed), root + "/endpoints/openapi/embeddings HTTP/1.1");
}

TEST(Vertex, names_models_as_each_surface_does) {
  EXPECT_EQ(adapter().body_model("gemini-3-pro"), "google/gemini-3-pro");
  EXPECT_EQ(adapter().body_model("google/gemini-3-pro"), "google/gemini-3-pro");
  EXPECT_EQ(adapter().body_model("gpt-6-luna"), "gpt-6-luna");
  EXPECT_EQ(adapter().body_model("gpt-oss-20b-maas"), "openai/gpt-oss-20b-maas");
}

TEST(Vertex, speaks_embeddings_and_nothing_about_stored_responses) {
  const auto made = adapter().site(account());
  ASSERT_TRUE(made);
  EXPECT_TRUE(adapter().speaks(*made, "google/gemini-embedding-001", Operation::embeddings));
  EXPECT_FALSE(adapter().speaks(*made, "gpt-6-luna", Operation::embeddings));
  for (const auto operation : {Operation::responses_get, Operation::responses_delete, Operation::responses_cancel})
    EXPECT_FALSE(adapter().speaks(*made, "gpt-6-luna", operation));
}

TEST(Vertex, sends_the_lines_its_settings_ask_for_and_no_account_of_openai) {
  const auto made = adapter().site(
      account({{"quota_project", "billed-2"}, {"request_type", "shared"}, {"shared_request_type", "flex"}}));
  ASSERT_TRUE(made);
  const std::string head = adapter().request_head(*made, ask(Dialect::chat, "google/x"));
  EXPECT_NE(head.find("X-Goog-User-Project: billed-2\r\n"), head.npos);
  EXPECT_NE(head.find("X-Vertex-AI-LLM-Request-Type: shared\r\n"), head.npos);
  EXPECT_NE(head.find("X-Vertex-AI-LLM-Shared-Request-Type: flex\r\n"), head.npos);
  EXPECT_NE(head.find("Content-Type: application/json\r\n"), head.npos);
  EXPECT_EQ(head.find("OpenAI-"), head.npos);
  ProviderSettings forwarding = account();
  forwarding.forward_headers = {"openai-project"};
  EXPECT_EQ(param(forwarding), "forward_headers");
}

TEST(Vertex, signs_with_a_bearer_token) {
  const auto made = adapter().site(account());
  ASSERT_TRUE(made);
  std::string lines;
  Credential credential;
  credential.bearer = "ya29.x";
  adapter().authorize(*made, credential, {}, lines);
  EXPECT_EQ(lines, "authorization: Bearer ya29.x\r\n");
}

TEST(Vertex, says_what_is_wrong_with_its_settings) {
  EXPECT_EQ(param(account({{"project", ""}})), "project");
  EXPECT_EQ(param(account({{"project", "../x"}})), "project");
  EXPECT_EQ(param(account({{"project", "a b"}})), "project");
  EXPECT_EQ(param(account({{"project", "example.com:p"}})), "accepted");
  for (const char* location : {"europe", "EU", "eu-", "-west4", "europe-west4/x", "asia"})
    EXPECT_EQ(param(account({{"location", location}})), "location") << location;
  EXPECT_EQ(param(account({}, "http://aiplatform.googleapis.com")), "base_url");
  EXPECT_EQ(param(account({}, "https://aiplatform.googleapis.com/v1")), "base_url");
  EXPECT_EQ(param(account({}, "https://europe-west4-aiplatform.googleapis.com")), "base_url");
  EXPECT_EQ(param(account({{"location", "eu"}}, "https://aiplatform.googleapis.com")), "base_url");
  EXPECT_EQ(param(account({{"location", "eu"}}, "https://aiplatform.eu.rep.googleapis.com")), "accepted");
  EXPECT_EQ(param(account({}, "http://127.0.0.1:9000")), "accepted");
  EXPECT_EQ(param(account({}, "https://vertex.p.googleapis.com")), "accepted");
  EXPECT_EQ(param(account({{"request_type", "none"}})), "request_type");
  EXPECT_EQ(param(account({{"shared_request_type", "Flex"}})), "shared_request_type");
  EXPECT_EQ(param(account({{"quota_project", "a\nb"}})), "quota_project");
}

std::string responses_body(Operation operation, const std::string& body) {
  dialect::inner::Request request;
  EXPECT_TRUE(dialect::inner::read_request(operation, body, request));
  std::string out;
  EXPECT_TRUE(adapter().write_request({}, Dialect::responses, request, {"\"gpt-6-luna\"", nullptr}, out));
  EXPECT_FALSE(wire::json_check(out, 64)) << out;
  return out;
}

TEST(Vertex, never_lets_gpt_store_an_answer) {
  EXPECT_TRUE(adapter().rewrites(Dialect::responses));
  EXPECT_FALSE(adapter().rewrites(Dialect::chat));
  for (const auto& body :
       {responses_body(Operation::responses, R"( { "store":true,"model":"m","input":"x"})"),
        responses_body(Operation::responses, R"({"model":"m","input":"x","store":false})"),
        responses_body(Operation::responses, R"({"model":"m","input":"x"})"),
        responses_body(Operation::chat, R"({"model":"m","messages":[{"role":"user","content":"x"}],"store":true})")}) {
    EXPECT_EQ(wire::json_find(body, {"store"}), "false") << body;
    EXPECT_EQ(body.find("\"store\""), body.rfind("\"store\"")) << body;
    EXPECT_EQ(wire::json_find(body, {"model"}), "\"gpt-6-luna\"") << body;
  }
}

TEST(Vertex, has_a_table_that_names_its_sources) {
  for (const FieldRow& row : adapter().fields()) {
    EXPECT_FALSE(row.row.how.empty()) << dialect::name(row.row.need);
    EXPECT_FALSE(row.source.empty()) << dialect::name(row.row.need);
    EXPECT_EQ(row.date.size(), 10u) << dialect::name(row.row.need);
  }
  const auto native = fates(adapter(), Dialect::generate_content, "gemini-3", true);
  EXPECT_FALSE(has(native.dropped, dialect::Need::seed));
  EXPECT_TRUE(has(native.dropped, dialect::Need::metadata));
  EXPECT_TRUE(has(native.refused, dialect::Need::previous_response_id));
  EXPECT_TRUE(has(fates(adapter(), Dialect::responses, "gpt-6-luna", true).dropped, dialect::Need::store));
  EXPECT_TRUE(has(fates(adapter(), Dialect::chat, "google/gemini-3", false).refused, dialect::Need::image_url));
  EXPECT_FALSE(
      has(fates(adapter(), Dialect::chat, "openai/gpt-oss-120b-maas", false).refused, dialect::Need::image_url));
}

TEST(Vertex, reads_errors_told_inside_a_stream) {
  const auto kind = [](std::string code, std::string type, std::string message = {}) {
    dialect::ProviderStreamError error;
    error.code = std::move(code);
    error.type = std::move(type);
    error.message = std::move(message);
    return adapter().classify_stream(error).kind;
  };
  EXPECT_EQ(kind("429", "RESOURCE_EXHAUSTED"), FailureKind::rate_limited);
  EXPECT_EQ(kind("503", "UNAVAILABLE"), FailureKind::overloaded);
  EXPECT_EQ(kind("499", "CANCELLED"), FailureKind::timed_out);
  EXPECT_EQ(kind("MALFORMED_FUNCTION_CALL", "server_error"), FailureKind::server_error);
  EXPECT_EQ(kind("rate_limit_exceeded", ""), FailureKind::rate_limited);
}

TEST(Vertex, hides_the_names_of_projects) {
  EXPECT_EQ(google::without_projects("'projects/a-b/locations/x' and projects/c"),
            "'projects/***/locations/x' and projects/***");
  EXPECT_EQ(google::without_projects("nothing"), "nothing");
}

}  // namespace
}  // namespace fw::cloud::vertex
