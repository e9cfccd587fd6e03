// Snippets for clients, complete as they stand.
#include <algorithm>
#include <expected>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit.h"
#include "wire/json_write.h"
#include "wire/url.h"

namespace fw::cli {
namespace {

constexpr std::string_view kCodex = R"(# ~/.codex/config.toml
model = {model}
model_provider = "fairway"

[model_providers.fairway]
name = "Fairway"
base_url = {url}
env_key = {key}
wire_api = "responses"
)";

constexpr std::string_view kPython = R"(# pip install openai
import os

from openai import OpenAI

client = OpenAI(base_url={url}, api_key=os.environ[{key}])
answer = client.chat.completions.create(
    model={model},
    messages=[{{"role": "user", "content": "Say hello"}}],
)
print(answer.choices[0].message.content)
)";

constexpr std::string_view kNode = R"(// npm install openai
import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {url}, apiKey: process.env[{key}] }});
const answer = await client.chat.completions.create({{
  model: {model},
  messages: [{{ role: "user", content: "Say hello" }}],
}});
console.log(answer.choices[0].message.content);
)";

// A JSON string is the same text in TOML, Python and JavaScript.
std::string literal(std::string_view text) {
  std::string out = "\"";
  wire::json_escape(out, text);
  return out + '"';
}

bool is_variable(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// With the /v1 that clients expect at the end.
std::expected<std::string, std::string> base_url(const std::string& text) {
  const auto url = wire::parse_url(text);
  if (!url) return std::unexpected(url.error());
  if (!url->query.empty()) return std::unexpected("a base URL has no query");
  const auto path = url->path.empty() || url->path == "/" ? "/v1" : url->path;
  return fmt::format("{}://{}{}", url->scheme, url->authority(), path);
}

int refuse_claude() {
  fmt::print(stderr,
             "Claude Code speaks the Messages dialect, and this version does not serve /v1/messages yet.\n"
             "What it serves: /v1/chat/completions, /v1/responses, /v1/embeddings, /v1/models.\n");
  return kFailed;
}

}  // namespace

int connect(const ConnectOptions& options) {
  if (options.client == "claude") return refuse_claude();
  const auto url = base_url(options.url);
  if (!url) {
    fmt::print(stderr, "error: --url: {}\n", url.error());
    return kUsage;
  }
  if (!is_variable(options.key_env)) {
    fmt::print(stderr, "error: --key-env: '{}' is no name of an environment variable\n", options.key_env);
    return kUsage;
  }
  const auto snippet = options.client == "codex" ? kCodex : options.client == "python" ? kPython : kNode;
  fmt::print("{}", fmt::format(fmt::runtime(snippet), fmt::arg("url", literal(*url)),
                               fmt::arg("model", literal(options.model)), fmt::arg("key", literal(options.key_env))));
  fmt::print(stderr, "\nBefore it runs: export {}=YOUR-KEY\n", options.key_env);
  return kOk;
}

}  // namespace fw::cli
