// What a Response repeats of the request. Defaults as OpenAI's API description states them
// (schemas Response, ModelResponseProperties, ResponseTextParam; version 2.3.0), and every member
// that the Open Responses specification requires (ResponseResource, 2026-04-24).
#include "dialect/render_parts.h"

namespace fw::dialect {
namespace {

using inner::Raw;
using inner::Request;

void member(std::string& out, std::string_view key, Raw value, std::string_view otherwise) {
  if (!out.empty() && out.back() != '{') out += ',';
  out.append(1, '"').append(key).append("\":");
  append_on_one_line(out, value.empty() ? otherwise : value);
}

void append_tool(std::string& out, const inner::Tool& tool, Dialect from) {
  if (tool.kind == inner::ToolKind::hosted) return append_element(out, tool.raw);
  if (!out.empty()) out += ',';
  out += '{';
  if (tool.kind == inner::ToolKind::custom) {
    member(out, "type", R"("custom")", {});
    member(out, "description", tool.description, "null");
    member(out, "format", tool.format, R"({"type":"text"})");
    member(out, "name", tool.name, R"("")");
  } else {
    member(out, "type", R"("function")", {});
    member(out, "description", tool.description, "null");
    member(out, "name", tool.name, R"("")");
    member(out, "parameters", tool.parameters, "null");
    member(out, "strict", tool.strict, from == Dialect::chat ? "false" : "true");
  }
  out += '}';
}

std::string tools_of(const Request& request) {
  std::string out;
  for (const auto& tool : request.tools) append_tool(out, tool, request.from);
  return "[" + out + "]";
}

std::string tool_choice_of(const Request& request) {
  const auto named = [&request](std::string_view type) {
    std::string out(R"({"type":")");
    out.append(type)
        .append(R"(","name":)")
        .append(request.tool_choice_name.empty() ? R"("")" : request.tool_choice_name);
    return out + "}";
  };
  switch (request.tool_choice) {
    case inner::ToolChoice::none: return R"("none")";
    case inner::ToolChoice::required: return R"("required")";
    case inner::ToolChoice::function: return named("function");
    case inner::ToolChoice::custom: return named("custom");
    case inner::ToolChoice::allowed:
    case inner::ToolChoice::hosted:
      if (!request.tool_choice_raw.empty()) return std::string(request.tool_choice_raw);
      break;
    case inner::ToolChoice::absent:
    case inner::ToolChoice::automatic: break;
  }
  return R"("auto")";
}

std::string text_of(const Request& request) {
  std::string out = R"({"format":{)";
  switch (request.format) {
    case inner::Format::json_schema:
      member(out, "type", R"("json_schema")", {});
      member(out, "description", request.schema.description, "null");
      member(out, "name", request.schema.name, R"("")");
      member(out, "schema", request.schema.schema, "{}");
      member(out, "strict", request.schema.strict, "false");
      break;
    case inner::Format::json_object: member(out, "type", R"("json_object")", {}); break;
    case inner::Format::absent:
    case inner::Format::text: member(out, "type", R"("text")", {}); break;
  }
  out += "}";
  member(out, "verbosity", request.field(Need::verbosity), R"("medium")");
  return out + "}";
}

std::string reasoning_of(const Request& request) {
  std::string out = "{";
  member(out, "effort", request.field(Need::reasoning_effort), "null");
  member(out, "summary", request.reasoning_summary, "null");
  return out + "}";
}

}  // namespace

std::string response_echo(const Request& request) {
  std::string out;
  member(out, "frequency_penalty", request.field(Need::frequency_penalty), "0");
  member(out, "instructions", request.instructions, "null");
  member(out, "max_output_tokens", request.field(Need::max_tokens), "null");
  member(out, "max_tool_calls", request.field(Need::max_tool_calls), "null");
  member(out, "metadata", request.field(Need::metadata), "{}");
  member(out, "parallel_tool_calls", request.parallel_tool_calls, "true");
  member(out, "presence_penalty", request.field(Need::presence_penalty), "0");
  // What is translated is stored nowhere, and nothing stored can be gone on from.
  member(out, "previous_response_id", {}, "null");
  member(out, "prompt_cache_key", request.field(Need::prompt_cache_key), "null");
  member(out, "prompt_cache_retention", request.field(Need::prompt_cache_retention), "null");
  member(out, "reasoning", reasoning_of(request), {});
  member(out, "safety_identifier", request.field(Need::safety_identifier), "null");
  member(out, "store", {}, "false");
  member(out, "temperature", request.field(Need::temperature), "1");
  member(out, "text", text_of(request), {});
  member(out, "tool_choice", tool_choice_of(request), {});
  member(out, "tools", tools_of(request), {});
  member(out, "top_logprobs", request.field(Need::top_logprobs), "0");
  member(out, "top_p", request.field(Need::top_p), "1");
  member(out, "truncation", request.field(Need::truncation), R"("disabled")");
  member(out, "user", request.field(Need::user), "null");
  return out;
}

}  // namespace fw::dialect
