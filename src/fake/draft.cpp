#include "fake/draft.h"

#include <algorithm>

#include "fake/sample.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr int kDepthMax = 512;
constexpr std::size_t kCallsMax = 2;
constexpr std::string_view kRefusal = "I'm sorry, but I can't help with that.";
constexpr std::string_view kThoughts = "The question is short. I should check what is asked and then answer it.";

struct Tool {
  std::string_view name;
  std::string_view parameters;
};

void add_tool(std::vector<Tool>& all, std::string_view tool) {
  const auto name = wire::json_text(wire::json_find(tool, {"name"}).value_or(""));
  if (name.empty()) return;
  for (const auto* const key : {"parameters", "parametersJsonSchema", "parameters_json_schema"})
    if (const auto schema = wire::json_find(tool, {key})) return all.push_back({name, *schema});
  all.push_back({name, wire::json_find(tool, {"inputSchema", "json"}).value_or("{}")});
}

// Google's, in either of its spellings.
std::optional<std::string_view> declarations(std::string_view tool) {
  const auto found = wire::json_find(tool, {"functionDeclarations"});
  return found ? found : wire::json_find(tool, {"function_declarations"});
}

// Functions of the chat form {"type":"function","function":{…}}, of the flat one, of Converse's {"toolSpec":…}
// and of Gemini's {"functionDeclarations":[…]}.
std::vector<Tool> functions(std::string_view tools) {
  std::vector<Tool> all;
  wire::JsonArray list(tools, kDepthMax);
  wire::JsonMember m;
  while (list.next(m)) {
    if (m.kind != wire::JsonKind::object) continue;
    if (const auto spec = wire::json_find(m.value, {"toolSpec"})) {
      add_tool(all, *spec);
    } else if (const auto declared = declarations(m.value)) {
      wire::JsonArray inside(*declared, kDepthMax);
      wire::JsonMember d;
      while (inside.next(d)) add_tool(all, d.value);
    } else if (wire::json_text(wire::json_find(m.value, {"type"}).value_or("")) == "function") {
      add_tool(all, wire::json_find(m.value, {"function"}).value_or(m.value));
    }
  }
  return all;
}

bool told(const Ask& ask, std::string_view phrase) { return ask.last_user_text.find(phrase) != std::string_view::npos; }

std::vector<Tool> tools_to_call(const Ask& ask) {
  if (ask.tools.empty() || ask.choice == Choice::none) return {};
  const bool forced = ask.choice == Choice::required;
  if (!forced && (ask.after_tool || told(ask, kWordsPhrase) || told(ask, kRefusePhrase))) return {};
  auto all = functions(ask.tools);
  if (!ask.choice_name.empty()) {
    std::erase_if(all, [&ask](const Tool& t) { return t.name != ask.choice_name; });
    return all;
  }
  if (all.size() == 1 && told(ask, kParallelPhrase) && !ask.one_call) all.push_back(all.front());
  if (all.size() > (ask.one_call ? 1 : kCallsMax)) all.resize(ask.one_call ? 1 : kCallsMax);
  return all;
}

Segment text_segment(TextPtr text, std::size_t pieces) {
  Segment s;
  s.text = std::move(text);
  s.pieces = std::min(pieces, s.text->pieces());
  return s;
}

// Arguments are an object, whatever a schema leaves open.
std::string sample_arguments(std::string_view schema) {
  for (const auto* const key : {"properties", "$ref", "anyOf", "oneOf", "allOf"})
    if (schema.starts_with('{') && wire::json_find(schema, {key})) return sample_json(schema);
  return "{}";
}

Segment call_segment(const Tool& tool, IdMint& ids) {
  auto s = text_segment(AnswerText::cut(sample_arguments(tool.parameters)), SIZE_MAX);
  s.kind = SegmentKind::call;
  s.call_id = ids.hex("call_", 24);
  s.call_name = tool.name;
  return s;
}

Segment said(SegmentKind kind, std::string_view plain) {
  auto s = text_segment(AnswerText::cut(plain), SIZE_MAX);
  s.kind = kind;
  return s;
}

// What a schema asks for, whether it stands there as JSON or inside a string.
std::string sample_of(std::string_view schema) {
  std::string plain;
  if (schema.starts_with('"') && wire::json_unescape(wire::json_text(schema), plain))
    return wire::json_check(plain, kDepthMax) ? std::string("{}") : sample_json(plain);
  return sample_json(schema);
}

Segment message(const Ask& ask, const Material& material) {
  if (told(ask, kRefusePhrase)) return said(SegmentKind::refusal, kRefusal);
  if (!ask.schema.empty()) return said(SegmentKind::text, sample_of(ask.schema));
  return text_segment(material.text, material.text_pieces);
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

std::int64_t Draft::reasoning_tokens() const {
  std::int64_t n = 0;
  for (const auto& s : segments) n += s.is_reasoning() ? s.tokens() : 0;
  return n;
}

std::string Draft::plain(const Segment& segment) {
  std::string text;
  (void)wire::json_unescape(segment.whole(), text);
  return text;
}

std::string Draft::arguments(const Segment& segment) {
  auto text = plain(segment);
  return wire::json_check(text, kDepthMax) ? std::string("{}") : text;
}

Draft make_draft(const Ask& ask, const Material& material, IdMint& ids, std::int64_t tokens_max) {
  Draft draft;
  if (material.thinks && told(ask, kThinkPhrase)) draft.segments.push_back(said(SegmentKind::reasoning, kThoughts));
  const auto before = draft.segments.size();
  if (material.tool_calls)
    for (const auto& tool : tools_to_call(ask)) draft.segments.push_back(call_segment(tool, ids));
  if (draft.segments.size() > before) {
    draft.finish = Finish::tool_calls;
  } else {
    draft.segments.push_back(message(ask, material));
    if (told(ask, kFilteredPhrase)) {
      draft.segments.back().pieces /= 2;
      draft.finish = Finish::content_filter;
    }
  }
  cut_to(draft, std::min(tokens_max, ask.output_limit.value_or(INT64_MAX)));
  return draft;
}

}  // namespace fw::fake
