#include "base/error.h"

#include <array>
#include <utility>

namespace fw {
namespace {

constexpr std::string_view kInvalid = "invalid_request_error";

constexpr std::array<CodeRow, static_cast<std::size_t>(Code::count_)> kRows{{
    {Code::malformed_request, 400, kInvalid, "malformed_request"},
    {Code::invalid_json, 400, kInvalid, "invalid_json"},
    {Code::json_too_deep, 400, kInvalid, "json_too_deep"},
    {Code::not_an_object, 400, kInvalid, "not_an_object"},
    {Code::duplicate_key, 400, kInvalid, "duplicate_key"},
    {Code::escaped_key, 400, kInvalid, "escaped_key"},
    {Code::missing_parameter, 400, kInvalid, "missing_required_parameter"},
    {Code::invalid_value, 400, kInvalid, "invalid_value"},
    {Code::upgrade_refused, 400, kInvalid, "upgrade_refused"},
    {Code::invalid_api_key, 401, kInvalid, "invalid_api_key"},
    {Code::model_not_allowed, 403, "permission_error", "model_not_allowed"},
    {Code::residency_unsatisfiable, 403, "permission_error", "residency_unsatisfiable"},
    {Code::price_unknown, 403, "permission_error", "price_unknown"},
    {Code::model_not_found, 404, kInvalid, "model_not_found"},
    {Code::unknown_url, 404, kInvalid, "unknown_url"},
    {Code::response_not_found, 404, kInvalid, "response_not_found"},
    {Code::method_not_allowed, 405, kInvalid, "method_not_allowed"},
    {Code::request_timeout, 408, kInvalid, "request_timeout"},
    {Code::length_required, 411, kInvalid, "length_required"},
    {Code::request_too_large, 413, kInvalid, "request_too_large"},
    {Code::uri_too_long, 414, kInvalid, "uri_too_long"},
    {Code::unsupported_media_type, 415, kInvalid, "unsupported_media_type"},
    {Code::expectation_failed, 417, kInvalid, "expectation_failed"},
    {Code::rate_limit_exceeded, 429, "requests", "rate_limit_exceeded"},
    {Code::headers_too_large, 431, kInvalid, "headers_too_large"},
    {Code::internal_error, 500, "server_error", "internal_error"},
    {Code::not_implemented, 501, kInvalid, "not_implemented"},
    {Code::overloaded, 503, "server_error", "overloaded"},
    {Code::no_capable_deployment, 400, kInvalid, "no_capable_deployment"},
    {Code::all_deployments_failed, 502, "server_error", "all_deployments_failed"},
    {Code::all_deployments_throttled, 429, "requests", "all_deployments_failed"},
    {Code::all_deployments_timed_out, 504, "server_error", "all_deployments_failed"},
    {Code::http_version, 505, kInvalid, "http_version_not_supported"},
    {Code::stream_truncated, 0, "server_error", "stream_truncated"},
    {Code::stream_timeout, 0, "server_error", "stream_timeout"},
    {Code::stream_failed, 0, "server_error", "stream_failed"},
    {Code::previous_response_not_found, 400, kInvalid, "previous_response_not_found"},
    {Code::admin_token_required, 401, kInvalid, "admin_token_required"},
    {Code::forbidden, 403, "permission_error", "forbidden"},
    {Code::not_found, 404, kInvalid, "not_found"},
    {Code::ledger_unavailable, 503, "server_error", "ledger_unavailable"},
    {Code::project_spend_limit_exceeded, 429, "insufficient_quota", "project_spend_limit_exceeded"},
    {Code::token_rate_limit_exceeded, 429, "tokens", "rate_limit_exceeded"},
    {Code::address_not_allowed, 403, "permission_error", "address_not_allowed"},
    {Code::endpoint_not_allowed, 403, "permission_error", "endpoint_not_allowed"},
    {Code::conflict, 409, kInvalid, "conflict"},
    {Code::key_store_unavailable, 503, "server_error", "key_store_unavailable"},
}};

constexpr bool rows_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<std::size_t>(kRows[i].code) != i) return false;
  return true;
}
static_assert(rows_in_order());

}  // namespace

const CodeRow& row(Code code) { return kRows[static_cast<std::size_t>(code)]; }

Error client_error(Code code, std::string message, std::string param) {
  return Error{code, Origin::client, Retry::never, std::move(message), std::move(param), 0};
}

}  // namespace fw
