// A Converse request (docs.aws.amazon.com/bedrock, API_runtime_Converse; client-bedrock-runtime 3.1163.0): what it
// says, and what Bedrock refuses of it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fake/ask_fields.h"
#include "fake/tokens.h"

namespace fw::fake {
namespace {

using wire::JsonKind;
using wire::JsonMember;
using Taken = std::expected<void, Refusal>;

std::unexpected<Refusal> invalid(std::string message) {
  return std::unexpected(Refusal{.message = std::move(message)});
}

std::string_view text_at(std::string_view object, std::initializer_list<std::string_view> path) {
  return wire::json_text(wire::json_find(object, path).value_or(""));
}

// "messages.1.content.0"
struct Spot {
  int message;
  int block;
  std::string text() const { return fmt::format("messages.{}.content.{}", message, block); }
};

// Ids of a turn's calls, to be answered by the next.
using CallIds = std::vector<std::string_view>;

struct Turn {
  std::string_view role;
  CallIds calls, results;
  std::string_view last_text;
  bool ends_with_result = false;
};

Taken read_tool_use(std::string_view use, const Spot& spot, Turn& turn, Ask& ask) {
  const auto id = text_at(use, {"toolUseId"});
  const auto name = text_at(use, {"name"});
  const auto input = wire::json_find(use, {"input"}).value_or("");
  if (id.empty() || name.empty())
    return invalid(fmt::format("The toolUse block at {} must have a toolUseId and a name.", spot.text()));
  if (!input.starts_with('{'))
    return invalid(
        fmt::format("The format of the value at {}.toolUse.input is invalid. Provide a json object for the "
                    "field and try again.",
                    spot.text()));
  turn.calls.push_back(id);
  count_call(ask, name, input);
  return {};
}

Taken read_tool_result(std::string_view result, const Spot& spot, Turn& turn, Ask& ask) {
  const auto id = text_at(result, {"toolUseId"});
  const auto content = wire::json_find(result, {"content"}).value_or("");
  if (id.empty() || !content.starts_with('['))
    return invalid(fmt::format("The toolResult block at {} must have a toolUseId and a content.", spot.text()));
  turn.results.push_back(id);
  wire::JsonArray parts(content, kAskDepthMax);
  JsonMember m;
  while (parts.next(m)) {
    if (m.kind != JsonKind::object)
      return invalid(fmt::format("The content of the toolResult block at {} is invalid.", spot.text()));
    if (const auto text = wire::json_find(m.value, {"text"}))
      count_result(ask, *text);
    else if (const auto json = wire::json_find(m.value, {"json"}))
      count_result(ask, *json);
  }
  return {};
}

Taken read_image(std::string_view image, const Spot& spot, Ask& ask) {
  constexpr std::array<std::string_view, 4> kFormats{"png", "jpeg", "gif", "webp"};
  const auto format = text_at(image, {"format"});
  if (std::ranges::find(kFormats, format) == kFormats.end())
    return invalid(
        fmt::format("1 validation error detected: Value '{}' at '{}.image.format' failed to satisfy constraint: "
                    "Member must satisfy enum value set: [gif, jpeg, png, webp]",
                    format, spot.text()));
  if (text_at(image, {"source", "bytes"}).empty() && text_at(image, {"source", "s3Location", "uri"}).empty())
    return invalid(fmt::format("The image block at {} has no source.", spot.text()));
  ask.prompt_tokens += kTokensPerImage;
  return {};
}

// One block of a message: an object of one member, whose name is its kind.
Taken read_block(std::string_view object, const Spot& spot, Turn& turn, Ask& ask) {
  wire::JsonObject members(object, kAskDepthMax);
  JsonMember m;
  if (!members.next(m)) return invalid(fmt::format("The content block at {} is empty.", spot.text()));
  turn.ends_with_result = m.key == "toolResult";
  if (m.key == "text") {
    turn.last_text = wire::json_text(m.value);
    if (turn.last_text.find_first_not_of(" \t") == std::string_view::npos)
      return invalid(
          fmt::format("The text field in the ContentBlock object at {} is blank. Add text to the text field, "
                      "and try again.",
                      spot.text()));
    count_text(ask, turn.last_text);
    return {};
  }
  if (m.key == "toolUse") return read_tool_use(m.value, spot, turn, ask);
  if (m.key == "toolResult") return read_tool_result(m.value, spot, turn, ask);
  if (m.key == "image") return read_image(m.value, spot, ask);
  constexpr std::array<std::string_view, 6> kQuiet{"document",   "video",        "audio",
                                                   "cachePoint", "guardContent", "reasoningContent"};
  if (std::ranges::find(kQuiet, m.key) != kQuiet.end()) return {};
  return invalid(fmt::format("The content block at {} is of an unknown kind '{}'.", spot.text(), m.key));
}

// Each call has its result in the next message, and no result comes uncalled.
Taken check_results(const Turn& before, const Turn& now, int index) {
  std::string missing;
  for (const auto id : before.calls)
    if (std::ranges::find(now.results, id) == now.results.end())
      missing += fmt::format("{}{}", missing.empty() ? "" : ", ", id);
  if (!missing.empty())
    return invalid(
        fmt::format("Expected toolResult blocks at messages.{}.content for the following Ids: {}", index, missing));
  if (now.results.size() > before.calls.size())
    return invalid(
        fmt::format("The number of toolResult blocks at messages.{}.content exceeds the number of toolUse blocks "
                    "of previous turn.",
                    index));
  return {};
}

std::expected<Turn, Refusal> read_turn(std::string_view object, int index, Ask& ask) {
  Turn turn;
  turn.role = text_at(object, {"role"});
  if (turn.role != "user" && turn.role != "assistant")
    return invalid(
        fmt::format("1 validation error detected: Value '{}' at 'messages.{}.member.role' failed to satisfy "
                    "constraint: Member must satisfy enum value set: [user, assistant]",
                    turn.role, index + 1));
  const auto content = wire::json_find(object, {"content"}).value_or("");
  if (!content.starts_with('['))
    return invalid(
        fmt::format("The content field in the Message object at messages.{} is empty. Add a ContentBlock object to the "
                    "content field and try again.",
                    index));
  wire::JsonArray blocks(content, kAskDepthMax);
  JsonMember m;
  int i = 0;
  for (; blocks.next(m); ++i) {
    if (m.kind != JsonKind::object) return invalid(fmt::format("messages.{}.content.{} must be an object.", index, i));
    if (const auto ok = read_block(m.value, {index, i}, turn, ask); !ok) return std::unexpected(ok.error());
  }
  if (i == 0)
    return invalid(
        fmt::format("The content field in the Message object at messages.{} is empty. Add a ContentBlock object to the "
                    "content field and try again.",
                    index));
  return turn;
}

Taken read_turns(const JsonMember& messages, Ask& ask) {
  wire::JsonArray list(messages.value, kAskDepthMax);
  JsonMember m;
  Turn before;
  int i = 0;
  for (; list.next(m); ++i) {
    if (m.kind != JsonKind::object) return invalid(fmt::format("messages.{} must be an object.", i));
    auto turn = read_turn(m.value, i, ask);
    if (!turn) return std::unexpected(turn.error());
    if (i == 0 && turn->role != "user")
      return invalid(
          "A conversation must start with a user message. Try again with a conversation that starts with a user "
          "message.");
    if (turn->role == before.role)
      return invalid(
          "A conversation must alternate between user and assistant roles. Make sure the conversation alternates "
          "between user and assistant roles and try again.");
    if (const auto ok = check_results(before, *turn, i); !ok) return ok;
    if (turn->role == "user" && !turn->last_text.empty()) ask.last_user_text = turn->last_text;
    ask.after_tool = turn->ends_with_result;
    before = std::move(*turn);
  }
  if (i == 0) return invalid("The messages field is empty. Add a Message object and try again.");
  return {};
}

Taken read_system(std::string_view blocks, Ask& ask, Found& found) {
  wire::JsonArray list(blocks, kAskDepthMax);
  JsonMember m;
  for (int i = 0; list.next(m); ++i) {
    if (m.kind != JsonKind::object) return invalid(fmt::format("system.{} must be an object.", i));
    const auto text = wire::json_find(m.value, {"text"});
    if (!text) continue;
    if (wire::json_text(*text).empty())
      return invalid(
          fmt::format("The text field in the SystemContentBlock object at system.{} is blank. Add text to the text "
                      "field, and try again.",
                      i));
    count_system(ask, found, wire::json_text(*text));
  }
  return {};
}

Taken read_inference(std::string_view config, Ask& ask) {
  if (const auto limit = wire::json_find(config, {"maxTokens"})) {
    ask.output_limit = wire::json_int(*limit);
    if (!ask.output_limit || *ask.output_limit < 1)
      return invalid(
          fmt::format("1 validation error detected: Value '{}' at 'inferenceConfig.maxTokens' failed to satisfy "
                      "constraint: Member must have value greater than or equal to 1",
                      *limit));
  }
  for (const auto* const name : {"temperature", "topP"}) {
    const auto value = wire::json_find(config, {name});
    if (!value) continue;
    // Only numbers from 0 to 1 begin like this.
    const bool fits = value->starts_with("0") || *value == "1" || *value == "1.0";
    if (!fits)
      return invalid(
          fmt::format("1 validation error detected: Value '{}' at 'inferenceConfig.{}' failed to satisfy constraint: "
                      "Member must have value less than or equal to 1",
                      *value, name));
  }
  return {};
}

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Taken read_tools(std::string_view config, Ask& ask, Found& found) {
  ask.tools = wire::json_find(config, {"tools"}).value_or("");
  wire::JsonArray list(ask.tools, kAskDepthMax);
  JsonMember m;
  int specs = 0;
  for (int i = 0; list.next(m); ++i) {
    const auto spec = m.kind == JsonKind::object ? wire::json_find(m.value, {"toolSpec"}) : std::nullopt;
    if (!spec) continue;  // a cache point, or a tool of the system's
    ++specs;
    const auto name = text_at(*spec, {"name"});
    if (!is_tool_name(name))
      return invalid(
          fmt::format("1 validation error detected: Value '{}' at 'toolConfig.tools.{}.member.toolSpec.name' failed to "
                      "satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
                      name, i + 1));
    const auto schema = wire::json_find(*spec, {"inputSchema", "json"}).value_or("");
    if (!schema.starts_with('{') || text_at(schema, {"type"}) != "object")
      return invalid(fmt::format(
          "The value at toolConfig.tools.{}.toolSpec.inputSchema.json.type must be one of the following: object.", i));
    count_tool(ask, found, name, text_at(*spec, {"description"}), schema);
  }
  if (specs == 0)
    return invalid(
        "1 validation error detected: Value at 'toolConfig.tools' failed to satisfy constraint: Member must have "
        "length greater than or equal to 1");
  const auto choice = wire::json_find(config, {"toolChoice"}).value_or("");
  if (wire::json_find(choice, {"any"}) || wire::json_find(choice, {"tool"})) ask.choice = Choice::required;
  ask.choice_name = text_at(choice, {"tool", "name"});
  return {};
}

Taken read_output(std::string_view config, Ask& ask) {
  const auto format = wire::json_find(config, {"textFormat"});
  if (!format) return {};
  const auto schema = wire::json_find(*format, {"structure", "jsonSchema", "schema"}).value_or("");
  if (text_at(*format, {"type"}) != "json_schema" || !schema.starts_with('"'))
    return invalid(
        "The value at outputConfig.textFormat.structure.jsonSchema.schema must be a string that holds a JSON schema.");
  std::string plain;
  if (!wire::json_unescape(wire::json_text(schema), plain) || wire::json_check(plain, kAskDepthMax))
    return invalid("The value at outputConfig.textFormat.structure.jsonSchema.schema is not valid JSON.");
  ask.schema = schema;
  return {};
}

}  // namespace

Taken take_converse_field(const JsonMember& m, Ask& ask, Found& found) {
  struct Member {
    std::string_view name;
    JsonKind kind;
  };
  constexpr std::array kMembers{Member{"messages", JsonKind::array},
                                Member{"system", JsonKind::array},
                                Member{"inferenceConfig", JsonKind::object},
                                Member{"toolConfig", JsonKind::object},
                                Member{"outputConfig", JsonKind::object},
                                Member{"requestMetadata", JsonKind::object},
                                Member{"additionalModelRequestFields", JsonKind::object}};
  const auto* const known = std::ranges::find(kMembers, m.key, &Member::name);
  if (known == kMembers.end() || m.kind == JsonKind::null) return {};
  if (m.kind != known->kind)
    return std::unexpected(Refusal{.why = Why::own,
                                   .message = fmt::format("Unexpected field type at {}", m.key),
                                   .code = "SerializationException"});
  if (m.key == "messages") {
    found.prompt = true;
    return read_turns(m, ask);
  }
  if (m.key == "system") return read_system(m.value, ask, found);
  if (m.key == "inferenceConfig") return read_inference(m.value, ask);
  if (m.key == "toolConfig") return read_tools(m.value, ask, found);
  if (m.key == "outputConfig") return read_output(m.value, ask);
  return {};
}

Taken take_count_field(const JsonMember& m, Ask& ask, Found& found) {
  if (m.key != "input" || m.kind != JsonKind::object) return {};
  const auto converse = wire::json_find(m.value, {"converse"});
  if (!converse) return invalid("Only the converse form of input can be counted here.");
  wire::JsonObject members(*converse, kAskDepthMax);
  JsonMember inner;
  while (members.next(inner))
    if (const auto ok = take_converse_field(inner, ask, found); !ok) return ok;
  return {};
}

}  // namespace fw::fake
