#include "fake/recording.h"

#include <algorithm>

#include "fake/recording_files.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

std::int64_t number_at(std::string_view object, std::initializer_list<std::string_view> path) {
  const auto token = wire::json_find(object, path);
  return token ? wire::json_int(*token).value_or(0) : 0;
}

// Reasoning that was counted beside the completion (xAI) belongs to the output.
Tokens chat_usage(std::string_view usage) {
  Tokens t;
  t.input = number_at(usage, {"prompt_tokens"});
  t.cached = number_at(usage, {"prompt_tokens_details", "cached_tokens"});
  t.reasoning = number_at(usage, {"completion_tokens_details", "reasoning_tokens"});
  const auto total = number_at(usage, {"total_tokens"});
  t.output = std::max(number_at(usage, {"completion_tokens"}), total - t.input);
  return t;
}

Tokens responses_usage(std::string_view usage) {
  return {.input = number_at(usage, {"input_tokens"}),
          .cached = number_at(usage, {"input_tokens_details", "cached_tokens"}),
          .output = number_at(usage, {"output_tokens"}),
          .reasoning = number_at(usage, {"output_tokens_details", "reasoning_tokens"})};
}

bool ends_stream(std::string_view event) {
  const auto type = wire::json_text(wire::json_find(event, {"type"}).value_or(""));
  return type == "response.completed" || type == "response.incomplete" || type == "response.failed";
}

// A file may hold several streams one after the other: the first counts.
std::vector<std::string_view> first_stream(std::string_view text) {
  std::vector<std::string_view> events;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.empty()) continue;
    events.push_back(line);
    if (ends_stream(line)) break;
  }
  return events;
}

Recording read_chat(Recording r) {
  const auto first = r.events.empty() ? r.body : r.events.front();
  r.id = wire::json_text(wire::json_find(first, {"id"}).value_or(""));
  if (r.events.empty()) r.usage = chat_usage(wire::json_find(r.body, {"usage"}).value_or("{}"));
  for (const auto event : r.events)
    if (const auto usage = wire::json_find(event, {"usage"}); usage && *usage != "null") r.usage = chat_usage(*usage);
  return r;
}

Recording read_responses(Recording r) {
  if (!r.events.empty()) r.body = wire::json_find(r.events.back(), {"response"}).value_or("");
  r.id = wire::json_text(wire::json_find(r.body, {"id"}).value_or(""));
  r.usage = responses_usage(wire::json_find(r.body, {"usage"}).value_or("{}"));
  return r;
}

std::vector<Recording> read_all() {
  std::vector<Recording> all;
  for (const auto& file : recording_files()) {
    Recording r;
    r.name = file.name;
    r.endpoint = file.responses ? Endpoint::responses : Endpoint::chat;
    if (file.stream)
      r.events = first_stream(file.text);
    else
      r.body = file.text;
    all.push_back(file.responses ? read_responses(std::move(r)) : read_chat(std::move(r)));
  }
  return all;
}

}  // namespace

std::span<const Recording> recordings() {
  static const std::vector<Recording> all = read_all();
  return all;
}

const Recording* find_recording(std::string_view name) {
  const auto all = recordings();
  const auto at = std::ranges::find(all, name, &Recording::name);
  return at == all.end() ? nullptr : &*at;
}

bool carries_content(Endpoint endpoint, std::string_view event) {
  if (endpoint == Endpoint::responses) {
    const auto type = wire::json_text(wire::json_find(event, {"type"}).value_or(""));
    return type.ends_with(".delta");
  }
  const auto choices = wire::json_find(event, {"choices"}).value_or("[]");
  return choices.find(R"("content":")") != std::string_view::npos &&
                 choices.find(R"("content":"")") == std::string_view::npos
             ? true
             : choices.find(R"("reasoning_content":")") != std::string_view::npos ||
                   choices.find(R"("tool_calls":[)") != std::string_view::npos;
}

std::string default_answer_text() {
  std::string text;
  const auto* const r = find_recording("openai-chat-text");
  wire::JsonArray choices(wire::json_find(r->body, {"choices"}).value_or("[]"), 64);
  wire::JsonMember choice;
  if (choices.next(choice))
    wire::json_unescape(wire::json_text(wire::json_find(choice.value, {"message", "content"}).value_or("")), text);
  return text;
}

}  // namespace fw::fake
