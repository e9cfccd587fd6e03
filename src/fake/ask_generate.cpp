// A generateContent request (cloud.google.com/vertex-ai, GenerateContentRequest; @google/genai 3.1.0): what it says,
// and what Google refuses of it. Members it does not know it refuses, as all of Google's JSON surfaces do.
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

constexpr std::size_t kStopsMax = 5;

std::unexpected<Refusal> invalid(std::string message) {
  return std::unexpected(Refusal{.message = std::move(message)});
}

std::unexpected<Refusal> unknown_name(std::string_view name, std::string_view where) {
  return invalid(fmt::format("Invalid JSON payload received. Unknown name \"{}\"{}: Cannot find field.", name,
                             where.empty() ? "" : fmt::format(" at '{}'", where)));
}

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Google takes a name as its proto spells it (max_output_tokens) and as its JSON does (maxOutputTokens).
std::string camel(std::string_view name) {
  std::string out;
  bool up = false;
  for (const char c : name) {
    if (c == '_') {
      up = true;
      continue;
    }
    out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    up = false;
  }
  return out;
}

// A member by its JSON name, in either spelling.
std::optional<std::string_view> find(std::string_view object, std::string_view name) {
  if (const auto found = wire::json_find(object, {name})) return found;
  std::string snake;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') snake += '_';
    snake += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return wire::json_find(object, {snake});
}

std::string_view text_at(std::string_view object, std::string_view name) {
  return wire::json_text(find(object, name).value_or(""));
}

struct Turn {
  std::string_view role;
  int calls = 0;
  int results = 0;
  std::string_view last_text;
};

// {"result":X} and the like are wrapped around what the tool said.
void count_response(std::string_view response, Ask& ask) {
  for (const auto* const key : {"result", "output", "content", "error"})
    if (const auto inner = find(response, key)) return count_result(ask, *inner);
  count_result(ask, response);
}

Taken read_part(std::string_view object, const std::string& where, Turn& turn, Ask& ask,
                std::vector<std::string_view>* system) {
  constexpr std::array<std::string_view, 10> kKnown{
      "text",    "inlineData",       "fileData",       "functionCall",        "functionResponse",
      "thought", "thoughtSignature", "executableCode", "codeExecutionResult", "videoMetadata"};
  const bool thought = find(object, "thought").value_or("") == "true";
  wire::JsonObject members(object, kAskDepthMax);
  JsonMember m;
  int kinds = 0;
  while (members.next(m)) {
    const auto key = camel(m.key);
    if (!among(kKnown, key)) return unknown_name(m.key, where);
    if (key == "text") {
      ++kinds;
      if (thought) continue;
      turn.last_text = wire::json_text(m.value);
      if (!system)
        count_text(ask, turn.last_text);
      else
        system->push_back(turn.last_text);
    } else if (key == "functionCall") {
      ++kinds;
      ++turn.calls;
      if (text_at(m.value, "name").empty()) return invalid(fmt::format("{}.function_call.name: [REQUIRED]", where));
      count_call(ask, text_at(m.value, "name"), find(m.value, "args").value_or("{}"));
    } else if (key == "functionResponse") {
      ++kinds;
      ++turn.results;
      const auto response = find(m.value, "response").value_or("");
      if (!response.starts_with('{'))
        return invalid(fmt::format(
            "Invalid value at '{}.function_response.response' (type.googleapis.com/google.protobuf.Struct)", where));
      count_response(response, ask);
    } else if (key == "inlineData" || key == "fileData") {
      ++kinds;
      if (text_at(m.value, "mimeType").empty()) return invalid(fmt::format("{}: mimeType must be set.", where));
      ask.prompt_tokens += kTokensPerImage;
    }
  }
  if (kinds == 0)
    return invalid(
        fmt::format("Unable to submit request because {} must have an initialized data field: one of text, inlineData, "
                    "fileData, functionCall, functionResponse.",
                    where));
  return {};
}

