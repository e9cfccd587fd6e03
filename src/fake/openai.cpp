// OpenAI as api.openai.com behaves: openai npm 7.57.0, its API description 2.3.0, recorded answers.
#include <fmt/format.h>

#include <iterator>

#include "fake/clouds.h"
#include "fake/rate.h"

namespace fw::fake {
namespace {

constexpr std::string_view kPrefix = "/v1/";

constexpr ChatTemplates kChat{
    .chunk =
        R"({"id":"$i","object":"chat.completion.chunk","created":$t,"model":"$m","service_tier":"$T",)"
        R"("system_fingerprint":"fp_5fa4e00001","choices":[{"index":$n,"delta":$d,"logprobs":null,"finish_reason":$f}]$u$o})",
    .chunk_first = {},
    .chunk_filter = {},
    .chunk_usage = R"({"id":"$i","object":"chat.completion.chunk","created":$t,"model":"$m","service_tier":"$T",)"
                   R"("system_fingerprint":"fp_5fa4e00001","choices":[],"usage":$U$o})",
    .whole = R"({"id":"$i","object":"chat.completion","created":$t,"model":"$m","choices":[$c],"usage":$U,)"
             R"("service_tier":"$T","system_fingerprint":"fp_5fa4e00001"})",
    .choice = R"({"index":$n,"message":$w,"logprobs":null,"finish_reason":$f})",
    .message = R"({"role":"assistant","content":$x$k,"refusal":$z,"annotations":[]})",
    .usage = R"({"prompt_tokens":$p,"completion_tokens":$q,"total_tokens":$s,"prompt_tokens_details":)"
             R"({"cached_tokens":$k,"audio_tokens":0$w},"completion_tokens_details":{"reasoning_tokens":$r,)"
             R"("audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})",
    .tells_refusals = true,
};

class OpenAi final : public Manner {
 public:
  std::string_view name() const override { return "openai"; }
  std::string_view default_key() const override { return "sk-fake-openai"; }
  std::string_view base_path() const override { return "/v1"; }
  Timing timing() const override { return {380, 18}; }
  const ChatTemplates& chat() const override { return kChat; }

  std::vector<ServedModel> models() const override {
    return {{"gpt-6-sol", "gpt-6-sol-2026-09-22"},
            {"gpt-6-luna", "gpt-6-luna-2026-09-22"},
            {"gpt-6-astra", "gpt-6-astra-2026-09-03"},
            {"gpt-5.5", ""},
            {"gpt-5.2", ""},
            {"gpt-4.1-nano", "gpt-4.1-nano-2025-04-14"},
            {"text-embedding-3-small", ""},
            {"text-embedding-3-large", ""}};
  }

  KeyVerdict judge_key(std::span<const wire::HeaderField> fields, std::span<const std::string> keys,
                       std::string_view& given) const override {
    given = bearer(fields);
    return judge(given, keys);
  }

  std::expected<Place, Refusal> place(const wire::RequestHead& head, const Options&) const override {
    if (!head.path.starts_with(kPrefix)) return std::unexpected(unknown_path(head.method_text, head.path));
    return place_below(head, head.path.substr(kPrefix.size()));
  }

  std::string refusal_json(const Refusal& refusal) const override { return openai_refusal_json(refusal); }

  void add_lines(std::string& out, const AnswerFacts& facts) const override {
    add_line(out, "x-request-id", facts.request_id);
    add_line(out, "openai-organization", "org-fake");
    add_line(out, "openai-processing-ms", facts.took_ms);
    add_line(out, "openai-version", "2020-10-01");
    if (!facts.limited) return;
    add_line(out, "x-ratelimit-limit-requests", facts.requests.limit);
    add_line(out, "x-ratelimit-limit-tokens", facts.tokens.limit);
    add_line(out, "x-ratelimit-remaining-requests", facts.requests.remaining);
    add_line(out, "x-ratelimit-remaining-tokens", facts.tokens.remaining);
    add_line(out, "x-ratelimit-reset-requests", duration_text(facts.requests.reset_ms));
    add_line(out, "x-ratelimit-reset-tokens", duration_text(facts.tokens.reset_ms));
  }

  std::string request_id(std::string_view hex32) const override { return fmt::format("req_{}", hex32); }
};

}  // namespace

const Manner& openai_manner() {
  static const OpenAi manner;
  return manner;
}

}  // namespace fw::fake
