#include "cloud/bedrock/converse_write.h"

#include <gtest/gtest.h>

#include <string>

#include <fmt/format.h>

#include "wire/json.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::Fate;
using dialect::Need;
using dialect::inner::Format;
using dialect::inner::Item;
using dialect::inner::ItemKind;
using dialect::inner::Part;
using dialect::inner::PartKind;
using dialect::inner::Request;
using dialect::inner::Role;
using dialect::inner::Tool;
using dialect::inner::ToolChoice;

constexpr std::string_view kGpt = R"("us.openai.gpt-6-sol")";
constexpr std::string_view kOss = R"("openai.gpt-oss-120b-1:0")";
constexpr std::string_view kClaude = R"("us.anthropic.claude-opus-4-6-v1")";
constexpr std::string_view kNova = R"("us.amazon.nova-2-lite-v1:0")";
constexpr std::string_view kMistral = R"("mistral.mistral-large-2407-v1:0")";

// A request built by hand; tokens are JSON as a client wrote it.
struct Built {
  Request request;

  Item& item(ItemKind kind) {
    Item item;
    item.kind = kind;
    item.part_begin = item.part_end = static_cast<std::uint32_t>(request.parts.size());
    item.turn = static_cast<std::uint32_t>(request.items.size());
    return request.items.emplace_back(item);
  }
  Built& message(Role role, std::initializer_list<Part> parts) {
    Item& made = item(ItemKind::message);
    made.role = role;
    request.parts.insert(request.parts.end(), parts);
    made.part_end = static_cast<std::uint32_t>(request.parts.size());
    return *this;
  }
  Built& call(std::string_view id, std::string_view name, std::string_view arguments) {
    Item& made = item(ItemKind::function_call);
    made.call_id = id;
    made.name = name;
    made.arguments = arguments;
    return *this;
  }
  Built& output(std::string_view id, std::string_view text) {
    Item& made = item(ItemKind::function_output);
    made.call_id = id;
    made.output = text;
    return *this;
  }
  Built& tool(std::string_view name, std::string_view parameters = {}, std::string_view strict = {}) {
    Tool made;
    made.name = name;
    made.parameters = parameters;
    made.strict = strict;
    request.tools.push_back(made);
    return *this;
  }
  Built& choose(ToolChoice choice, std::string_view name = {}) {
    request.tool_choice = choice;
    request.tool_choice_name = name;
    return *this;
  }
  Built& field(Need need, std::string_view value) {
    request.fields[static_cast<std::size_t>(need)] = value;
    return *this;
  }
};

Part text(std::string_view token) {
  Part part;
  part.text = token;
  return part;
}

Part image(std::string_view url) {
  Part part;
  part.kind = PartKind::image;
  part.url = url;
  return part;
}

Part file(std::string_view data, std::string_view name = {}) {
  Part part;
  part.kind = PartKind::file;
  part.data = data;
  part.filename = name;
  return part;
}

Built hello() { return Built().message(Role::user, {text(R"("hi")")}); }

std::string write(const Built& built, std::string_view model = kGpt, const dialect::Fates* fates = nullptr) {
  std::string body;
  const auto written = write_converse_request(built.request, {.model_json = model, .fates = fates}, body);
  if (!written) return fmt::format("{}: {}", written.error().param, written.error().message);
  std::string again;
  EXPECT_TRUE(write_converse_request(built.request, {.model_json = model, .fates = fates}, again));
  EXPECT_EQ(body, again);
  EXPECT_FALSE(wire::json_check(body, 64)) << body;
  return body;
}

// What follows the one message of hello().
std::string after_hello(const Built& built, std::string_view model = kGpt, const dialect::Fates* fates = nullptr) {
  constexpr std::string_view kHead = R"({"messages":[{"role":"user","content":[{"text":"hi"}]}])";
  const std::string body = write(built, model, fates);
  return body.starts_with(kHead) ? body.substr(kHead.size()) : body;
}

TEST(ConverseWrite, writes_the_least_request) { EXPECT_EQ(after_hello(hello()), "}"); }

