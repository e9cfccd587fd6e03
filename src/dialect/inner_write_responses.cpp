// The body of a Responses request.
#include <array>

#include "dialect/inner_write.h"

namespace fw::dialect::inner {
namespace {

constexpr std::array kPlain{
    PlainField{Need::previous_response_id, ",\"previous_response_id\":"},
    PlainField{Need::conversation, ",\"conversation\":"},
    PlainField{Need::prompt, ",\"prompt\":"},
    PlainField{Need::background, ",\"background\":"},
    PlainField{Need::context_management, ",\"context_management\":"},
    PlainField{Need::truncation, ",\"truncation\":"},
    PlainField{Need::max_tokens, ",\"max_output_tokens\":"},
    PlainField{Need::max_tool_calls, ",\"max_tool_calls\":"},
    PlainField{Need::user, ",\"user\":"},
    PlainField{Need::safety_identifier, ",\"safety_identifier\":"},
    PlainField{Need::metadata, ",\"metadata\":"},
    PlainField{Need::temperature, ",\"temperature\":"},
    PlainField{Need::top_p, ",\"top_p\":"},
    PlainField{Need::top_logprobs, ",\"top_logprobs\":"},
    PlainField{Need::service_tier, ",\"service_tier\":"},
    PlainField{Need::prompt_cache_key, ",\"prompt_cache_key\":"},
    PlainField{Need::prompt_cache_retention, ",\"prompt_cache_retention\":"},
    PlainField{Need::prompt_cache_options, ",\"prompt_cache_options\":"},
    PlainField{Need::moderation, ",\"moderation\":"},
};

void write_allowed(const Request& request, std::string& out) {
  const Raw raw = request.tool_choice_raw;
  const Raw nested = member_of(raw, "allowed_tools");
  if (nested.empty()) {
    out += raw;
    return;
  }
  const Raw mode = member_of(nested, "mode");
  out.append(R"({"type":"allowed_tools","mode":)").append(mode.empty() ? Raw("\"auto\"") : mode).append(",\"tools\":[");
  const Raw tools = member_of(nested, "tools");
  const char* separator = "";
  if (is_array(tools)) {
    Walk walk(tools);
    walk.open();
    while (walk.element()) {
      const Raw tool = walk.take();
      const Raw type = member_of(tool, "type");
      const Raw inner = member_of(tool, inside(type));
      const Raw name = member_of(inner, "name");
      out += separator;
      if (name.empty())
        out += tool;
      else
        out.append("{\"type\":").append(type).append(",\"name\":").append(name).append("}");
      separator = ",";
    }
  }
  out += "]}";
}

void write_tool_choice(const Request& request, const Target& target, std::string& out) {
  if (!keeps_choice(request, target)) return;
  out += ",\"tool_choice\":";
  switch (request.tool_choice) {
    case ToolChoice::absent: break;
    case ToolChoice::automatic: out += "\"auto\""; break;
    case ToolChoice::none: out += "\"none\""; break;
    case ToolChoice::required: out += "\"required\""; break;
    case ToolChoice::function:
      out.append(R"({"type":"function","name":)").append(request.tool_choice_name).append("}");
      break;
    case ToolChoice::custom:
      out.append(R"({"type":"custom","name":)").append(request.tool_choice_name).append("}");
      break;
    case ToolChoice::allowed: write_allowed(request, out); break;
    case ToolChoice::hosted: out += request.tool_choice_raw; break;
  }
}

void write_tools(const Request& request, const Target& target, std::string& out) {
  if (any_tool_left(request, target)) {
    char separator = '[';
    out += ",\"tools\":";
    for (const Tool& tool : request.tools) {
      if (!keeps(tool, target)) continue;
      out += separator;
      write_responses_tool(tool, request, target, out);
      separator = ',';
    }
    out += ']';
  } else if (!request.tools.empty()) {
    return;
  }
  write_tool_choice(request, target, out);
  if (!target.dropped(Need::parallel_tool_calls_off))
    put(out, ",\"parallel_tool_calls\":", request.parallel_tool_calls);
}

bool keeps_format(const Request& request, const Target& target) {
  switch (request.format) {
    case Format::absent: return false;
    case Format::text: return true;
    case Format::json_object: return !target.dropped(Need::json_mode);
    case Format::json_schema: return !target.dropped(Need::json_schema);
  }
  return false;
}

void write_format(const Request& request, std::string& out) {
  if (request.format == Format::text) {
    out += R"({"type":"text"})";
  } else if (request.format == Format::json_object) {
    out += R"({"type":"json_object"})";
  } else {
    const JsonSchema& schema = request.schema;
    out.append(R"({"type":"json_schema","name":)").append(schema.name);
    put(out, ",\"description\":", schema.description);
    out.append(",\"schema\":").append(schema.schema.empty() ? Raw("{}") : schema.schema);
    put(out, ",\"strict\":", schema.strict);
    out += '}';
  }
}

void write_text(const Request& request, const Target& target, std::string& out) {
  const bool format = keeps_format(request, target);
  const Raw verbosity = target.dropped(Need::verbosity) ? Raw() : request.field(Need::verbosity);
  if (!format && verbosity.empty()) return;
  out += ",\"text\":{";
  if (format) {
    out += "\"format\":";
    write_format(request, out);
  }
  put(out, format ? ",\"verbosity\":" : "\"verbosity\":", verbosity);
  out += '}';
}

void write_reasoning(const Request& request, const Target& target, std::string& out) {
  const Raw effort = target.dropped(Need::reasoning_effort) ? Raw() : request.field(Need::reasoning_effort);
  const Raw summary = target.dropped(Need::reasoning_summary) ? Raw() : request.reasoning_summary;
  if (effort.empty() && summary.empty()) return;
  out += ",\"reasoning\":{";
  put(out, "\"effort\":", effort);
  put(out, effort.empty() ? "\"summary\":" : ",\"summary\":", summary);
  out += '}';
}

// Responses stores an answer unless told not to; the other dialects do not.
void write_store(const Request& request, const Target& target, std::string& out) {
  if (target.dropped(Need::store)) return;
  const Raw said = request.field(Need::store);
  out.append(",\"store\":").append(said.empty() ? Raw("false") : said);
}

}  // namespace

void write_responses_tool(const Tool& tool, const Request& request, const Target& target, std::string& out) {
  if (tool.kind == ToolKind::hosted) {
    out += tool.raw;
    return;
  }
  const bool custom = tool.kind == ToolKind::custom;
  out += custom ? R"({"type":"custom","name":)" : R"({"type":"function","name":)";
  out += tool.name;
  put(out, ",\"description\":", tool.description);
  if (custom) {
    put(out, ",\"format\":", tool.format);
  } else {
    constexpr std::string_view kNone = R"({"type":"object","properties":{}})";  // what Chat means by saying nothing
    out.append(",\"parameters\":").append(tool.parameters.empty() ? kNone : tool.parameters);
    // Strict unless told otherwise; elsewhere it is the other way round.
    const bool open = tool.strict.empty() && request.from == Dialect::responses;
    const bool strict = tool.strict == "true" && !target.dropped(Need::strict_tools);
    if (!open || target.dropped(Need::strict_tools)) out += strict ? ",\"strict\":true" : ",\"strict\":false";
  }
  out += '}';
}

// Usage is always told here.
void write_responses_stream_options(const Request& request, const Target& target, std::string& out) {
  if (target.dropped(Need::stream_options)) return;
  const std::size_t before = out.size();
  constexpr std::string_view kOpen = ",\"stream_options\":{";
  out += kOpen;
  copy_members(request.field(Need::stream_options), [](auto key) { return key == "include_usage"; }, out);
  const std::size_t first = before + kOpen.size();
  if (out.size() == first) {
    out.resize(before);
    return;
  }
  out.erase(first, 1);  // the comma
  out += '}';
}

Result<void> write_responses_request(const Request& request, const Target& target, std::string& out) {
  if (request.from == Dialect::responses) {
    write_responses_same(request, target, out);
    return {};
  }
  out.reserve(out.size() + request.body.size() + request.body.size() / 4 + 512);
  out.append("{\"model\":").append(target.model_json);
  if (request.stream) {
    out += ",\"stream\":true";
    write_responses_stream_options(request, target, out);
  }
  if (!target.dropped(Need::instructions)) put(out, ",\"instructions\":", request.instructions);
  out += ",\"input\":";
  write_responses_items(request, target, out);
  write_tools(request, target, out);
  write_text(request, target, out);
  write_reasoning(request, target, out);
  if (request.field(Need::logprobs) == "true" && !target.dropped(Need::logprobs))
    out += R"(,"include":["message.output_text.logprobs"])";
  write_store(request, target, out);
  write_plain(kPlain, request, target, out);
  out += '}';
  return {};
}

}  // namespace fw::dialect::inner
