#include "fake/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fake/rate.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

struct StatusWords {
  int status;
  std::string_view type;
  std::string_view code;
  std::string_view message;
};

constexpr std::array kStatusWords{
    StatusWords{400, "invalid_request_error", "",
                "The request could not be understood. Please check it and try again."},
    StatusWords{401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."},
    StatusWords{403, "invalid_request_error", "unsupported_country_region_territory",
                "Country, region, or territory not supported"},
    StatusWords{404, "invalid_request_error", "model_not_found",
                "The model does not exist or you do not have access to it."},
    StatusWords{408, "timeout", "timeout", "Request timed out."},
    StatusWords{409, "conflict_error", "conflict",
                "The resource is being changed by another request. Please try again."},
    StatusWords{422, "invalid_request_error", "unprocessable",
                "The request was well formed but could not be followed."},
    StatusWords{429, "requests", "rate_limit_exceeded", "Rate limit reached. Please try again later."},
    StatusWords{500, "server_error", "server_error",
                "The server had an error while processing your request. Sorry about that!"},
    StatusWords{502, "server_error", "bad_gateway", "Bad gateway."},
    StatusWords{503, "server_error", "server_is_overloaded",
                "Our servers are currently overloaded. Please try again later."},
    StatusWords{504, "server_error", "gateway_timeout", "The gateway timed out."},
    StatusWords{529, "overloaded_error", "overloaded", "Overloaded"},
};

std::string masked(std::string_view key) {
  if (key.size() <= 12) return std::string(key.size(), '*');
  return fmt::format("{}{}{}", key.substr(0, 8), std::string(key.size() - 12, '*'), key.substr(key.size() - 4));
}

}  // namespace

Refusal key_missing() {
  return {.why = Why::key_missing,
          .status = 401,
          .message =
              "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
              "auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're "
              "accessing the API from your browser and are prompted for a username and password. You can obtain an "
              "API key from https://platform.openai.com/account/api-keys."};
}

Refusal key_wrong(std::string_view key) {
  return {.why = Why::key_wrong,
          .status = 401,
          .message = fmt::format("Incorrect API key provided: {}. You can find your API key at "
                                 "https://platform.openai.com/account/api-keys.",
                                 masked(key)),
          .code = "invalid_api_key"};
}

Refusal unknown_path(std::string_view method, std::string_view path) {
  return {.why = Why::unknown_path,
          .status = 404,
          .message = fmt::format("Invalid URL ({} {})", method, path),
          .subject = std::string(path)};
}

Refusal wrong_method(std::string_view method, std::string_view path) {
  return {.why = Why::wrong_method,
          .status = 405,
          .message = fmt::format("Not allowed to {} on {}.", method, path),
          .code = "method_not_supported",
          .subject = std::string(path)};
}

Refusal unknown_model(std::string_view model) {
  return {.why = Why::unknown_model,
          .status = 404,
          .message = fmt::format("The model `{}` does not exist or you do not have access to it.", model),
          .code = "model_not_found",
          .subject = std::string(model)};
}

Refusal unknown_response(std::string_view id) {
  return {.why = Why::unknown_response,
          .status = 404,
          .message = fmt::format("Response with id '{}' not found.", id),
          .subject = std::string(id)};
}

Refusal previous_response_missing(std::string_view id) {
  return {.message = fmt::format("Previous response with id '{}' not found.", id),
          .param = "previous_response_id",
          .code = "previous_response_not_found"};
}

Refusal malformed_json(std::size_t offset, std::string_view fault) {
  return {.message =
              fmt::format("We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
                          "your HTTP library correctly. At byte {}: {})",
                          offset, fault)};
}

Refusal missing_param(std::string_view param) {
  return {.message = fmt::format("Missing required parameter: '{}'.", param),
          .param = std::string(param),
          .code = "missing_required_parameter"};
}

Refusal wrong_type(std::string_view param, std::string_view expected, std::string_view got) {
  return {.message = fmt::format("Invalid type for '{}': expected {}, but got {} instead.", param, expected, got),
          .param = std::string(param),
          .code = "invalid_type"};
}

Refusal bad_value(std::string_view param, std::string message, std::string_view code) {
  return {.message = std::move(message), .param = std::string(param), .code = std::string(code)};
}

Refusal blocked_prompt() {
  return {
      .why = Why::blocked_prompt,
      .status = 400,
      .message =
          "The response was filtered due to the prompt triggering the content management policy. Please modify your "
          "prompt and retry.",
      .type = "",
      .param = "prompt",
      .code = "content_filter"};
}

Refusal throttled(const Throttle& t) {
  const std::string_view resource = t.tokens ? "tokens" : "requests";
  const std::string_view unit = t.tokens ? "TPM" : "RPM";
  return {.why = t.tokens ? Why::throttled_tokens : Why::throttled_requests,
          .status = 429,
          .message =
              fmt::format("Rate limit reached for {} in organization org-fake on {} per min ({}): Limit {}, Used {}, "
                          "Requested {}. Please try again in {}. Visit "
                          "https://platform.openai.com/account/rate-limits to learn more.",
                          t.model, resource, unit, t.limit, t.used, t.asked, duration_text(t.wait_ms)),
          .type = std::string(resource),
          .code = "rate_limit_exceeded",
          .retry_after_ms = std::max<std::int64_t>(1, t.wait_ms),
          .subject = std::string(t.model)};
}

Refusal scripted(int status) {
  const auto* at = std::ranges::find(kStatusWords, status, &StatusWords::status);
  if (at == kStatusWords.end()) at = std::ranges::find(kStatusWords, status >= 500 ? 500 : 400, &StatusWords::status);
  return {.why = Why::scripted,
          .status = status,
          .message = std::string(at->message),
          .type = std::string(at->type),
          .code = std::string(at->code)};
}

std::string openai_refusal_json(const Refusal& refusal) {
  std::string out;
  wire::JsonWriter w(out);
  const auto text_or_null = [&w](std::string_view key, const std::string& text) {
    w.key(key);
    if (text.empty())
      w.null();
    else
      w.string(text);
  };
  w.begin_object().key("error").begin_object().member("message", refusal.message);
  text_or_null("type", refusal.type);
  text_or_null("param", refusal.param);
  text_or_null("code", refusal.code);
  w.end_object().end_object();
  return out;
}

}  // namespace fw::fake
