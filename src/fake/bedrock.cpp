// Amazon Bedrock: both hosts, both spellings of its models, AWS's sign-in and its errors. Sources: AWS's user guide
// (endpoints, bedrock-mantle, inference-responses-api, quotas-mantle), client-bedrock-runtime 3.1163.0, openai 7.57.0
// src/providers/bedrock. The words of refusals that no document gives are the fake's own.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fake/aws_check.h"
#include "fake/bedrock_error.h"
#include "fake/clouds.h"
#include "fake/issuers.h"
#include "fake/percent.h"

namespace fw::fake {
namespace {

constexpr std::string_view kOpenAi = "/openai/v1/";
constexpr std::string_view kV1 = "/v1/";
constexpr std::string_view kModel = "/model/";

constexpr ChatTemplates kChat{
    .chunk = R"({"id":"$i","object":"chat.completion.chunk","created":$t,"model":"$m","service_tier":"$T",)"
             R"("choices":[{"index":$n,"delta":$d,"logprobs":null,"finish_reason":$f}]$u$o})",
    .chunk_first = {},
    .chunk_filter = {},
    .chunk_usage = R"({"id":"$i","object":"chat.completion.chunk","created":$t,"model":"$m","service_tier":"$T",)"
                   R"("choices":[],"usage":$U$o})",
    .whole = R"({"id":"$i","object":"chat.completion","created":$t,"model":"$m","choices":[$c],"usage":$U,)"
             R"("service_tier":"$T"})",
    .choice = R"({"index":$n,"message":$w,"logprobs":null,"finish_reason":$f})",
    .message = R"({"role":"assistant","content":$x$k,"refusal":$z})",
    .usage = R"({"prompt_tokens":$p,"completion_tokens":$q,"total_tokens":$s,"prompt_tokens_details":)"
             R"({"cached_tokens":$k$w},"completion_tokens_details":{"reasoning_tokens":$r}})",
    .tells_refusals = true,
};

bool is_oss(std::string_view model) { return model.find("gpt-oss") != std::string_view::npos; }

// Called by a profile that spans Regions.
bool is_profile(std::string_view model) {
  constexpr std::array<std::string_view, 9> kGeographies{"us.",   "global.", "us-gov.", "in.", "eu.",
                                                         "apac.", "jp.",     "au.",     "ca."};
  return std::ranges::any_of(kGeographies, [model](auto g) { return model.starts_with(g); });
}

// OpenAI's closed models, without their profile.
bool is_gpt(std::string_view model) { return model.find("openai.gpt-") != std::string_view::npos && !is_oss(model); }

// Mantle's prefix goes by the model (user guide, bedrock-mantle, 2026-04-29).
bool wants_openai_prefix(std::string_view model) {
  return is_gpt(model) || model.starts_with("google.gemma-4") || model.starts_with("xai.");
}

bool is_arn(std::string_view model) { return model.starts_with("arn:"); }

Refusal own(int status, std::string_view exception, std::string message) {
  return {.why = Why::own, .status = status, .message = std::move(message), .code = std::string(exception)};
}
Refusal invalid(std::string message) { return own(400, "ValidationException", std::move(message)); }

std::expected<Place, Refusal> place_native(const wire::RequestHead& head, std::string_view rest) {
  struct Verb {
    std::string_view name;
    Endpoint endpoint;
  };
  constexpr std::array kVerbs{Verb{"converse", Endpoint::converse}, Verb{"converse-stream", Endpoint::converse_stream},
                              Verb{"invoke", Endpoint::invoke},
                              Verb{"invoke-with-response-stream", Endpoint::invoke_stream},
                              Verb{"count-tokens", Endpoint::count_tokens}};
  const auto slash = rest.find('/');
  const auto* const verb = std::ranges::find(kVerbs, rest.substr(std::min(rest.size(), slash + 1)), &Verb::name);
  if (slash == std::string_view::npos || slash == 0 || verb == kVerbs.end())
    return std::unexpected(unknown_path(head.method_text, head.path));
  if (head.method != wire::Method::post) return std::unexpected(wrong_method(head.method_text, head.path));
  return Place{.endpoint = verb->endpoint, .deployment = rest.substr(0, slash), .id = {}};
}

class Bedrock final : public Manner {
 public:
  std::string_view name() const override { return "bedrock"; }
  std::string_view default_key() const override { return "fake-bedrock-key"; }
  std::vector<std::string> default_keys() const override { return {std::string(default_key()), std::string(kAwsPair)}; }
  std::string_view base_path() const override { return {}; }
  std::string_view region() const override { return "us-east-1"; }
  Timing timing() const override { return {450, 20}; }
  const ChatTemplates& chat() const override { return kChat; }
  bool tells_limits() const override { return false; }
  bool reads_fields() const override { return true; }

