// The body of a Chat Completions request.
#include <array>

#include "dialect/inner_write.h"

namespace fw::dialect::inner {
namespace {

constexpr std::array kPlain{
    PlainField{Need::user, ",\"user\":"},
    PlainField{Need::safety_identifier, ",\"safety_identifier\":"},
    PlainField{Need::metadata, ",\"metadata\":"},
    PlainField{Need::store, ",\"store\":"},
    PlainField{Need::temperature, ",\"temperature\":"},
    PlainField{Need::top_p, ",\"top_p\":"},
    PlainField{Need::seed, ",\"seed\":"},
    PlainField{Need::frequency_penalty, ",\"frequency_penalty\":"},
    PlainField{Need::presence_penalty, ",\"presence_penalty\":"},
    PlainField{Need::logit_bias, ",\"logit_bias\":"},
    PlainField{Need::several_choices, ",\"n\":"},
    PlainField{Need::stop, ",\"stop\":"},
    PlainField{Need::max_tokens, ",\"max_completion_tokens\":"},
    PlainField{Need::verbosity, ",\"verbosity\":"},
    PlainField{Need::reasoning_effort, ",\"reasoning_effort\":"},
    PlainField{Need::service_tier, ",\"service_tier\":"},
    PlainField{Need::prompt_cache_key, ",\"prompt_cache_key\":"},
    PlainField{Need::prompt_cache_retention, ",\"prompt_cache_retention\":"},
    PlainField{Need::prompt_cache_options, ",\"prompt_cache_options\":"},
    PlainField{Need::prediction, ",\"prediction\":"},
    PlainField{Need::modalities, ",\"modalities\":"},
    PlainField{Need::audio_output, ",\"audio\":"},
    PlainField{Need::web_search_options, ",\"web_search_options\":"},
    PlainField{Need::moderation, ",\"moderation\":"},
};

bool asks_for_logprobs(Raw include) {
  if (!is_array(include)) return false;
  Walk walk(include);
  walk.open();
  while (walk.element())
    if (walk.take() == "\"message.output_text.logprobs\"") return true;
  return false;
}

// Chat takes `top_logprobs` only beside `logprobs`.
void write_logprobs(const Request& request, const Target& target, std::string& out) {
  if (target.dropped(Need::logprobs)) return;
  const Raw top = target.dropped(Need::top_logprobs) ? Raw() : request.field(Need::top_logprobs);
  const Raw told = request.field(Need::logprobs);
  const bool asked = told == "true" || asks_for_logprobs(request.field(Need::include)) ||
                     (request.from != Dialect::chat && !top.empty() && top != "0");
  if (asked) out += ",\"logprobs\":true";
  if (asked || !told.empty()) put(out, ",\"top_logprobs\":", top);
}

void write_allowed(const Request& request, std::string& out) {
  const Raw raw = request.tool_choice_raw;
  const Raw nested = member_of(raw, "allowed_tools");
  const Raw allowed = nested.empty() ? raw : nested;
  out += R"({"type":"allowed_tools","allowed_tools":{"mode":)";
  const Raw mode = member_of(allowed, "mode");
  out.append(mode.empty() ? Raw("\"auto\"") : mode).append(",\"tools\":[");
  const Raw tools = member_of(allowed, "tools");
  const char* separator = "";
  if (is_array(tools)) {
    Walk walk(tools);
    walk.open();
    while (walk.element()) {
      const Raw tool = walk.take();
      const Raw type = member_of(tool, "type");
      const Raw inner = member_of(tool, inside(type));
      const Raw name = member_of(is_object(inner) ? inner : tool, "name");
      if (name.empty() || (type != "\"function\"" && type != "\"custom\"")) continue;  // Chat has no other tools
      out.append(separator).append("{\"type\":").append(type).append(",").append(type);
      out.append(":{\"name\":").append(name).append("}}");
      separator = ",";
    }
  }
  out += "]}}";
}

void write_tool_choice(const Request& request, const Target& target, std::string& out) {
  if (!keeps_choice(request, target) || request.tool_choice == ToolChoice::hosted) return;
  out += ",\"tool_choice\":";
  switch (request.tool_choice) {
    case ToolChoice::automatic: out += "\"auto\""; break;
    case ToolChoice::none: out += "\"none\""; break;
    case ToolChoice::required: out += "\"required\""; break;
    case ToolChoice::function:
      out.append(R"({"type":"function","function":{"name":)").append(request.tool_choice_name).append("}}");
      break;
    case ToolChoice::custom:
      out.append(R"({"type":"custom","custom":{"name":)").append(request.tool_choice_name).append("}}");
      break;
    default: write_allowed(request, out); break;
  }
}

// Chat takes what is said about tools only beside tools.
void write_tools(const Request& request, const Target& target, std::string& out) {
  const std::size_t before = out.size();
  out += ",\"tools\":[";
  const char* separator = "";
  for (const Tool& tool : request.tools) {
    if (tool.kind == ToolKind::hosted || !keeps(tool, target)) continue;
    out += separator;
    write_chat_tool(tool, request, target, out);
    separator = ",";
  }
  if (*separator == '\0') {
    out.resize(before);
    return;
  }
  out += ']';
  write_tool_choice(request, target, out);
  if (!target.dropped(Need::parallel_tool_calls_off))
    put(out, ",\"parallel_tool_calls\":", request.parallel_tool_calls);
}

void write_format(const Request& request, const Target& target, std::string& out) {
  switch (request.format) {
    case Format::absent: return;
    case Format::text: out += R"(,"response_format":{"type":"text"})"; return;
    case Format::json_object:
      if (!target.dropped(Need::json_mode)) out += R"(,"response_format":{"type":"json_object"})";
      return;
    case Format::json_schema: break;
  }
  if (target.dropped(Need::json_schema)) return;
  const JsonSchema& schema = request.schema;
  out.append(R"(,"response_format":{"type":"json_schema","json_schema":{"name":)").append(schema.name);
  put(out, ",\"description\":", schema.description);
  put(out, ",\"schema\":", schema.schema);
  put(out, ",\"strict\":", schema.strict);
  out += "}}";
}

void write_custom_format(Raw format, std::string& out) {
  const Raw definition = member_of(format, "definition");
  if (definition.empty()) {
    put(out, ",\"format\":", format);
    return;
  }
  const Raw syntax = member_of(format, "syntax");
  out += R"(,"format":{"type":"grammar","grammar":{)";
  if (!syntax.empty()) out.append("\"syntax\":").append(syntax).append(",");
  out.append("\"definition\":").append(definition).append("}}");
}

}  // namespace

void write_chat_tool(const Tool& tool, const Request& request, const Target& target, std::string& out) {
  if (tool.kind == ToolKind::custom) {
    out.append(R"({"type":"custom","custom":{"name":)").append(tool.name);
    put(out, ",\"description\":", tool.description);
    write_custom_format(tool.format, out);
  } else {
    out.append(R"({"type":"function","function":{"name":)").append(tool.name);
    put(out, ",\"description\":", tool.description);
    put(out, ",\"parameters\":", tool.parameters);
    // Responses is strict unless told otherwise, with a schema that it makes fit; Chat would refuse one that does not.
    const bool strict = tool.strict.empty() ? request.from == Dialect::responses && strict_ready(tool.parameters)
                                            : tool.strict == "true";
    if (strict && !target.dropped(Need::strict_tools)) out += ",\"strict\":true";
  }
  out += "}}";
}

// A stream always tells its usage: the gateway counts it.
void write_chat_stream_options(const Request& request, const Target& target, std::string& out) {
  out += R"(,"stream_options":{"include_usage":true)";
  if (!target.dropped(Need::stream_options))
    copy_members(request.field(Need::stream_options), [](auto key) { return key == "include_usage"; }, out);
  out += '}';
}

Result<void> write_chat_request(const Request& request, const Target& target, std::string& out) {
  if (request.from == Dialect::chat) {
    write_chat_same(request, target, out);
    return {};
  }
  out.reserve(out.size() + request.body.size() + request.body.size() / 4 + 512);
  out.append("{\"model\":").append(target.model_json);
  if (request.stream) {
    out += ",\"stream\":true";
    write_chat_stream_options(request, target, out);
  }
  out += ",\"messages\":";
  write_chat_messages(request, target, out);
  if (out.ends_with("[]"))
    return std::unexpected(client_error(Code::missing_parameter,
                                        "'input' is missing, or holds nothing that Chat Completions has a message for.",
                                        "input"));
  if (!request.tools.empty()) write_tools(request, target, out);
  write_format(request, target, out);
  write_logprobs(request, target, out);
  write_plain(kPlain, request, target, out);
  out += '}';
  return {};
}

}  // namespace fw::dialect::inner
