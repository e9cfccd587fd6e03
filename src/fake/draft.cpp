#include "fake/draft.h"

#include <algorithm>

#include "fake/sample.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr int kDepthMax = 512;
constexpr std::size_t kCallsMax = 2;

struct Tool {
  std::string_view name;
  std::string_view parameters;
};

// Functions of the chat form {"type":"function","function":{…}} and of the flat one.
std::vector<Tool> functions(std::string_view tools) {
  std::vector<Tool> all;
  wire::JsonArray list(tools, kDepthMax);
  wire::JsonMember m;
  while (list.next(m)) {
    if (m.kind != wire::JsonKind::object) continue;
    if (wire::json_text(wire::json_find(m.value, {"type"}).value_or("")) != "function") continue;
    const auto inner = wire::json_find(m.value, {"function"}).value_or(m.value);
    const auto name = wire::json_text(wire::json_find(inner, {"name"}).value_or(""));
    if (!name.empty()) all.push_back({name, wire::json_find(inner, {"parameters"}).value_or("{}")});
  }
  return all;
}

// The function a tool_choice names; empty if it is a word.
std::string_view named_choice(std::string_view choice) {
  if (!choice.starts_with('{')) return {};
  const auto inner = wire::json_find(choice, {"function"}).value_or(choice);
  return wire::json_text(wire::json_find(inner, {"name"}).value_or(""));
}

std::vector<Tool> tools_to_call(const Ask& ask) {
  const auto word = wire::json_text(ask.tool_choice);
  const bool forced = word == "required" || ask.tool_choice.starts_with('{');
  if (ask.tools.empty() || word == "none") return {};
  if (!forced && (ask.after_tool || ask.last_user_text.find(kWordsPhrase) != std::string_view::npos)) return {};
  auto all = functions(ask.tools);
  if (const auto name = named_choice(ask.tool_choice); !name.empty()) {
    std::erase_if(all, [name](const Tool& t) { return t.name != name; });
    return all;
  }
  const bool twice = ask.last_user_text.find(kParallelPhrase) != std::string_view::npos;
  if (all.size() == 1 && twice && !ask.one_call) all.push_back(all.front());
  if (all.size() > (ask.one_call ? 1 : kCallsMax)) all.resize(ask.one_call ? 1 : kCallsMax);
  return all;
}

Segment text_segment(TextPtr text, std::size_t pieces) {
  Segment s;
  s.text = std::move(text);
  s.pieces = std::min(pieces, s.text->pieces());
  return s;
}

Segment call_segment(const Tool& tool, IdMint& ids) {
  auto s = text_segment(AnswerText::cut(sample_json(tool.parameters)), SIZE_MAX);
  s.call_id = ids.hex("call_", 24);
  s.call_name = tool.name;
  return s;
}

// The schema of response_format {"json_schema":{"schema":…}} or text.format {"schema":…}.
std::string_view schema_of(std::string_view format) {
  if (!format.starts_with('{')) return {};
  const auto type = wire::json_text(wire::json_find(format, {"type"}).value_or(""));
  if (type == "json_object") return R"({"type":"object","properties":{"answer":{"type":"string"}}})";
  if (type != "json_schema") return {};
  if (const auto s = wire::json_find(format, {"json_schema", "schema"})) return *s;
  return wire::json_find(format, {"schema"}).value_or("{}");
}

void cut_to(Draft& draft, std::int64_t limit) {
  for (std::size_t i = 0; i < draft.segments.size(); ++i) {
    auto& s = draft.segments[i];
    if (s.tokens() <= limit) {
      limit -= s.tokens();
      continue;
    }
    s.pieces = static_cast<std::size_t>(std::max<std::int64_t>(0, limit - (s.is_call() ? 1 : 0)));
    draft.segments.resize(s.is_call() && limit == 0 ? i : i + 1);
    draft.finish = Finish::length;
    return;
  }
}

}  // namespace

std::int64_t Draft::tokens() const {
  std::int64_t n = 0;
  for (const auto& s : segments) n += s.tokens();
  return n;
}

Draft make_draft(const Ask& ask, const Material& material, IdMint& ids) {
  Draft draft;
  if (material.tool_calls)
    for (const auto& tool : tools_to_call(ask)) draft.segments.push_back(call_segment(tool, ids));
  if (!draft.segments.empty()) {
    draft.finish = Finish::tool_calls;
  } else if (const auto schema = schema_of(ask.format); !schema.empty()) {
    draft.segments.push_back(text_segment(AnswerText::cut(sample_json(schema)), SIZE_MAX));
  } else {
    draft.segments.push_back(text_segment(material.text, material.text_pieces));
  }
  if (ask.output_limit) cut_to(draft, *ask.output_limit);
  return draft;
}

}  // namespace fw::fake
