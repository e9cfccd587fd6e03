#include "dialect/request.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/json.h"

namespace fw::dialect {
namespace {

constexpr int kDepth = 128;

Result<RequestFacts> chat(std::string_view body) { return scan_request(Operation::chat, body, kDepth); }

std::string refused(Operation operation, std::string_view body) {
  const auto facts = scan_request(operation, body, kDepth);
  if (facts) return "accepted";
  EXPECT_EQ(row(facts.error().code).status, 400);
  EXPECT_EQ(facts.error().origin, Origin::client);
  return std::string(row(facts.error().code).text) + " " + facts.error().param;
}

std::string spliced(Operation operation, std::string_view body, std::string_view model_json = R"("up")") {
  const auto facts = scan_request(operation, body, kDepth);
  EXPECT_TRUE(facts) << body << (facts ? "" : facts.error().message);
  if (!facts) return {};
  const Pieces pieces = splice_request(operation, *facts, body, model_json);
  std::string out;
  for (const std::string_view piece : pieces) out += piece;
  EXPECT_EQ(out.size(), pieces.bytes());
  return out;
}

TEST(RequestScan, reads_what_routing_and_money_need) {
  const auto facts = chat(
      R"( {"model":"gpt-6-sol","messages":[{"role":"user","content":"hi \"stream\":"}],"stream":true,"n":2,)"
      R"("max_completion_tokens":300,"service_tier":"flex","store":false,"prompt_cache_key":"k",)"
      R"("stream_options":{"include_usage":true}} )");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->model, "gpt-6-sol");
  EXPECT_EQ(facts->model_token, R"("gpt-6-sol")");
  EXPECT_TRUE(facts->stream);
  EXPECT_TRUE(facts->wants_usage);
  EXPECT_EQ(facts->n, 2);
  EXPECT_EQ(facts->output_limit, 300);
  EXPECT_EQ(facts->service_tier, "flex");
  EXPECT_EQ(facts->store, false);
  EXPECT_EQ(facts->prompt_cache_key, "k");
  EXPECT_EQ(facts->member_count, 9u);
}

TEST(RequestScan, reads_the_effort_of_both_dialects) {
  const auto of = [](Operation operation, std::string_view member) {
    const auto facts = scan_request(operation, std::string(R"({"model":"m","messages":[],"input":"x",)") + std::string(member) + "}", kDepth);
    return facts ? facts->effort : Effort::other;
  };
  EXPECT_EQ(of(Operation::chat, R"("reasoning_effort":"high")"), Effort::high);
  EXPECT_EQ(of(Operation::chat, R"("reasoning_effort":null)"), Effort::unsaid);
  EXPECT_EQ(of(Operation::chat, R"("reasoning_effort":"ultra")"), Effort::other);
  EXPECT_EQ(of(Operation::chat, R"("reasoning":{"effort":"high"})"), Effort::unsaid);
  EXPECT_EQ(of(Operation::responses, R"("reasoning":{"summary":"auto","effort":"none"})"), Effort::none);
  EXPECT_EQ(of(Operation::responses, R"("reasoning_effort":"high")"), Effort::unsaid);
  for (const auto word : effort_words()) EXPECT_EQ(name(effort_of(word)), word);
}

TEST(RequestSplice, spells_the_limit_as_the_place_takes_it_and_nothing_else_anew) {
  const auto as = [](std::string_view body, LimitField limit) {
    const auto facts = scan_request(Operation::chat, body, kDepth);
    EXPECT_TRUE(facts);
    std::string out;
    for (const auto piece : splice_request(Operation::chat, *facts, body, R"("up")", limit)) out += piece;
    return out;
  };
  constexpr std::string_view kOld = R"({"max_tokens" : 7,"messages":[],"model":"m","x":"max_tokens"})";
  EXPECT_EQ(as(kOld, LimitField::max_completion_tokens), R"({"max_completion_tokens" : 7,"messages":[],"model":"up","x":"max_tokens"})");
  EXPECT_EQ(as(kOld, LimitField::max_tokens), R"({"max_tokens" : 7,"messages":[],"model":"up","x":"max_tokens"})");
  EXPECT_EQ(as(kOld, LimitField::any), R"({"max_tokens" : 7,"messages":[],"model":"up","x":"max_tokens"})");
  EXPECT_EQ(as(R"({"stream":true,"model":"m","max_completion_tokens":7,"messages":[]})", LimitField::max_tokens),
            R"({"stream":true,"model":"up","max_tokens":7,"messages":[],"stream_options":{"include_usage":true}})");
  // Both: the cloud says which one it wants.
  constexpr std::string_view kBoth = R"({"model":"m","max_completion_tokens":7,"max_tokens":8,"messages":[]})";
  EXPECT_EQ(as(kBoth, LimitField::max_tokens), R"({"model":"up","max_completion_tokens":7,"max_tokens":8,"messages":[]})");
}

