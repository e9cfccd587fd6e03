#include "cloud/bedrock/converse_write.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "wire/json.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::Need;
using dialect::inner::Format;
using dialect::inner::Raw;
using dialect::inner::Request;
using dialect::inner::Target;
using dialect::inner::ToolChoice;
using dialect::inner::ToolKind;
using wire::JsonWriter;

constexpr int kDepthMax = 64;
constexpr std::size_t kMetadataMax = 16;  // pairs of requestMetadata
constexpr std::size_t kMetadataBytesMax = 256;

// One request on its way into one body.
struct Writing {
  const Request& request;
  const Target& target;
  Family family;
  JsonWriter& json;
};

// The value of a field that may be said there.
Raw said(const Writing& w, Need need) { return w.target.dropped(need) ? Raw() : w.request.field(need); }

// InferenceConfiguration takes 0 to 1; OpenAI's range ends at 2.
Raw clamped(Raw temperature) {
  double value = 0;
  const auto read = std::from_chars(temperature.data(), temperature.data() + temperature.size(), value);
  if (read.ec != std::errc()) return temperature;
  if (value > 1) return "1";
  return value < 0 ? Raw("0") : temperature;
}

void write_inference(const Writing& w) {
  const Raw tokens = said(w, Need::max_tokens);
  const Raw temperature = said(w, Need::temperature);
  const Raw top_p = said(w, Need::top_p);
  const Raw stop = said(w, Need::stop);
  if (tokens.empty() && temperature.empty() && top_p.empty() && stop.empty()) return;
  w.json.key("inferenceConfig").begin_object();
  if (!tokens.empty()) w.json.key("maxTokens").raw(tokens);
  if (!temperature.empty()) w.json.key("temperature").raw(w.family == Family::gpt ? temperature : clamped(temperature));
  if (!top_p.empty()) w.json.key("topP").raw(top_p);
  if (stop.starts_with('"')) w.json.key("stopSequences").begin_array().raw(stop).end_array();
  if (stop.starts_with('[')) w.json.key("stopSequences").raw(stop);
  w.json.end_object();
}

struct EffortRow {
  std::string_view asked;
  std::string_view gpt_oss;  // low, medium, high
  std::string_view claude;   // low to max; empty: not said
  std::string_view nova;     // low, medium, high; empty: not said
};

// What of OpenAI's words each family knows: gpt-oss model card; OutputConfig.effort of
// @aws-sdk/client-bedrock-runtime 3.1163.0; Nova 2 user guide, "maxReasoningEffort".
constexpr std::array<EffortRow, 7> kEfforts{{{"none", "low", "", ""},
                                             {"minimal", "low", "low", "low"},
                                             {"low", "low", "low", "low"},
                                             {"medium", "medium", "medium", "medium"},
                                             {"high", "high", "high", "high"},
                                             {"xhigh", "high", "xhigh", "high"},
                                             {"max", "high", "max", "high"}}};

// The effort in the family's words; a word we do not know is passed on for the cloud to judge.
std::string_view effort(const Writing& w) {
  const std::string_view asked = wire::json_text(said(w, Need::reasoning_effort));
  const auto row = std::ranges::find(kEfforts, asked, &EffortRow::asked);
  if (row == kEfforts.end()) return asked;
  switch (w.family) {
    case Family::gpt_oss: return row->gpt_oss;
    case Family::claude: return row->claude;
    case Family::nova_reasoning: return row->nova;
    default: return asked;
  }
}

bool no_parallel_calls(const Writing& w) {
  const bool tools =
      std::ranges::any_of(w.request.tools, [](const auto& tool) { return tool.kind == ToolKind::function; });
  return w.family == Family::claude && tools && w.request.parallel_tool_calls == "false" &&
         w.request.tool_choice != ToolChoice::none;
}

// Anthropic's own tool_choice, which Converse has no word for.
void write_claude_choice(const Writing& w) {
  w.json.key("tool_choice").begin_object();
  switch (w.request.tool_choice) {
    case ToolChoice::required: w.json.member("type", "any"); break;
    case ToolChoice::function: w.json.member("type", "tool").key("name").raw(w.request.tool_choice_name); break;
    default: w.json.member("type", "auto"); break;
  }
  w.json.member("disable_parallel_tool_use", true).end_object();
}

// additionalModelRequestFields: what each family wants under its own names.
void write_model_fields(const Writing& w) {
  const std::string_view level = effort(w);
  const bool says_effort =
      !level.empty() && (w.family == Family::gpt || w.family == Family::gpt_oss || w.family == Family::nova_reasoning);
  if (!says_effort && !no_parallel_calls(w)) return;
  w.json.key("additionalModelRequestFields").begin_object();
  if (no_parallel_calls(w)) write_claude_choice(w);
  const std::string token = fmt::format("\"{}\"", level);
  if (says_effort && w.family == Family::gpt)
    w.json.key("reasoning").begin_object().key("effort").raw(token).end_object();
  if (says_effort && w.family == Family::gpt_oss) w.json.key("reasoning_effort").raw(token);
  if (says_effort && w.family == Family::nova_reasoning)
    w.json.key("reasoningConfig")
        .begin_object()
        .member("type", "enabled")
        .key("maxReasoningEffort")
        .raw(token)
        .end_object();
  w.json.end_object();
}

