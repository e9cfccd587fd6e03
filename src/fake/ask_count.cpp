// What the parts of a prompt count.
#include <string>

#include "fake/ask_fields.h"
#include "fake/tokens.h"

namespace fw::fake {
namespace {

// A JSON value, or the JSON inside a string, without its blanks.
std::int64_t tokens_of_json(std::string_view value) {
  if (!value.starts_with('"')) return tokens_of_bytes(dense_bytes(value));
  std::string plain;
  if (!wire::json_unescape(wire::json_text(value), plain)) return tokens_of(value);
  return tokens_of_bytes(dense_bytes(plain));
}

std::int64_t tokens_of_text(std::string_view raw) { return tokens_of_bytes(said_bytes(raw)); }

}  // namespace

void count_text(Ask& ask, std::string_view raw) {
  if (raw.empty()) return;
  ask.texts.push_back(raw);
  ask.prompt_tokens += kTokensPerMessage + tokens_of_text(raw);
}

void count_system(Ask& ask, Found& found, std::string_view raw) {
  found.system.push_back(raw);
  ask.prompt_tokens += kTokensPerMessage + tokens_of_text(raw);
}

void count_call(Ask& ask, std::string_view name, std::string_view arguments) {
  ask.texts.push_back(name);
  ask.texts.push_back(arguments);
  ask.prompt_tokens += kTokensPerMessage + tokens_of_text(name) + tokens_of_json(arguments);
}

void count_result(Ask& ask, std::string_view result) {
  ask.texts.push_back(result);
  ask.prompt_tokens += kTokensPerMessage + tokens_of_json(result);
}

void count_tool(Ask& ask, Found& found, std::string_view name, std::string_view description, std::string_view schema) {
  for (const auto text : {name, description, schema}) found.tools.push_back(text);
  ask.prompt_tokens += tokens_of_text(name) + tokens_of_text(description);
  // A schema without properties says no more than none at all.
  if (!schema.starts_with('{')) return;
  const auto properties = wire::json_find(schema, {"properties"});
  if (properties && dense_bytes(*properties) > std::string_view("{}").size())
    ask.prompt_tokens += tokens_of_bytes(dense_bytes(schema));
}

}  // namespace fw::fake