TEST(RequestScan, reads_a_response_request) {
  const auto facts = scan_request(
      Operation::responses,
      R"({"model":"m","input":"x","previous_response_id":"resp_1","background":true,"max_output_tokens":7})", kDepth);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->previous_response_id, "resp_1");
  EXPECT_TRUE(facts->background);
  EXPECT_EQ(facts->output_limit, 7);
  EXPECT_FALSE(facts->store.has_value());
}

TEST(RequestScan, takes_null_for_absent) {
  const auto facts = chat(R"({"model":"m","messages":[],"stream":null,"n":null,"max_tokens":null,"service_tier":null,)"
                          R"("stream_options":null,"store":null,"background":null})");
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->stream);
  EXPECT_EQ(facts->n, 1);
  EXPECT_FALSE(facts->output_limit);
  EXPECT_EQ(facts->service_tier, "");
}

TEST(RequestScan, prefers_the_new_spelling_of_the_output_limit) {
  EXPECT_EQ(chat(R"({"model":"m","messages":[],"max_tokens":5,"max_completion_tokens":9})")->output_limit, 9);
  EXPECT_EQ(chat(R"({"model":"m","messages":[],"max_completion_tokens":9,"max_tokens":5})")->output_limit, 9);
}

TEST(RequestScan, says_where_json_is_broken) {
  const auto facts = chat(R"({"model":"m","messages":[1,]})");
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Code::invalid_json);
  EXPECT_NE(facts.error().message.find("at byte 27"), std::string::npos) << facts.error().message;
  EXPECT_EQ(refused(Operation::chat, ""), "invalid_json ");
  EXPECT_EQ(refused(Operation::chat, R"({"model":"m","messages":[]} x)"), "invalid_json ");
  EXPECT_EQ(refused(Operation::chat, R"([])"), "not_an_object ");
  EXPECT_EQ(refused(Operation::chat, R"("model")"), "not_an_object ");
}

TEST(RequestScan, stops_at_the_depth_limit) {
  const std::string deep = R"({"model":"m","messages":)" + std::string(127, '[') + std::string(127, ']') + "}";
  const std::string deeper = R"({"model":"m","messages":)" + std::string(128, '[') + std::string(128, ']') + "}";
  EXPECT_TRUE(chat(deep));
  EXPECT_EQ(refused(Operation::chat, deeper), "json_too_deep ");
}

TEST(RequestScan, refuses_security_keys_that_stand_twice) {
  for (const char* key : {"model", "stream", "n", "max_tokens", "max_completion_tokens", "max_output_tokens",
                          "service_tier", "stream_options", "store", "previous_response_id", "background"}) {
    const std::string member = std::string("\"") + key + "\":null";
    const std::string model = std::string(key) == "model" ? R"("model":"a","model":"b")" : R"("model":"m",)" + member + "," + member;
    EXPECT_EQ(refused(Operation::responses, "{" + model + "}"), std::string("duplicate_key ") + key);
  }
  EXPECT_TRUE(chat(R"({"model":"m","messages":[],"user":"a","user":"b"})"));
}

TEST(RequestScan, refuses_security_keys_in_escapes) {
  EXPECT_EQ(refused(Operation::chat, R"({"mod\u0065l":"m","messages":[]})"), "escaped_key model");
  EXPECT_EQ(refused(Operation::chat, R"({"model":"m","messages":[],"\u0073tream":true})"), "escaped_key stream");
  EXPECT_EQ(refused(Operation::chat, R"({"model":"m","messages":[],"max\u005fany":1})"), "escaped_key max_any");
  EXPECT_TRUE(chat(R"({"model":"m","messages":[],"met\u0061data":{}})"));
}

TEST(RequestScan, names_the_field_of_the_wrong_type) {
  const auto with = [](std::string_view member) {
    return refused(Operation::chat, R"({"model":"m","messages":[],)" + std::string(member) + "}");
  };
  EXPECT_EQ(with(R"("stream":"true")"), "invalid_value stream");
  EXPECT_EQ(with(R"("stream":1)"), "invalid_value stream");
  EXPECT_EQ(with(R"("n":0)"), "invalid_value n");
  EXPECT_EQ(with(R"("n":1.5)"), "invalid_value n");
  EXPECT_EQ(with(R"("n":"2")"), "invalid_value n");
  EXPECT_EQ(with(R"("max_tokens":-1)"), "invalid_value max_tokens");
  EXPECT_EQ(with(R"("max_completion_tokens":1e400)"), "invalid_value max_completion_tokens");
  EXPECT_EQ(with(R"("service_tier":7)"), "invalid_value service_tier");
  EXPECT_EQ(with(R"("stream_options":true)"), "invalid_value stream_options");
  EXPECT_EQ(with(R"("stream_options":{"include_usage":1})"), "invalid_value stream_options.include_usage");
  EXPECT_EQ(with(R"("stream_options":{"include_usage":true,"include_usage":false})"),
            "duplicate_key stream_options.include_usage");
  EXPECT_EQ(with(R"("stream_options":{"include\u005fusage":true})"), "escaped_key stream_options.include_usage");
  EXPECT_EQ(with(R"("store":"yes")"), "invalid_value store");
}