TEST(ConverseWrite, lifts_system_texts_and_merges_neighbours) {
  Built built;
  built.request.instructions = R"("one")";
  built.message(Role::system, {text(R"("two")")});
  built.message(Role::user, {text(R"("a")"), text(R"("b")")});
  built.message(Role::developer, {text(R"("three")"), text(R"(" ")")});
  built.message(Role::user, {text(R"("c")")});
  built.message(Role::assistant, {text(R"("")")});
  built.message(Role::user, {text(R"("d\u00e9")")});
  built.message(Role::assistant, {text(R"("e")")});
  EXPECT_EQ(write(built),
            R"({"system":[{"text":"one"},{"text":"two"},{"text":"three"}],)"
            R"("messages":[{"role":"user","content":[{"text":"a"},{"text":"b"},{"text":"c"},{"text":"d\u00e9"}]},)"
            R"({"role":"assistant","content":[{"text":"e"}]}]})");
}

TEST(ConverseWrite, puts_all_results_of_a_turn_first_in_one_message) {
  Built built = hello();
  built.message(Role::assistant, {text(R"("I look")")});
  built.call(R"("call_1")", R"("f")", R"("{\"a\": 1}")").call(R"("call_2")", R"("g")", R"("")");
  built.item(ItemKind::reasoning);
  built.message(Role::user, {text(R"("and?")")});
  built.output(R"("call_1")", R"("sunny")").output(R"("call_2")", R"("")");
  built.tool(R"("f")", R"({"type":"object"})").tool(R"("g")");
  EXPECT_EQ(write(built),
            R"({"messages":[{"role":"user","content":[{"text":"hi"}]},)"
            R"({"role":"assistant","content":[{"text":"I look"},)"
            R"({"toolUse":{"toolUseId":"call_1","name":"f","input":{"a": 1}}},)"
            R"({"toolUse":{"toolUseId":"call_2","name":"g","input":{}}}]},)"
            R"({"role":"user","content":[{"toolResult":{"toolUseId":"call_1","content":[{"text":"sunny"}]}},)"
            R"({"toolResult":{"toolUseId":"call_2","content":[{"text":""}]}},{"text":"and?"}]}],)"
            R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}},)"
            R"({"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object","properties":{}}}}}]}})");
}

TEST(ConverseWrite, keeps_arguments_that_are_no_object) {
  Built built = hello();
  built.call(R"("c")", R"("f")", R"("{\"a\":")").call(R"("c")", R"("f")", R"("[1]")").tool(R"("f")");
  const std::string body = write(built);
  EXPECT_NE(body.find(R"("input":{"arguments":"{\"a\":"})"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("input":{"arguments":"[1]"})"), std::string::npos) << body;
}

TEST(ConverseWrite, gives_calls_ids_that_the_family_takes) {
  Built built = hello();
  built.call(R"("tooluse_bpe71yCfRu2b5i-nKGDr5g")", R"("f")", R"("{}")");
  built.output(R"("tooluse_bpe71yCfRu2b5i-nKGDr5g")", R"("x")").tool(R"("f")");
  EXPECT_NE(write(built).find(R"("toolUseId":"tooluse_bpe71yCfRu2b5i-nKGDr5g")"), std::string::npos);
  const std::string body = write(built, kMistral);
  const auto id = [&body](std::size_t from) { return body.substr(body.find("toolUseId", from) + 12, 10); };
  EXPECT_EQ(id(0), id(body.find("toolResult")));
  EXPECT_TRUE(id(0).ends_with('"')) << id(0);
  std::string kept;
  append_call_id(kept, "abcDEF123", Family::mistral);
  EXPECT_EQ(kept, "abcDEF123");
  std::string odd;
  append_call_id(odd, "functions.f:0", Family::gpt);
  EXPECT_EQ(odd.size(), 14u);
  std::string spelt;
  append_call_id(spelt, "functions\\u002ef:0", Family::gpt);
  EXPECT_EQ(odd, spelt);
}

TEST(ConverseWrite, writes_images_and_documents_as_bytes) {
  Built built;
  built.message(Role::user, {image(R"("data:image\/jpg;base64,AAE=")"), text(R"("look")"),
                             file(R"("data:application/pdf;base64,AAEC")", R"("Q3  report_final.v2.pdf")"),
                             file(R"("AAE")", R"("notes.md")"), file(R"("data:text/csv;charset=utf-8;base64,AAEC")")});
  EXPECT_EQ(write(built),
            R"({"messages":[{"role":"user","content":[{"image":{"format":"jpeg","source":{"bytes":"AAE="}}},)"
            R"({"text":"look"},{"document":{"format":"pdf","name":"Q3 report final v2-1","source":{"bytes":"AAEC"}}},)"
            R"({"document":{"format":"md","name":"notes-2","source":{"bytes":"AAE="}}},)"
            R"({"document":{"format":"csv","name":"document-3","source":{"bytes":"AAEC"}}}]}]})");
}

