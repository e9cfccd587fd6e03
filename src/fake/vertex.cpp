// Google Cloud: OpenAI's models through Responses, the OpenAI-compatible surface, Gemini's own. Sources: openai 7.57.0
// src/providers/vertex.ts, Google's pages maas/openai and call-vertex-using-openai-library, @google/genai 3.1.0,
// @ai-sdk/google-vertex 5.0.141.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fake/aws_check.h"
#include "fake/clouds.h"
#include "fake/generate.h"
#include "fake/issuers.h"
#include "fake/minted.h"
#include "fake/percent.h"
#include "fake/service_account.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr std::string_view kUnauthenticated =
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
constexpr std::string_view kExhausted =
    "Resource exhausted. Please try again later. Please refer to "
    "https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.";

constexpr ChatTemplates kChat{
    .chunk = R"({"choices":[{"delta":$d,"finish_reason":$f,"index":$n,"logprobs":null}],"created":$t,"id":"$i",)"
             R"("model":"$m","object":"chat.completion.chunk","system_fingerprint":""$u})",
    .chunk_first = {},
    .chunk_filter = {},
    .chunk_usage = {},
    .whole =
        R"({"choices":[$c],"created":$t,"id":"$i","model":"$m","object":"chat.completion","system_fingerprint":"",)"
        R"("usage":$U})",
    .choice = R"({"finish_reason":$f,"index":$n,"logprobs":null,"message":$w})",
    .message = R"({"content":$x,"role":"assistant"$k})",
    .usage =
        R"({"completion_tokens":$q,"completion_tokens_details":{"reasoning_tokens":$r},"extra_properties":)"
        R"({"google":{"traffic_type":"ON_DEMAND"}},"prompt_tokens":$p,"prompt_tokens_details":{"cached_tokens":$k},)"
        R"("total_tokens":$s})",
    .usage_in_finish = true,
};

// /v1/projects/P/locations/L/REST
struct Path {
  std::string_view project, location, rest;
};

std::optional<Path> read_path(std::string_view path) {
  const auto take = [&path](std::string_view word) {
    if (!path.starts_with(word)) return false;
    path.remove_prefix(word.size());
    return true;
  };
  const auto part = [&path] {
    const auto slash = std::min(path.find('/'), path.size());
    const auto found = path.substr(0, slash);
    path.remove_prefix(std::min(path.size(), slash + 1));
    return found;
  };
  if (!take("/v1/") && !take("/v1beta1/")) return std::nullopt;
  Path p;
  if (!take("projects/")) return std::nullopt;
  p.project = part();
  if (!take("locations/")) return std::nullopt;
  p.location = part();
  p.rest = path;
  return p;
}

Refusal google(int status, std::string message) {
  return {.why = Why::own, .status = status, .message = std::move(message), .code = std::string(google_status(status))};
}

std::expected<Place, Refusal> place_native(const wire::RequestHead& head, std::string_view rest) {
  constexpr std::string_view kModels = "models/";
  const auto slash = rest.find('/');
  const auto colon = rest.rfind(':');
  if (slash == std::string_view::npos || !rest.substr(slash + 1).starts_with(kModels) ||
      colon == std::string_view::npos)
    return std::unexpected(unknown_path(head.method_text, head.path));
  const auto verb = rest.substr(colon + 1);
  const auto from = slash + 1 + kModels.size();
  Place place{.endpoint = Endpoint::generate, .deployment = rest.substr(from, colon - from), .id = {}};
  if (verb == "streamGenerateContent") {
    place.endpoint = Endpoint::generate_stream;
    place.array = form_value(head.query, "alt") != "sse";
  } else if (verb != "generateContent") {
    return std::unexpected(unknown_path(head.method_text, head.path));
  }
  if (head.method != wire::Method::post) return std::unexpected(wrong_method(head.method_text, head.path));
  return place;
}

class Vertex final : public Manner {
 public:
  std::string_view name() const override { return "vertex"; }
  // Given out for those who want no token endpoint.
  std::string_view default_key() const override { return "ya29.fake-vertex-token"; }
  std::string_view base_path() const override { return {}; }
  std::string_view region() const override { return "us-central1"; }
  Timing timing() const override { return {400, 18}; }
  const ChatTemplates& chat() const override { return kChat; }
  bool tells_limits() const override { return false; }
  bool counts_cache_writes() const override { return false; }
  bool runs_background() const override { return false; }
  bool reads_fields() const override { return true; }

