// What a fake cloud says when it does not answer. Worded as OpenAI does; each cloud rewords what differs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fw::fake {

enum class Why : std::uint8_t {
  key_missing,
  key_wrong,
  unknown_path,
  wrong_method,
  unknown_model,
  bad_request,
  unknown_response,
  throttled_requests,
  throttled_tokens,
  blocked_prompt,
  api_version,
  not_signed,  // the cloud's own words of why a signature or a token is not accepted: message, code, status
  own,         // of a cloud's own kind: message, code and status are as it says them
  scripted
};

struct Refusal {
  Why why = Why::bad_request;
  int status = 400;
  std::string message = {};
  std::string type = "invalid_request_error";
  std::string param = {};            // empty: null
  std::string code = {};             // empty: null
  std::int64_t retry_after_ms = -1;  // -1: not said
  bool wrapped = false;              // see Fault
  std::string subject = {};          // the model, path or version it is about, for clouds that word it in their own way
};

// Sources: openai-python and openai-node test fixtures, platform.openai.com/docs/guides/error-codes.
Refusal key_missing();
Refusal key_wrong(std::string_view key);
Refusal unknown_path(std::string_view method, std::string_view path);
Refusal wrong_method(std::string_view method, std::string_view path);
Refusal unknown_model(std::string_view model);
Refusal unknown_response(std::string_view id);
Refusal previous_response_missing(std::string_view id);
Refusal malformed_json(std::size_t offset, std::string_view fault);
Refusal missing_param(std::string_view param);
Refusal wrong_type(std::string_view param, std::string_view expected, std::string_view got);
Refusal bad_value(std::string_view param, std::string message, std::string_view code = "invalid_value");
Refusal blocked_prompt();
// resource: "requests" or "tokens" per minute.
struct Throttle {
  std::string_view model;
  bool tokens = false;
  std::int64_t limit = 0;
  std::int64_t used = 0;
  std::int64_t asked = 0;
  std::int64_t wait_ms = 0;
};
Refusal throttled(const Throttle& t);
// An error a script asks for: what the cloud would say with this status.
Refusal scripted(int status);

// {"error":{"message":…,"type":…,"param":…,"code":…}}
std::string openai_refusal_json(const Refusal& refusal);

}  // namespace fw::fake