TEST(ConverseWrite, refuses_content_it_cannot_say_with_its_path) {
  const auto problem = [](const Part& part) {
    Built built = hello();
    built.message(Role::user, {part});
    const std::string chat = write(built);
    built.request.from = dialect::Dialect::responses;
    EXPECT_TRUE(write(built).starts_with("input[1]: ")) << write(built);
    EXPECT_TRUE(chat.starts_with("messages[1].content: ")) << chat;
    return chat.substr(chat.find(": ") + 2);
  };
  EXPECT_NE(problem(image(R"("https://example.com/a.png")")).find("as bytes only"), std::string::npos);
  EXPECT_NE(problem(image(R"("data:image/png;base64,A?")")).find("not base64"), std::string::npos);
  EXPECT_NE(problem(image(R"("data:image/png;base64,")")).find("not base64"), std::string::npos);
  EXPECT_NE(problem(image(R"("data:image/png,AAAA")")).find("without ;base64"), std::string::npos);
  EXPECT_NE(problem(image(R"("data:image/png")")).find("without ;base64"), std::string::npos);
  EXPECT_NE(problem(image(R"("data:image/tiff;base64,AAAA")")).find("type 'image/tiff'"), std::string::npos);
  EXPECT_NE(problem(file(R"("AAAA")", R"("x.exe")")).find("a file of type"), std::string::npos);
  EXPECT_NE(problem(file("")).find("as bytes only"), std::string::npos);
  Part other;
  other.kind = PartKind::other;
  EXPECT_NE(problem(other).find("content part"), std::string::npos);
  other.kind = PartKind::audio;
  EXPECT_NE(problem(other).find("audio"), std::string::npos);
}

TEST(ConverseWrite, says_which_tools_may_be_called) {
  const auto tools = [](ToolChoice choice, std::string_view name = {}) {
    const std::string body = after_hello(hello().tool(R"("f")", "{}", "true").choose(choice, name));
    const auto at = body.find("}]");
    return at == std::string::npos ? body : body.substr(at + 2);
  };
  EXPECT_EQ(tools(ToolChoice::absent), "}}");
  EXPECT_EQ(tools(ToolChoice::automatic), R"(,"toolChoice":{"auto":{}}}})");
  EXPECT_EQ(tools(ToolChoice::required), R"(,"toolChoice":{"any":{}}}})");
  EXPECT_EQ(tools(ToolChoice::function, R"("f")"), R"(,"toolChoice":{"tool":{"name":"f"}}}})");
  EXPECT_EQ(tools(ToolChoice::allowed), "}}");
  EXPECT_EQ(tools(ToolChoice::none), "}");
}

TEST(ConverseWrite, keeps_tools_that_the_conversation_holds_calls_of) {
  Built built = hello();
  built.call(R"("c")", R"("f")", R"("{}")").output(R"("c")", R"("1")");
  EXPECT_NE(write(built).find(R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema")"), std::string::npos);
  built.tool(R"("g")", "{}").choose(ToolChoice::none);
  EXPECT_NE(write(built).find(R"("toolConfig":{"tools":[{"toolSpec":{"name":"g","inputSchema":{"json":{}}}}]})"),
            std::string::npos)
      << write(built);
}

TEST(ConverseWrite, writes_strict_where_it_may) {
  const Built built = hello().tool(R"("f")", "{}", "true");
  EXPECT_NE(after_hello(built).find(R"({"json":{}},"strict":true})"), std::string::npos);
  dialect::Fates fates;
  fates.apply(Need::strict_tools, Fate::dropped);
  EXPECT_EQ(after_hello(built, kClaude, &fates).find("strict"), std::string::npos);
}

TEST(ConverseWrite, writes_inference_fields_and_leaves_out_what_is_dropped) {
  Built built = hello();
  built.field(Need::max_tokens, "64").field(Need::temperature, "1.5").field(Need::top_p, "0.50");
  EXPECT_EQ(after_hello(built), R"(,"inferenceConfig":{"maxTokens":64,"temperature":1.5,"topP":0.50}})");
  EXPECT_EQ(after_hello(built, kOss), R"(,"inferenceConfig":{"maxTokens":64,"temperature":1,"topP":0.50}})");
  built.field(Need::temperature, "-0.1").field(Need::stop, R"("x")");
  EXPECT_EQ(after_hello(built, kClaude),
            R"(,"inferenceConfig":{"maxTokens":64,"temperature":0,"topP":0.50,"stopSequences":["x"]}})");
  built.field(Need::stop, R"(["x","y"])");
  dialect::Fates fates;
  for (const Need need : {Need::temperature, Need::top_p, Need::max_tokens}) fates.apply(need, Fate::dropped);
  EXPECT_EQ(after_hello(built, kGpt, &fates), R"(,"inferenceConfig":{"stopSequences":["x","y"]}})");
}

TEST(ConverseWrite, says_effort_as_each_family_does) {
  const auto effort = [](std::string_view word, std::string_view model) {
    return after_hello(hello().field(Need::reasoning_effort, word), model);
  };
  EXPECT_EQ(effort(R"("xhigh")", kGpt), R"(,"additionalModelRequestFields":{"reasoning":{"effort":"xhigh"}}})");
  EXPECT_EQ(effort(R"("none")", kGpt), R"(,"additionalModelRequestFields":{"reasoning":{"effort":"none"}}})");
  EXPECT_EQ(effort(R"("minimal")", kOss), R"(,"additionalModelRequestFields":{"reasoning_effort":"low"}})");
  EXPECT_EQ(effort(R"("max")", kOss), R"(,"additionalModelRequestFields":{"reasoning_effort":"high"}})");
  EXPECT_EQ(effort(R"("max")", kClaude), R"(,"outputConfig":{"effort":"max"}})");
  EXPECT_EQ(effort(R"("none")", kClaude), "}");
  EXPECT_EQ(effort(R"("medium")", kNova),
            R"(,"additionalModelRequestFields":{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"medium"}}})");
  EXPECT_EQ(effort(R"("high")", kMistral), "}");
}

TEST(ConverseWrite, tells_claude_to_call_one_tool_at_a_time) {
  Built built = hello().tool(R"("f")", "{}").choose(ToolChoice::required);
  built.request.parallel_tool_calls = "false";
  EXPECT_NE(
      after_hello(built, kClaude)
          .find(
              R"(}]},"additionalModelRequestFields":{"tool_choice":{"type":"any","disable_parallel_tool_use":true}}})"),
      std::string::npos)
      << after_hello(built, kClaude);
  EXPECT_EQ(after_hello(built, kOss).find("parallel"), std::string::npos);
  built.choose(ToolChoice::function, R"("f")");
  EXPECT_NE(after_hello(built, kClaude).find(R"({"type":"tool","name":"f","disable_parallel_tool_use":true})"),
            std::string::npos);
}

TEST(ConverseWrite, writes_the_schema_as_a_string) {
  Built built = hello().field(Need::reasoning_effort, R"("low")");
  built.request.format = Format::json_schema;
  built.request.schema = {
      .name = R"("n")", .description = R"("d")", .schema = R"({"type": "object"})", .strict = "true"};
  EXPECT_EQ(after_hello(built, kClaude),
            R"(,"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{)"
            R"("schema":"{\"type\": \"object\"}","name":"n","description":"d"}}},"effort":"low"}})");
  built.request.format = Format::json_object;
  EXPECT_EQ(after_hello(built, kMistral), "}");
}

TEST(ConverseWrite, writes_tiers_in_bedrocks_words) {
  const auto tier = [](std::string_view word) { return after_hello(hello().field(Need::service_tier, word)); };
  EXPECT_EQ(tier(R"("auto")"), "}");
  EXPECT_EQ(tier(R"("fast")"), R"(,"serviceTier":{"type":"priority"}})");
  EXPECT_EQ(tier(R"("flex")"), R"(,"serviceTier":{"type":"flex"}})");
  EXPECT_TRUE(tier(R"("scale")").starts_with("service_tier: found the service tier 'scale'"));
}

TEST(ConverseWrite, writes_notes_that_invocation_logs_can_hold) {
  EXPECT_EQ(after_hello(hello().field(Need::metadata, R"({"team":"a/b","quote":"\"","x":1,"empty":""})")),
            R"(,"requestMetadata":{"team":"a/b","empty":""}})");
  EXPECT_EQ(after_hello(hello().field(Need::metadata, R"({"\u00e9":"a"})")), "}");
}

}  // namespace
}  // namespace fw::cloud::bedrock