TEST(RequestScan, insists_on_a_plain_model) {
  EXPECT_EQ(refused(Operation::chat, R"({"messages":[]})"), "missing_required_parameter model");
  EXPECT_EQ(refused(Operation::chat, R"({"model":"","messages":[]})"), "invalid_value model");
  EXPECT_EQ(refused(Operation::chat, R"({"model":null,"messages":[]})"), "invalid_value model");
  EXPECT_EQ(refused(Operation::chat, R"({"model":["m"],"messages":[]})"), "invalid_value model");
  EXPECT_EQ(refused(Operation::chat, R"({"model":"gpt\u002d6","messages":[]})"), "invalid_value model");
  EXPECT_EQ(refused(Operation::chat, R"({"model":")" + std::string(513, 'a') + R"(","messages":[]})"),
            "invalid_value model");
}

TEST(RequestScan, insists_on_something_to_answer) {
  EXPECT_EQ(refused(Operation::chat, R"({"model":"m"})"), "missing_required_parameter messages");
  EXPECT_EQ(refused(Operation::chat, R"({"model":"m","messages":"hi"})"), "invalid_value messages");
  EXPECT_EQ(refused(Operation::embeddings, R"({"model":"m"})"), "missing_required_parameter input");
  EXPECT_EQ(refused(Operation::embeddings, R"({"model":"m","input":null})"), "missing_required_parameter input");
  EXPECT_TRUE(scan_request(Operation::responses, R"({"model":"m"})", kDepth));
  EXPECT_FALSE(scan_request(Operation::embeddings, R"({"model":"m","input":"x","stream":true})", kDepth)->stream);
}

TEST(RequestScan, does_not_repeat_values_in_its_messages) {
  for (const char* body : {R"({"model":"m","messages":[],"n":"sk-secret"})", R"({"model":"m","messages":"sk-secret"})",
                           R"({"model":"m","messages":["sk-secret)"}) {
    const auto facts = chat(body);
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().message.find("sk-secret"), std::string::npos);
  }
}

TEST(Splice, changes_nothing_but_the_model) {
  EXPECT_EQ(spliced(Operation::chat, R"({ "temperature" : 1.0e0, "model" : "m" , "messages":[ ],"x":{"model":"m"} } )"),
            R"({ "temperature" : 1.0e0, "model" : "up" , "messages":[ ],"x":{"model":"m"} } )");
  EXPECT_EQ(spliced(Operation::responses, R"({"model":"m","stream":true})"), R"({"model":"up","stream":true})");
  EXPECT_EQ(spliced(Operation::embeddings, R"({"input":"a","model":"m"})", R"("a\"b")"),
            R"({"input":"a","model":"a\"b"})");
}

TEST(Splice, asks_a_chat_stream_for_its_usage) {
  EXPECT_EQ(spliced(Operation::chat, R"({"model":"m","messages":[],"stream":true})"),
            R"({"model":"up","messages":[],"stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_EQ(spliced(Operation::chat, R"({"stream_options":null,"model":"m","messages":[],"stream":true})"),
            R"({"stream_options":{"include_usage":true},"model":"up","messages":[],"stream":true})");
  EXPECT_EQ(spliced(Operation::chat, R"({"model":"m","messages":[],"stream":true,"stream_options":{}})"),
            R"({"model":"up","messages":[],"stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_EQ(spliced(Operation::chat, R"({"model":"m","messages":[],"stream":true,"stream_options":{ }})"),
            R"({"model":"up","messages":[],"stream":true,"stream_options":{"include_usage":true }})");
  EXPECT_EQ(spliced(Operation::chat,
                    R"({"model":"m","messages":[],"stream":true,"stream_options":{"include_obfuscation":false}})"),
            R"({"model":"up","messages":[],"stream":true,)"
            R"("stream_options":{"include_usage":true,"include_obfuscation":false}})");
  for (const char* off : {"false", "null"}) {
    EXPECT_EQ(spliced(Operation::chat, std::string(R"({"stream_options":{"include_usage": )") + off +
                                           R"( },"model":"m","messages":[],"stream":true})"),
              R"({"stream_options":{"include_usage": true },"model":"up","messages":[],"stream":true})");
  }
}

TEST(Splice, leaves_the_options_alone_where_the_client_asked_or_nothing_streams) {
  EXPECT_EQ(spliced(Operation::chat, R"({"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}})"),
            R"({"model":"up","messages":[],"stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_EQ(spliced(Operation::chat, R"({"model":"m","messages":[],"stream":false,"stream_options":null})"),
            R"({"model":"up","messages":[],"stream":false,"stream_options":null})");
}

TEST(Splice, gives_the_same_bytes_twice_and_valid_json) {
  const std::string body = R"({"messages":[],"model":"m","stream":true})";
  EXPECT_EQ(spliced(Operation::chat, body), spliced(Operation::chat, body));
  EXPECT_FALSE(wire::json_check(spliced(Operation::chat, body), kDepth));
}

}  // namespace
}  // namespace fw::dialect
