// Azure OpenAI: both path families, the content filter, numbers as resets. Sources: MicrosoftDocs/azure-ai-docs
// (content-streaming.md, quota, troubleshoot-errors.md), @ai-sdk/azure 4.0.85, recorded answers.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "fake/clouds.h"
#include "fake/issuers.h"
#include "fake/minted.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

constexpr std::string_view kJwtBegin = "eyJ";  // of {" in base64
constexpr std::string_view kV1 = "/openai/v1/";
constexpr std::string_view kClassic = "/openai/";
constexpr std::string_view kDeployments = "deployments/";

#define FW_SAFE_TEXT                                                                                  \
  R"({"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},)" \
  R"("sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}})"
#define FW_SAFE_PROMPT                                                                                 \
  R"({"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":false,"detected":false},)"   \
  R"("self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},)" \
  R"("violence":{"filtered":false,"severity":"safe"}})"

constexpr ChatTemplates kChat{
    .chunk =
        R"({"choices":[{"content_filter_results":$r,"delta":$d,"finish_reason":$f,"index":$n,"logprobs":null}],)"
        R"("created":$t,"id":"$i","model":"$m"$o,"object":"chat.completion.chunk","system_fingerprint":"fp_a2fa4e0001"$u})",
    .chunk_first = R"({"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":)"
                   R"([{"prompt_index":0,"content_filter_results":)" FW_SAFE_PROMPT R"(}]})",
    .chunk_filter = R"({"choices":[{"content_filter_offsets":{"check_offset":$p,"start_offset":$p,"end_offset":$q},)"
                    R"("content_filter_results":)" FW_SAFE_TEXT
                    R"(,"finish_reason":null,"index":0,"logprobs":null}],"created":0,"id":"","model":"","object":""})",
    .chunk_usage = R"({"choices":[],"created":$t,"id":"$i","model":"$m"$o,"object":"chat.completion.chunk",)"
                   R"("system_fingerprint":"fp_a2fa4e0001","usage":$U})",
    .whole =
        R"({"choices":[$c],"created":$t,"id":"$i","model":"$m","object":"chat.completion","prompt_filter_results":)"
        R"([{"prompt_index":0,"content_filter_results":)" FW_SAFE_PROMPT
        R"(}],"system_fingerprint":"fp_a2fa4e0001","usage":$U})",
    .choice =
        R"({"content_filter_results":)" FW_SAFE_TEXT R"(,"finish_reason":$f,"index":$n,"logprobs":null,"message":$w})",
    .message = R"({"annotations":[],"content":$x,"refusal":$z,"role":"assistant"$k})",
    .usage = R"({"completion_tokens":$q,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":0,)"
             R"("reasoning_tokens":$r,"rejected_prediction_tokens":0},"prompt_tokens":$p,"prompt_tokens_details":)"
             R"({"audio_tokens":0,"cached_tokens":$k$w},"total_tokens":$s})",
    .tells_refusals = true,
};

constexpr std::string_view kResponseExtra =
    R"(,"content_filters":[{"blocked":false,"source_type":"prompt","content_filter_raw":null,"content_filter_results":)" FW_SAFE_PROMPT
    R"(,"content_filter_offsets":{"start_offset":0,"end_offset":0,"check_offset":0}},)"
    R"({"blocked":false,"source_type":"completion","content_filter_raw":null,"content_filter_results":)" FW_SAFE_TEXT
    R"(,"content_filter_offsets":{"start_offset":0,"end_offset":0,"check_offset":0}}])";

constexpr std::string_view kInnerError =
    R"({"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},)"
    R"("jailbreak":{"filtered":false,"detected":false},"self_harm":{"filtered":false,"severity":"safe"},)"
    R"("sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"high"}}})";

// {"error":{"code":…,"message":…}}: what the gateway in front of the models says.
std::string front_error(std::string_view code, std::string_view message) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object()
      .key("error")
      .begin_object()
      .member("code", code)
      .member("message", message)
      .end_object()
      .end_object();
  return out;
}

std::string_view query_value(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    if (pair.starts_with(key) && pair.size() > key.size() && pair[key.size()] == '=')
      return pair.substr(key.size() + 1);
    query.remove_prefix(std::min(query.size(), end + 1));
  }
  return {};
}

class Azure final : public Manner {
 public:
  std::string_view name() const override { return "azure"; }
  std::string_view default_key() const override { return "fake-azure-key"; }
  std::string_view base_path() const override { return "/openai/v1"; }
  Timing timing() const override { return {420, 20}; }
  const ChatTemplates& chat() const override { return kChat; }
  bool filters_prompts() const override { return true; }
  std::string_view response_extra() const override { return kResponseExtra; }

  std::vector<ServedModel> models() const override {
    return {{"sol-prod", "gpt-6-sol-2026-09-22"},     {"luna-prod", "gpt-6-luna-2026-09-22"},
            {"gpt-6-sol", "gpt-6-sol-2026-09-22"},    {"gpt-5.5", "gpt-5.5"},
            {"embed-prod", "text-embedding-3-small"}, {"text-embedding-3-small", ""}};
  }
  std::vector<std::string> api_versions() const override { return {"2024-06-01", "2024-10-21", "2025-04-01-preview"}; }