  std::vector<ServedModel> models() const override {
    return {{"us.openai.gpt-6-sol", "openai.gpt-6-sol"},
            {"global.openai.gpt-6-sol", "openai.gpt-6-sol"},
            {"us.openai.gpt-6-luna", "openai.gpt-6-luna"},
            {"us.openai.gpt-5.5", "openai.gpt-5.5"},
            {"openai.gpt-6-sol", ""},
            {"openai.gpt-6-luna", ""},
            {"openai.gpt-5.5", ""},
            {"openai.gpt-oss-120b-1:0", ""},
            {"openai.gpt-oss-20b-1:0", ""},
            {"openai.gpt-oss-120b", ""},
            {"openai.gpt-oss-20b", ""},
            {"amazon.nova-pro-v1:0", ""},
            {"us.anthropic.claude-sonnet-4-5-20250929-v1:0", ""}};
  }

  // A bearer key is one of those given or a presigned one; everything else must be signed.
  KeyVerdict judge_key(std::span<const wire::HeaderField> fields, std::span<const std::string> keys,
                       std::string_view& given) const override {
    given = bearer(fields);
    if (given.empty() || given.starts_with(kShortTermPrefix)) return KeyVerdict::closer;
    const bool pair = given.find(':') != std::string_view::npos;
    return pair ? KeyVerdict::wrong : judge(given, keys);
  }

  std::optional<Refusal> sign_in(const Shown& shown) const override {
    AwsRules rules{shown.options.region, {}, shown.options.keys, shown.now, shown.standing.revoked_before};
    const auto key = bearer(shown.head.fields);
    if (!key.empty()) {
      auto caller = check_short_term_key(key, rules);
      return caller ? std::nullopt : std::optional(std::move(caller.error()));
    }
    rules.service = host_of(shown.head, shown.options).mantle ? "bedrock-mantle" : "bedrock";
    auto caller = check_signature(
        {shown.head.method_text, shown.head.path, shown.head.query, shown.head.fields, shown.body}, rules);
    return caller ? std::nullopt : std::optional(std::move(caller.error()));
  }

  std::expected<Place, Refusal> place(const wire::RequestHead& head, const Options& options) const override {
    const auto host = host_of(head, options);
    auto rest = head.path.substr(host.prefix.size());
    if (!host.mantle && rest.starts_with(kModel)) return place_native(head, rest.substr(kModel.size()));
    const auto prefix = rest.starts_with(kOpenAi) ? kOpenAi : kV1;
    if (!rest.starts_with(prefix) || (!host.mantle && prefix == kV1))
      return std::unexpected(unknown_path(head.method_text, head.path));
    auto place = place_below(head, rest.substr(prefix.size()));
    if (!place) return place;
    const bool listed = place->endpoint == Endpoint::models || place->endpoint == Endpoint::model_get;
    if (place->endpoint == Endpoint::embeddings || (!host.mantle && !host.unsure && listed))
      return std::unexpected(unknown_path(head.method_text, head.path));
    place->mantle = host.mantle;
    place->unsure = host.unsure;
    place->prefix = prefix;
    place->inherits_model = host.mantle && place->endpoint == Endpoint::responses;
    return place;
  }

  std::optional<Refusal> check(const Shown& shown, const Place& place, std::string_view model,
                               const Ask* ask) const override {
    if (!has_body(place.endpoint)) return std::nullopt;
    // Bare ids are mantle's.
    const bool mantle = place.mantle || (place.unsure && is_gpt(model) && !is_profile(model) && !is_arn(model));
    if (auto refusal = mantle ? check_mantle(place, model) : check_runtime(place, model, shown.options)) return refusal;
    if (place.endpoint != Endpoint::responses || mantle) return std::nullopt;
    const auto project = field_named(shown.head.fields, "openai-project");
    if (!project.empty() && project != "default")
      return invalid(fmt::format("The project '{}' is not supported here. Only 'default' is.", project));
    if (ask && ask->background)
      return invalid("The parameter 'background' is not supported: responses are synchronous.");
    return std::nullopt;
  }

