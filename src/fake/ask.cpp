#include "fake/ask.h"

#include <algorithm>

#include "fake/ask_fields.h"
#include "fake/tokens.h"

namespace fw::fake {
namespace {

using wire::JsonMember;

constexpr std::size_t kTextsUsual = 8;

std::expected<void, Refusal> need(bool present, std::string_view param) {
  if (present) return {};
  return std::unexpected(missing_param(param));
}

std::expected<void, Refusal> check_required(Endpoint endpoint, const Ask& ask, const Found& found, bool model_in_path) {
  if (!model_in_path) {
    if (const auto ok = need(!ask.model.empty(), "model"); !ok) return ok;
  }
  if (says_chat(endpoint) || endpoint == Endpoint::converse || endpoint == Endpoint::converse_stream)
    return need(found.prompt, "messages");
  if (endpoint == Endpoint::generate || endpoint == Endpoint::generate_stream) return need(found.prompt, "contents");
  if (endpoint == Endpoint::count_tokens) return need(found.prompt, "input");
  if (endpoint == Endpoint::embeddings) return need(found.prompt, "input");
  // A Response may go on from a stored one without saying anything new.
  return need(found.prompt || !ask.previous_response_id.empty(), "input");
}

std::expected<void, Refusal> take(Endpoint endpoint, const JsonMember& m, Ask& ask, Found& found) {
  switch (endpoint) {
    case Endpoint::converse:
    case Endpoint::converse_stream: return take_converse_field(m, ask, found);
    case Endpoint::generate:
    case Endpoint::generate_stream: return take_generate_field(m, ask, found);
    case Endpoint::count_tokens: return take_count_field(m, ask, found);
    default: return take_field(endpoint, m, ask, found);
  }
}

}  // namespace

std::expected<Ask, Refusal> read_ask(Endpoint endpoint, std::string_view body, bool model_in_path) {
  Ask ask;
  Found found;
  ask.prompt_tokens = kTokensPerPrompt;
  ask.texts.reserve(kTextsUsual);
  ask.stream = endpoint == Endpoint::converse_stream || endpoint == Endpoint::generate_stream;
  wire::JsonObject members(body, kAskDepthMax);
  JsonMember m;
  while (members.next(m)) {
    const auto taken = take(endpoint, m, ask, found);
    if (!taken) return std::unexpected(taken.error());
  }
  if (const auto* const e = members.error()) return std::unexpected(malformed_json(e->offset, wire::say(e->fault)));
  if (const auto ok = check_required(endpoint, ask, found, model_in_path); !ok) return std::unexpected(ok.error());
  if (endpoint == Endpoint::invoke || endpoint == Endpoint::invoke_stream) {
    ask.stream = endpoint == Endpoint::invoke_stream;
    ask.n = 1;
  }
  ask.texts.insert(ask.texts.begin(), found.system.begin(), found.system.end());
  ask.texts.insert(ask.texts.begin(), found.tools.begin(), found.tools.end());
  return ask;
}

bool is_blocked(const Ask& ask) {
  return std::ranges::any_of(ask.texts, [](auto text) { return text.find(kBlockedPhrase) != std::string_view::npos; });
}

std::string_view model_of(std::string_view body) {
  wire::JsonObject members(body, kAskDepthMax);
  JsonMember m;
  while (members.next(m))
    if (m.key == "model") return wire::json_text(m.value);
  return {};
}

}  // namespace fw::fake