  // A key comes in api-key, an Entra token as a bearer.
  KeyVerdict judge_key(std::span<const wire::HeaderField> fields, std::span<const std::string> keys,
                       std::string_view& given) const override {
    given = wire::field_value(fields, wire::HeaderId::api_key);
    if (!given.empty()) return judge(given, keys);
    given = bearer(fields);
    const auto verdict = judge(given, keys);
    return verdict == KeyVerdict::wrong && given.starts_with(kJwtBegin) ? KeyVerdict::closer : verdict;
  }

  // A token of the fake Entra, for one of the two audiences.
  std::optional<Refusal> sign_in(const Shown& shown) const override {
    const auto claims = read_minted(bearer(shown.head.fields));
    if (claims && claims->issuer == kEntraIssuer && azure_audience(claims->audience) &&
        claims->expires_s > shown.now.seconds() && claims->issued_ns > shown.standing.revoked_before.ns)
      return std::nullopt;
    return Refusal{.why = Why::not_signed,
                   .status = 401,
                   .message =
                       "Unauthorized. Access token is missing, invalid, audience is incorrect "
                       "(https://cognitiveservices.azure.com), or have expired."};
  }

  std::expected<Place, Refusal> place(const wire::RequestHead& head, const Options& options) const override {
    if (head.path.starts_with(kV1)) return place_below(head, head.path.substr(kV1.size()));
    if (!head.path.starts_with(kClassic)) return std::unexpected(unknown_path(head.method_text, head.path));
    const auto version = query_value(head.query, "api-version");
    if (version.empty()) return std::unexpected(unknown_path(head.method_text, head.path));
    if (std::ranges::find(options.api_versions, version) == options.api_versions.end())
      return std::unexpected(Refusal{.why = Why::api_version, .subject = std::string(version)});
    return place_classic(head, head.path.substr(kClassic.size()));
  }

  std::string refusal_json(const Refusal& r) const override {
    switch (r.why) {
      case Why::key_missing:
      case Why::key_wrong:
        return front_error(
            "401",
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a "
            "valid key for an active subscription and use a correct regional API endpoint for your resource.");
      case Why::not_signed: return front_error("Unauthorized", r.message);
      case Why::unknown_path: return front_error("404", "Resource not found");
      case Why::api_version: return front_error("BadRequest", "API version not supported");
      case Why::unknown_model:
        return front_error(
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 "
            "minutes, please wait a moment and try again.");
      case Why::throttled_requests:
      case Why::throttled_tokens: return front_error("429", throttle_text(r));
      case Why::blocked_prompt: return blocked_json(r);
      case Why::scripted: return scripted_json(r);
      default: return openai_refusal_json(r);
    }
  }

  void add_lines(std::string& out, const AnswerFacts& facts) const override {
    add_line(out, "apim-request-id", facts.request_id);
    add_line(out, "x-request-id", facts.request_id);
    add_line(out, "x-ms-region", facts.region);
    add_line(out, "x-ms-deployment-name", facts.model);
    if (!facts.limited) return;
    add_line(out, "x-ratelimit-limit-requests", facts.requests.limit);
    add_line(out, "x-ratelimit-limit-tokens", facts.tokens.limit);
    add_line(out, "x-ratelimit-remaining-requests", facts.requests.remaining);
    add_line(out, "x-ratelimit-remaining-tokens", facts.tokens.remaining);
    add_line(out, "x-ratelimit-reset-requests", (facts.requests.reset_ms + 999) / 1000);
    add_line(out, "x-ratelimit-reset-tokens", (facts.tokens.reset_ms + 999) / 1000);
  }

  std::string request_id(std::string_view hex) const override {
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                       hex.substr(20));
  }

 private:
  // Deployments in the path; Responses beside them name theirs in the body.
  static std::expected<Place, Refusal> place_classic(const wire::RequestHead& head, std::string_view rest) {
    if (!rest.starts_with(kDeployments)) {
      if (rest.starts_with("responses") || rest == "models") return place_below(head, rest);
      return std::unexpected(unknown_path(head.method_text, head.path));
    }
    rest.remove_prefix(kDeployments.size());
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos || slash == 0)
      return std::unexpected(unknown_path(head.method_text, head.path));
    auto place = place_below(head, rest.substr(slash + 1));
    if (!place) return place;
    if (place->endpoint != Endpoint::chat && place->endpoint != Endpoint::embeddings)
      return std::unexpected(unknown_path(head.method_text, head.path));
    place->deployment = rest.substr(0, slash);
    return place;
  }

  static std::string throttle_text(const Refusal& r) {
    return fmt::format(
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded {} rate limit of your "
        "current OpenAI S0 pricing tier. Please retry after {} seconds.",
        r.why == Why::throttled_tokens ? "token" : "call", (r.retry_after_ms + 999) / 1000);
  }

  static std::string blocked_json(const Refusal& r) {
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().key("error").begin_object().member("message", r.message).key("type").null();
    w.member("param", r.param).member("code", r.code).member("status", 400).key("innererror").raw(kInnerError);
    w.end_object().end_object();
    return out;
  }

  static std::string scripted_json(const Refusal& r) {
    switch (r.status) {
      case 401: return front_error("401", r.message);
      case 404: return front_error(r.code == "model_not_found" ? "DeploymentNotFound" : r.code, r.message);
      case 408: return front_error("Timeout", "The operation was timeout.");
      case 429: return front_error(r.code == "rate_limit_exceeded" ? "429" : r.code, r.message);
      case 503: return front_error("ServiceUnavailable", r.message);
      default: return openai_refusal_json(r);
    }
  }
};

}  // namespace

const Manner& azure_manner() {
  static const Azure manner;
  return manner;
}

}  // namespace fw::fake