// The schema travels as a string.
void write_output(const Writing& w) {
  const std::string_view level = w.family == Family::claude ? effort(w) : std::string_view();
  const bool schema = w.request.format == Format::json_schema && !w.request.schema.schema.empty() &&
                      !w.target.dropped(Need::json_schema);
  if (level.empty() && !schema) return;
  w.json.key("outputConfig").begin_object();
  if (schema) {
    const auto& asked = w.request.schema;
    w.json.key("textFormat").begin_object().member("type", "json_schema").key("structure").begin_object();
    w.json.key("jsonSchema").begin_object().member("schema", asked.schema);
    if (!asked.name.empty()) w.json.key("name").raw(asked.name);
    if (!asked.description.empty()) w.json.key("description").raw(asked.description);
    w.json.end_object().end_object().end_object();
  }
  if (!level.empty()) w.json.key("effort").raw(fmt::format("\"{}\"", level));
  w.json.end_object();
}

struct TierRow {
  std::string_view asked;
  std::string_view tier;  // empty: the account's own choice, which saying nothing is
};

// enum ServiceTierType of @aws-sdk/client-bedrock-runtime 3.1163.0; OpenAI echoes `fast` as `priority`.
constexpr std::array<TierRow, 6> kTiers{{{"auto", ""},
                                         {"default", "default"},
                                         {"flex", "flex"},
                                         {"priority", "priority"},
                                         {"fast", "priority"},
                                         {"reserved", "reserved"}}};

Result<void> write_tier(const Writing& w) {
  const std::string_view asked = wire::json_text(said(w, Need::service_tier));
  if (asked.empty()) return {};
  const auto row = std::ranges::find(kTiers, asked, &TierRow::asked);
  if (row == kTiers.end())
    return std::unexpected(
        client_error(Code::invalid_value,
                     fmt::format("found the service tier '{}', expected auto, default, flex, priority, "
                                 "fast or reserved: this place has no other",
                                 asked.substr(0, 100)),
                     "service_tier"));
  if (!row->tier.empty()) w.json.key("serviceTier").begin_object().member("type", row->tier).end_object();
  return {};
}

// The alphabet of requestMetadata (ConverseRequest): [a-zA-Z0-9\s:_@$#=/+,-.].
bool fits_metadata(std::string_view raw, bool may_be_empty) {
  constexpr std::string_view kOther = " :_@$#=/+,-.";
  return raw.size() <= kMetadataBytesMax && (may_be_empty || !raw.empty()) && std::ranges::all_of(raw, [&](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  kOther.find(c) != kOther.npos;
         });
}

// Pairs that requestMetadata cannot hold are left out: they would cost the answer, and are notes.
void write_metadata(const Writing& w) {
  const Raw metadata = said(w, Need::metadata);
  if (!metadata.starts_with('{')) return;
  std::string pairs;
  JsonWriter json(pairs);
  json.begin_object();
  std::size_t count = 0;
  wire::JsonObject members(metadata, kDepthMax);
  for (wire::JsonMember member; members.next(member) && count < kMetadataMax;) {
    const bool fits = member.kind == wire::JsonKind::string && fits_metadata(member.key, false) &&
                      fits_metadata(wire::json_text(member.value), true);
    if (!fits) continue;
    json.key(member.key).raw(member.value);
    ++count;
  }
  json.end_object();
  if (count > 0) w.json.key("requestMetadata").raw(pairs);
}

}  // namespace

Result<void> write_converse_request(const Request& request, const Target& target, std::string& out) {
  const Family family = family_of(wire::json_text(target.model_json));
  const auto conversation = write_conversation(request, family);
  if (!conversation) return std::unexpected(conversation.error());
  JsonWriter json(out);
  json.begin_object();
  if (!conversation->system.empty()) json.key("system").begin_array().raw(conversation->system).end_array();
  json.key("messages").begin_array();
  if (!conversation->messages.empty()) json.raw(conversation->messages);
  json.end_array();
  const Writing w{request, target, family, json};
  write_inference(w);
  write_tools(request, target, family, conversation->has_tool_blocks, json);
  write_model_fields(w);
  write_output(w);
  if (auto tier = write_tier(w); !tier) return tier;
  write_metadata(w);
  json.end_object();
  return {};
}

}  // namespace fw::cloud::bedrock
