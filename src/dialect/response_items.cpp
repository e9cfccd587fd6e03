#include "dialect/response_items.h"

#include <array>

#include "dialect/render_parts.h"

namespace fw::dialect {
namespace {

using inner::ItemKind;

constexpr std::array<ResponsePartRow, 5> kParts{
    {{},
     {"output_text", "text", "response.output_text.delta", "response.output_text.done", "content_index",
      "response.content_part.added", "response.content_part.done"},
     {"refusal", "refusal", "response.refusal.delta", "response.refusal.done", "content_index",
      "response.content_part.added", "response.content_part.done"},
     {"reasoning_text", "text", "response.reasoning_text.delta", "response.reasoning_text.done", "content_index",
      "response.content_part.added", "response.content_part.done"},
     {"summary_text", "text", "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done",
      "summary_index", "response.reasoning_summary_part.added", "response.reasoning_summary_part.done"}}};

}  // namespace

const ResponsePartRow& row(ResponsePartKind kind) { return kParts[static_cast<std::size_t>(kind)]; }

void append_quoted(std::string& out, std::string_view key, std::string_view escaped) {
  out.append(",\"").append(key).append("\":\"").append(escaped).append("\"");
}

void append_numbered(std::string& out, std::string_view key, std::int64_t number) {
  out.append(",\"").append(key).append("\":");
  append_number(out, number);
}

void append_part(std::string& out, const ToldPart& part, bool filled) {
  out.append(R"({"type":")").append(row(part.kind).type).append("\"");
  if (part.kind == ResponsePartKind::text) {
    out.append(R"(,"annotations":[)").append(filled ? part.annotations : "");
    out.append(R"(],"logprobs":[)").append(filled ? part.logprobs : "").append("]");
  }
  append_quoted(out, row(part.kind).field, filled ? std::string_view(part.text) : std::string_view());
  out += '}';
}

void append_item(std::string& out, ItemKind kind, const ToldItem& item, std::string_view status) {
  const bool begins = status.empty();
  if (begins) status = "in_progress";
  out.append(R"({"id":")").append(item.id).append("\"");
  if (kind == ItemKind::reasoning) {
    out.append(R"(,"type":"reasoning","summary":[)").append(item.summary).append("]");
    if (!item.content.empty()) out.append(R"(,"content":[)").append(item.content).append("]");
    if (!item.encrypted.empty()) append_quoted(out, "encrypted_content", item.encrypted);
    if (status == "incomplete") append_quoted(out, "status", status);  // OpenAI says it of none that is complete
  } else if (kind == ItemKind::message) {
    out.append(R"(,"type":"message","status":")").append(status).append(R"(","content":[)").append(item.content);
    out.append(R"(],"role":"assistant")");
  } else {
    const bool custom = kind == ItemKind::custom_call;
    append_quoted(out, "type", custom ? "custom_tool_call" : "function_call");
    append_quoted(out, "status", status);
    append_quoted(out, custom ? "input" : "arguments", begins ? std::string_view() : std::string_view(item.part.text));
    append_quoted(out, "call_id", item.call_id);
    append_quoted(out, "name", item.name);
  }
  out += '}';
}

}  // namespace fw::dialect
