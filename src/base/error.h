// What can go wrong, said once: the table behind every refusal and every failure.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace fw {

// Who has to act on an error.
enum class Origin : std::uint8_t { client, gateway, provider, operator_ };

// Where another try could help.
enum class Retry : std::uint8_t { never, same, elsewhere, after_delay };

// Every error Fairway itself can answer with. Status, type and code string of each stand in
// error.cpp and nowhere else (the shapes are OpenAI's: docs "Error codes", openai npm 7.57.0).
enum class Code : std::uint8_t {
  malformed_request, invalid_json, json_too_deep, not_an_object, duplicate_key, escaped_key,
  missing_parameter, invalid_value, upgrade_refused, invalid_api_key, model_not_allowed,
  residency_unsatisfiable, price_unknown, model_not_found, unknown_url, response_not_found,
  method_not_allowed, request_timeout, length_required, request_too_large, uri_too_long,
  unsupported_media_type, expectation_failed, rate_limit_exceeded, headers_too_large,
  internal_error, not_implemented, overloaded, no_capable_deployment, all_deployments_failed,
  all_deployments_throttled, all_deployments_timed_out, http_version, stream_truncated,
  stream_timeout, stream_failed, previous_response_not_found, admin_token_required, forbidden, not_found,
  ledger_unavailable, project_spend_limit_exceeded, token_rate_limit_exceeded, address_not_allowed, endpoint_not_allowed,
  conflict, key_store_unavailable, count_
};

struct CodeRow {
  Code code;
  int status;               // HTTP status of the answer; 0: only ever inside a stream
  std::string_view type;    // error.type
  std::string_view text;    // error.code
};

// The row of a code. Total: every Code has one.
const CodeRow& row(Code code);

struct Error {
  Code code = Code::internal_error;
  Origin origin = Origin::gateway;
  Retry retry = Retry::never;
  std::string message;               // for people: what was found, what was expected, how to fix it
  std::string param = {};            // the field it is about; empty: null in the answer
  std::uint32_t retry_after_ms = 0;  // 0: not said
};

// A client's mistake.
Error client_error(Code code, std::string message, std::string param = {});

template <class T>
using Result = std::expected<T, Error>;

}  // namespace fw