Taken read_parts(std::string_view object, const std::string& where, Turn& turn, Ask& ask,
                 std::vector<std::string_view>* system) {
  const auto parts = find(object, "parts").value_or("");
  if (!parts.starts_with('['))
    return invalid(fmt::format("Unable to submit request because {} must include at least one parts field.", where));
  wire::JsonArray list(parts, kAskDepthMax);
  JsonMember m;
  int i = 0;
  for (; list.next(m); ++i) {
    const auto at = fmt::format("{}.parts[{}]", where, i);
    if (m.kind != JsonKind::object) return invalid(fmt::format("Invalid value at '{}'", at));
    if (const auto ok = read_part(m.value, at, turn, ask, system); !ok) return ok;
  }
  if (i == 0)
    return invalid(fmt::format("Unable to submit request because {} must include at least one parts field.", where));
  return {};
}

Taken read_contents(std::string_view contents, Ask& ask) {
  wire::JsonArray list(contents, kAskDepthMax);
  JsonMember m;
  Turn before;
  int i = 0;
  for (; list.next(m); ++i) {
    if (m.kind != JsonKind::object) return invalid(fmt::format("Invalid value at 'contents[{}]'", i));
    Turn turn;
    turn.role = text_at(m.value, "role");
    if (turn.role != "user" && turn.role != "model") return invalid("Please use a valid role: user, model.");
    if (const auto ok = read_parts(m.value, fmt::format("contents[{}]", i), turn, ask, nullptr); !ok) return ok;
    if (turn.results != before.calls && (turn.results > 0 || before.calls > 0))
      return invalid(
          "Please ensure that the number of function response parts is equal to the number of function call parts of "
          "the function call turn.");
    if (turn.role == "user" && !turn.last_text.empty()) ask.last_user_text = turn.last_text;
    ask.after_tool = turn.results > 0;
    before = turn;
  }
  if (i == 0) return invalid("Unable to submit request because it must have a contents field with at least one entry.");
  return {};
}

Taken read_tools(std::string_view tools, Ask& ask, Found& found) {
  constexpr std::array<std::string_view, 8> kKinds{
      "functionDeclarations", "googleSearch", "googleSearchRetrieval", "retrieval",
      "codeExecution",        "urlContext",   "enterpriseWebSearch",   "googleMaps"};
  constexpr std::array<std::string_view, 7> kMembers{
      "name", "description", "parameters", "parametersJsonSchema", "response", "responseJsonSchema", "behavior"};
  ask.tools = tools;
  wire::JsonArray list(tools, kAskDepthMax);
  JsonMember m;
  for (int i = 0; list.next(m); ++i) {
    wire::JsonObject kinds(m.value, kAskDepthMax);
    JsonMember kind;
    while (kinds.next(kind))
      if (!among(kKinds, camel(kind.key))) return unknown_name(kind.key, fmt::format("tools[{}]", i));
    wire::JsonArray declared(find(m.value, "functionDeclarations").value_or("[]"), kAskDepthMax);
    JsonMember d;
    for (int k = 0; declared.next(d); ++k) {
      const auto where = fmt::format("tools[{}].function_declarations[{}]", i, k);
      wire::JsonObject members(d.value, kAskDepthMax);
      JsonMember member;
      while (members.next(member))
        if (!among(kMembers, camel(member.key))) return unknown_name(member.key, where);
      const auto name = text_at(d.value, "name");
      if (name.empty() || name.size() > 64)
        return invalid(
            fmt::format("{}.name: Invalid function name. Must start with a letter or an underscore and be at most 64 "
                        "characters long.",
                        where));
      const auto schema = find(d.value, "parametersJsonSchema").value_or(find(d.value, "parameters").value_or(""));
      count_tool(ask, found, name, text_at(d.value, "description"), schema);
    }
  }
  return {};
}

Taken read_tool_config(std::string_view config, Ask& ask) {
  const auto mode = text_at(find(config, "functionCallingConfig").value_or("{}"), "mode");
  constexpr std::array<std::string_view, 5> kModes{"", "AUTO", "ANY", "NONE", "VALIDATED"};
  if (!among(kModes, mode))
    return invalid(
        fmt::format("Invalid value at 'tool_config.function_calling_config.mode' "
                    "(type.googleapis.com/google.cloud.aiplatform.v1.FunctionCallingConfig.Mode), \"{}\"",
                    mode));
  if (mode == "ANY") ask.choice = Choice::required;
  if (mode == "NONE") ask.choice = Choice::none;
  wire::JsonArray allowed(
      find(find(config, "functionCallingConfig").value_or("{}"), "allowedFunctionNames").value_or("[]"), kAskDepthMax);
  JsonMember m;
  if (allowed.next(m)) {
    if (mode != "ANY")
      return invalid("Function calling config is set with allowed_function_names but the mode is not ANY.");
    const auto first = wire::json_text(m.value);
    // Of several any may be called: then no name is forced.
    if (!allowed.next(m)) ask.choice_name = first;
  }
  return {};
}