  std::string_view known_as(std::string_view model) const override {
    return is_arn(model) ? model.substr(model.rfind('/') + 1) : model;
  }
  bool lists(const Place&, std::string_view model) const override {
    return !is_profile(model) && !model.ends_with(":0");
  }
  bool runs_background() const override { return true; }  // on mantle; see check()

  std::string refusal_json(const Refusal& refusal) const override { return openai_refusal_json(refusal); }
  Spoken refuse(const Refusal& refusal, std::string_view path) const override {
    const bool openai = path.find(kV1) != std::string_view::npos;
    return openai ? bedrock_openai_error(refusal) : bedrock_native_error(refusal);
  }

  void add_lines(std::string& out, const AnswerFacts& facts) const override {
    add_line(out, "x-amzn-requestid", facts.request_id);
  }
  // None is documented.
  void add_retry_lines(std::string&, std::int64_t) const override {}
  std::string request_id(std::string_view hex) const override {
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                       hex.substr(20));
  }

 private:
  struct Host {
    bool mantle = false;
    std::string_view prefix = {};  // "/mantle" or "/runtime", by which a test says which host it means
    bool unsure = false;
  };

  // Which of the two hosts is meant: by a prefix, by its name, by the options, by the service that was signed for, by
  // the path.
  static Host host_of(const wire::RequestHead& head, const Options& options) {
    for (const auto* const prefix : {"/mantle", "/runtime"})
      if (head.path.starts_with(fmt::format("{}/", prefix))) return {std::string_view(prefix) == "/mantle", prefix};
    if (head.host.starts_with("bedrock-mantle")) return {true};
    if (head.host.starts_with("bedrock-runtime")) return {};
    if (!options.host.empty()) return {options.host == "mantle"};
    const auto service = signed_service(head.fields);
    if (!service.empty()) return {service == "bedrock-mantle"};
    return {head.path.starts_with(kV1), {}, head.path.starts_with(kOpenAi)};
  }

  static std::optional<Refusal> check_mantle(const Place& place, std::string_view model) {
    if (model.empty()) return std::nullopt;  // it is inherited, or missed later
    if (is_profile(model) || is_arn(model) || model.ends_with(":0")) return unknown_model(model);
    if (wants_openai_prefix(model) == (place.prefix == kOpenAi)) return std::nullopt;
    return invalid(fmt::format("The model '{}' isn't supported on this route.", model));
  }

  static std::optional<Refusal> check_runtime(const Place& place, std::string_view model, const Options& options) {
    if (is_arn(model)) {
      const bool application = model.find(":application-inference-profile/") != std::string_view::npos;
      if (place.endpoint == Endpoint::responses && application)
        return invalid("Application inference profiles are not supported for responses.");
      if (model.find(fmt::format(":{}:", options.region)) == std::string_view::npos)
        return invalid("The provided model identifier is invalid.");
    }
    const auto name = is_arn(model) ? model.substr(model.rfind('/') + 1) : model;
    if (is_gpt(name) && !is_profile(name))
      return invalid(
          fmt::format("Invocation of model ID {} with on-demand throughput isn’t supported. Retry your request "
                      "with the ID or ARN of an inference profile that contains this model.",
                      name));
    const bool invoked = place.endpoint == Endpoint::invoke || place.endpoint == Endpoint::invoke_stream;
    if (invoked && name.find("openai.") == std::string_view::npos)
      return invalid("The fake invokes only models that speak Chat Completions.");
    if (place.endpoint == Endpoint::responses && !is_gpt(name) && !name.empty())
      return invalid(fmt::format("The model '{}' does not support the Responses API on this endpoint.", name));
    return std::nullopt;
  }
};

}  // namespace

const Manner& bedrock_manner() {
  static const Bedrock manner;
  return manner;
}

}  // namespace fw::fake
