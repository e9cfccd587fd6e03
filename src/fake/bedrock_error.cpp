#include "fake/bedrock_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "wire/json_write.h"

namespace fw::fake {
namespace {

struct Exception {
  int status;
  std::string_view name;
  std::string_view message;
};

// The first of a status is what a script means that names none (client-bedrock-runtime 3.1163.0, schema).
constexpr std::array kExceptions{
    Exception{400, "ValidationException", "The provided request is not valid"},
    Exception{400, "ServiceQuotaExceededException", "Your request exceeds the service quota for your account."},
    Exception{400, "ConflictException", "Error occurred because of a conflict while performing an operation."},
    Exception{
        403, "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/fake is not authorized to perform: bedrock:InvokeModel on resource: "
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.openai.gpt-6-sol"},
    Exception{404, "ResourceNotFoundException", "The requested resource is not found."},
    Exception{408, "ModelTimeoutException", "The model timed out in processing the request. Try your request again."},
    Exception{424, "ModelErrorException", "The model returned an error. Try your request again."},
    Exception{424, "ModelStreamErrorException", "The model stream ended with an error. Try your request again."},
    Exception{429, "ThrottlingException", "Too many requests, please wait before trying again."},
    Exception{429, "ModelNotReadyException", "The model is not ready for inference. Wait and try your request again."},
    Exception{500, "InternalServerException",
              "The system encountered an unexpected error during processing. Try your request again."},
    Exception{503, "ServiceUnavailableException", "Bedrock is unable to process your request."},
};

const Exception* exception_of(const Refusal& r) {
  const auto* at = std::ranges::find(kExceptions, std::string_view(r.code), &Exception::name);
  if (at == kExceptions.end()) at = std::ranges::find(kExceptions, r.status, &Exception::status);
  if (at == kExceptions.end()) at = std::ranges::find(kExceptions, r.status >= 500 ? 500 : 400, &Exception::status);
  return at;
}

// What is told, whatever shape it is told in.
struct Words {
  int status;
  std::string name;
  std::string message;
};

Words words_of(const Refusal& r) {
  switch (r.why) {
    case Why::not_signed:
    case Why::own: return {r.status, r.code, r.message};
    case Why::key_missing: return {403, "MissingAuthenticationTokenException", "Missing Authentication Token"};
    case Why::key_wrong:
      return {403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid."};
    case Why::unknown_path:
    case Why::wrong_method: return {404, "UnknownOperationException", "The requested operation is not recognized."};
    case Why::unknown_model: return {400, "ValidationException", "The provided model identifier is invalid."};
    case Why::throttled_requests:
      return {429, "ThrottlingException", "Too many requests, please wait before trying again."};
    case Why::throttled_tokens:
      return {429, "ThrottlingException", "Too many tokens, please wait before trying again."};
    case Why::scripted: {
      const auto* const e = exception_of(r);
      // The words of a script stand; what `scripted` filled in gives way to the exception's own.
      const bool filled = scripted(r.status).message == r.message;
      return {r.status, r.subject.empty() ? std::string(e->name) : r.subject,
              filled ? std::string(e->message) : r.message};
    }
    default: return {r.status, "ValidationException", r.message};
  }
}

}  // namespace

Spoken bedrock_native_error(const Refusal& refusal) {
  const auto words = words_of(refusal);
  Spoken s{.status = words.status};
  wire::JsonWriter w(s.body);
  w.begin_object().member("message", words.message);
  if (words.name == "ModelErrorException") w.member("originalStatusCode", 500).member("resourceName", "model");
  w.end_object();
  add_line(s.lines, "x-amzn-errortype",
           fmt::format("{}:http://internal.amazon.com/coral/com.amazon.bedrock/", words.name));
  return s;
}

Spoken bedrock_openai_error(const Refusal& refusal) {
  switch (refusal.why) {
    case Why::not_signed:
    case Why::own:
    case Why::key_missing:
    case Why::key_wrong:
    case Why::throttled_requests:
    case Why::throttled_tokens: break;
    default: return {.status = refusal.status, .body = openai_refusal_json(refusal)};
  }
  const auto words = words_of(refusal);
  const bool key = refusal.why == Why::key_missing || refusal.why == Why::key_wrong;
  const int status = key ? 401 : words.status;
  const std::string_view code = key                              ? "invalid_api_key"
                                : refusal.why == Why::own        ? "validation_error"
                                : refusal.why == Why::not_signed ? "access_denied"
                                                                 : "rate_limit_exceeded";
  const std::string_view type = status == 429   ? "rate_limit_error"
                                : status == 401 ? "authentication_error"
                                : status == 403 ? "permission_denied_error"
                                                : "invalid_request_error";
  Spoken s{.status = status};
  wire::JsonWriter w(s.body);
  w.begin_object().key("error").begin_object().member("code", code).member("message", words.message);
  w.key("param").null().member("type", type).end_object().end_object();
  return s;
}

}  // namespace fw::fake