Taken read_config(std::string_view config, Ask& ask) {
  constexpr std::array<std::string_view, 24> kKnown{"temperature",
                                                    "topP",
                                                    "topK",
                                                    "candidateCount",
                                                    "maxOutputTokens",
                                                    "stopSequences",
                                                    "presencePenalty",
                                                    "frequencyPenalty",
                                                    "responseMimeType",
                                                    "responseSchema",
                                                    "responseJsonSchema",
                                                    "seed",
                                                    "responseLogprobs",
                                                    "logprobs",
                                                    "thinkingConfig",
                                                    "responseModalities",
                                                    "mediaResolution",
                                                    "speechConfig",
                                                    "audioTimestamp",
                                                    "routingConfig",
                                                    "modelConfig",
                                                    "modelSelectionConfig",
                                                    "enableAffectiveDialog",
                                                    "imageConfig"};
  wire::JsonObject members(config, kAskDepthMax);
  JsonMember m;
  bool json = false;
  while (members.next(m)) {
    const auto key = camel(m.key);
    if (!among(kKnown, key)) return unknown_name(m.key, "generation_config");
    if (key == "maxOutputTokens") {
      ask.output_limit = wire::json_int(m.value);
      if (!ask.output_limit || *ask.output_limit < 1)
        return invalid(
            fmt::format("Unable to submit request because it has a maxOutputTokens value of {} but the supported range "
                        "is from 1 (inclusive) to 65537 (exclusive). Update the value and try again.",
                        m.value));
    } else if (key == "responseMimeType") {
      json = wire::json_text(m.value) == "application/json";
    } else if (key == "responseJsonSchema" || key == "responseSchema") {
      ask.schema = m.value;
    } else if (key == "thinkingConfig") {
      ask.tells_thoughts = find(m.value, "includeThoughts").value_or("") == "true";
    } else if (key == "stopSequences") {
      wire::JsonArray list(m.value, kAskDepthMax);
      JsonMember stop;
      std::size_t n = 0;
      while (list.next(stop)) ++n;
      if (n > kStopsMax)
        return invalid(fmt::format(
            "Unable to submit request because it has {} stop sequences but at most {} are supported.", n, kStopsMax));
    }
  }
  if (!ask.schema.empty() && !json)
    return invalid(
        "Unable to submit request because controlled generation is only supported with response mime type "
        "application/json.");
  if (json && ask.schema.empty()) ask.schema = kAnyObject;
  return {};
}

}  // namespace

Taken take_generate_field(const JsonMember& m, Ask& ask, Found& found) {
  constexpr std::array<std::string_view, 9> kKnown{"contents",   "systemInstruction", "tools",
                                                   "toolConfig", "generationConfig",  "safetySettings",
                                                   "labels",     "cachedContent",     "modelArmorConfig"};
  const auto key = camel(m.key);
  if (!among(kKnown, key)) return unknown_name(m.key, "");
  const bool list = key == "contents" || key == "tools" || key == "safetySettings";
  const bool text = key == "cachedContent";
  const auto expected = list ? JsonKind::array : text ? JsonKind::string : JsonKind::object;
  if (m.kind != expected) return invalid(fmt::format("Invalid value at '{}'", m.key));
  if (key == "contents") {
    found.prompt = true;
    return read_contents(m.value, ask);
  }
  if (key == "systemInstruction") {
    Turn turn;
    std::vector<std::string_view> texts;
    if (const auto ok = read_parts(m.value, "system_instruction", turn, ask, &texts); !ok) return ok;
    for (const auto said : texts) count_system(ask, found, said);
    return {};
  }
  if (key == "tools") return read_tools(m.value, ask, found);
  if (key == "toolConfig") return read_tool_config(m.value, ask);
  if (key == "generationConfig") return read_config(m.value, ask);
  return {};
}

}  // namespace fw::fake