  std::vector<ServedModel> models() const override {
    return {{"gpt-6-luna", "gpt-6-luna-2026-09-22"},
            {"gpt-6.1-sol", "gpt-6.1-sol-2026-09-29"},
            {"gpt-6.1-terra", "gpt-6.1-terra-2026-10-26"},
            {"gpt-6-astra", "gpt-6-astra-2026-09-03"},
            {"openai/gpt-oss-120b-maas", ""},
            {"openai/gpt-oss-20b-maas", ""},
            {"google/gemini-2.5-flash", ""},
            {"google/gemini-3-pro", ""},
            {"gemini-2.5-flash", ""},
            {"gemini-2.5-pro", ""},
            {"gemini-3-pro", ""}};
  }

  KeyVerdict judge_key(std::span<const wire::HeaderField> fields, std::span<const std::string> keys,
                       std::string_view& given) const override {
    given = bearer(fields);
    if (given.empty()) return KeyVerdict::missing;
    return judge(given, keys) == KeyVerdict::good ? KeyVerdict::good : KeyVerdict::closer;
  }

  // An access token of the fake token endpoints, or a JWT the service account signed itself.
  std::optional<Refusal> sign_in(const Shown& shown) const override {
    const auto token = bearer(shown.head.fields);
    const auto refuse = [] {
      return Refusal{
          .why = Why::not_signed, .status = 401, .message = std::string(kUnauthenticated), .code = "UNAUTHENTICATED"};
    };
    if (const auto claims = read_minted(token)) {
      const bool good = claims->issuer == kGoogleIssuer && claims->expires_s > shown.now.seconds() &&
                        claims->issued_ns > shown.standing.revoked_before.ns &&
                        claims->audience.find("cloud-platform") != std::string::npos;
      return good ? std::nullopt : std::optional(refuse());
    }
    const auto jwt = check_account_jwt(token);
    if (!jwt || jwt->issuer != kServiceAccount || jwt->subject != kServiceAccount ||
        jwt->expires_s <= shown.now.seconds())
      return refuse();
    const bool for_us = jwt->audience.find("aiplatform.googleapis.com") != std::string::npos ||
                        jwt->scope.find("cloud-platform") != std::string::npos;
    return for_us ? std::nullopt : std::optional(refuse());
  }

  std::expected<Place, Refusal> place(const wire::RequestHead& head, const Options&) const override {
    constexpr std::string_view kOpenAi = "publishers/openai/v1/";
    constexpr std::string_view kCompatible = "endpoints/openapi/";
    constexpr std::string_view kPublishers = "publishers/";
    const auto path = read_path(head.path);
    if (!path) return std::unexpected(unknown_path(head.method_text, head.path));
    const auto rest = path->rest;
    std::expected<Place, Refusal> place = std::unexpected(unknown_path(head.method_text, head.path));
    if (rest == "publishers/openai/v1/responses" || rest == "endpoints/openapi/chat/completions")
      place = place_below(head, rest.substr(rest.starts_with(kOpenAi) ? kOpenAi.size() : kCompatible.size()));
    else if (rest.starts_with(kPublishers))
      place = place_native(head, rest.substr(kPublishers.size()));
    if (place) place->location = path->location;
    return place;
  }

