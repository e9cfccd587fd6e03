// The words of HTTP/1: methods, the header fields we look at, status phrases.
#pragma once

#include <cstdint>
#include <string_view>

namespace fw::wire {

// Methods are case-sensitive (RFC 9110 §9.1); `other` is any further valid token.
enum class Method : std::uint8_t { get, head, post, put, patch, del, options, connect, trace, other };

Method method_of(std::string_view text);
// "GET", ...; empty for Method::other.
std::string_view method_text(Method method);

// Fields that some room asks for by name. Everything else is `other`.
enum class HeaderId : std::uint8_t {
  other,
  host,
  content_length,
  transfer_encoding,
  connection,
  keep_alive,
  expect,
  upgrade,
  te,
  trailer,
  content_type,
  content_encoding,
  accept,
  accept_encoding,
  authorization,
  api_key,
  x_api_key,
  x_goog_api_key,
  traceparent,
  tracestate,
  idempotency_key,
  openai_beta,
  openai_organization,
  openai_project,
  openai_processing_ms,
  openai_version,
  anthropic_beta,
  anthropic_version,
  x_client_request_id,
  retry_after,
  retry_after_ms,
  x_should_retry,
  x_request_id,
  request_id,
  apim_request_id,
  x_ms_region,
  x_ms_request_id,
  x_amzn_requestid,
  x_amzn_errortype,
  ratelimit_limit_requests,
  ratelimit_limit_tokens,
  ratelimit_remaining_requests,
  ratelimit_remaining_tokens,
  ratelimit_reset_requests,
  ratelimit_reset_tokens,
  azure_deployment_utilization,
  anthropic_requests_limit,
  anthropic_requests_remaining,
  anthropic_requests_reset,
  anthropic_tokens_limit,
  anthropic_tokens_remaining,
  anthropic_tokens_reset,
  location,
  allow,
  proxy_authenticate,
  proxy_authorization,
  proxy_connection,
  www_authenticate,
  user_agent,
  server,
  date,
  cookie,
  set_cookie,
  origin,
  cache_control,
  etag,
  if_none_match,
  vary,
  http2_settings,
  x_forwarded_for,
  session_id,
  x_session_id,
  x_claude_code_session_id,
  x_fairway_tags,
  count_
};

// Case-insensitive (RFC 9110 §5.1).
HeaderId header_id(std::string_view name);
// The name in lower case, "x-ratelimit-..." written out; empty for HeaderId::other.
std::string_view header_name(HeaderId id);

// "OK" for 200; "Unknown" for a status without a phrase in RFC 9110 §15 or the IANA registry.
std::string_view reason_phrase(int status);

// ASCII only, as field names and coding names compare.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// A token of RFC 9110 §5.6.2: what a method or a field name may be. Not empty.
bool is_token(std::string_view text);

}  // namespace fw::wire