  std::optional<Refusal> check(const Shown& shown, const Place& place, std::string_view model,
                               const Ask*) const override {
    const auto path = read_path(shown.head.path);
    if (!path) return std::nullopt;
    if (path->project != shown.options.project)
      return google(403, fmt::format("Permission 'aiplatform.endpoints.predict' denied on resource "
                                     "'//aiplatform.googleapis.com/projects/{}/locations/{}' (or it may not exist).",
                                     path->project, path->location));
    for (const auto* const field : {"openai-organization", "openai-project"})
      if (!field_named(shown.head.fields, field).empty())
        return google(400, fmt::format("The header '{}' is not supported.", field));
    if (place.endpoint == Endpoint::responses) {
      if (path->location != "global")
        return google(404, fmt::format("Publisher Model `projects/{}/locations/{}/publishers/openai/models/{}` was not "
                                       "found or your project does not have access to it.",
                                       path->project, path->location, model));
      if (wire::json_check(shown.body, 512)) return std::nullopt;
      if (wire::json_find(shown.body, {"store"}).value_or("") == "true")
        return google(400, "The parameter 'store' must be false: responses are not stored.");
      return std::nullopt;
    }
    constexpr std::array<std::string_view, 3> kWide{"global", "us", "eu"};
    if (std::ranges::find(kWide, path->location) == kWide.end() && path->location != shown.options.region)
      return google(400, fmt::format("Unsupported region for Vertex AI, please use one of: [global, us, eu, {}].",
                                     shown.options.region));
    if (signs_thoughts(model) && place.endpoint != Endpoint::chat) return check_signatures(shown.body);
    return std::nullopt;
  }

  std::string refusal_json(const Refusal& refusal) const override { return refuse(refusal, "").body; }

  Spoken refuse(const Refusal& r, std::string_view) const override {
    auto spoken = worded(r);
    if (spoken.status == 401)
      add_line(spoken.lines, "www-authenticate",
               "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"");
    return spoken;
  }

  void add_lines(std::string& out, const AnswerFacts&) const override {
    add_line(out, "server", "scaffolding on HTTPServer2");
    add_line(out, "x-frame-options", "SAMEORIGIN");
    add_line(out, "vary", "X-Origin");
  }
  // Google's 429 carries no Retry-After.
  void add_retry_lines(std::string&, std::int64_t) const override {}
  std::string request_id(std::string_view hex32) const override { return std::string(hex32); }

 private:
  static Spoken worded(const Refusal& r) {
    switch (r.why) {
      case Why::own:
      case Why::not_signed: return google_error(r.status, r.code, r.message, r.wrapped);
      case Why::key_missing:
      case Why::key_wrong: return google_error(401, "UNAUTHENTICATED", kUnauthenticated);
      case Why::unknown_path:
        return {.status = 404,
                .body = "<!DOCTYPE html>\n<html lang=en><title>Error 404 (Not Found)!!1</title>\n",
                .content_type = "text/html; charset=UTF-8"};
      case Why::unknown_model:
        return google_error(404, "NOT_FOUND",
                            fmt::format("Publisher Model `{}` was not found or your project does not have access to "
                                        "it. Please ensure you are using a valid model version.",
                                        r.subject));
      case Why::throttled_requests:
      case Why::throttled_tokens: return google_error(429, "RESOURCE_EXHAUSTED", kExhausted);
      case Why::scripted: {
        const bool filled = scripted(r.status).message == r.message;
        const auto message = r.status == 429 && filled ? kExhausted : std::string_view(r.message);
        return google_error(r.status, r.subject.empty() ? google_status(r.status) : std::string_view(r.subject),
                            message, r.wrapped);
      }
      default: break;
    }
    return google_error(r.status, google_status(r.status), r.message, r.wrapped);
  }

  // Every turn of calls begins with a signed one.
  static std::optional<Refusal> check_signatures(std::string_view body) {
    if (wire::json_check(body, 512)) return std::nullopt;
    wire::JsonArray turns(wire::json_find(body, {"contents"}).value_or("[]"), 512);
    wire::JsonMember turn;
    while (turns.next(turn)) {
      if (turn.kind != wire::JsonKind::object) return std::nullopt;
      wire::JsonArray parts(wire::json_find(turn.value, {"parts"}).value_or("[]"), 512);
      wire::JsonMember part;
      while (parts.next(part)) {
        auto call = wire::json_find(part.value, {"functionCall"});
        if (!call) call = wire::json_find(part.value, {"function_call"});
        if (!call) continue;
        if (wire::json_find(part.value, {"thoughtSignature"}) || wire::json_find(part.value, {"thought_signature"}))
          break;
        return google(
            400,
            fmt::format(
                "Unable to submit request because function call `{}` in the content is missing a `thought_signature`.",
                wire::json_text(wire::json_find(*call, {"name"}).value_or(""))));
      }
    }
    return std::nullopt;
  }
};

}  // namespace

const Manner& vertex_manner() {
  static const Vertex manner;
  return manner;
}

}  // namespace fw::fake
