#include "cloud/google/failure.h"

#include <algorithm>
#include <array>
#include <optional>

#include "wire/json.h"

namespace fw::cloud::google {
namespace {

using openai_http::ErrorBody;
using openai_http::says;

constexpr int kDepthMax = 64;
constexpr std::size_t kReasonBytesMax = 256;
constexpr std::size_t kMessageBytesMax = 4096;

struct StatusRow {
  std::string_view status;
  FailureKind kind;
};

// google.rpc.Code as JSON spells it. CANCELLED is Google's 499: it gave up, not we.
constexpr std::array<StatusRow, 12> kStatuses{{
    {"UNAUTHENTICATED", FailureKind::unauthorized},
    {"PERMISSION_DENIED", FailureKind::forbidden},
    {"NOT_FOUND", FailureKind::not_found},
    {"RESOURCE_EXHAUSTED", FailureKind::rate_limited},
    {"UNAVAILABLE", FailureKind::overloaded},
    {"DEADLINE_EXCEEDED", FailureKind::timed_out},
    {"CANCELLED", FailureKind::timed_out},
    {"INTERNAL", FailureKind::server_error},
    {"UNKNOWN", FailureKind::server_error},
    {"DATA_LOSS", FailureKind::server_error},
    {"ABORTED", FailureKind::server_error},
    {"UNIMPLEMENTED", FailureKind::not_found},
}};

constexpr std::array<std::string_view, 3> kBillingReasons{"BILLING_DISABLED", "BILLING_NOT_ACTIVE",
                                                          "ACCOUNT_STATE_INVALID"};

bool is_billing(const ErrorBody& error) {
  return std::ranges::find(kBillingReasons, error.inner_code) != kBillingReasons.end() ||
         says(error.message, "requires billing to be enabled") || says(error.message, "billing account");
}

// Capacity of Google's, not a limit of the project (docs "Error code 429").
bool is_capacity(const ErrorBody& error) { return says(error.message, "out of capacity"); }

bool is_context(const ErrorBody& error) {
  return says(error.message, "input token count") && says(error.message, "exceeds the maximum");
}

// Terms not accepted, a location that is not served, an organisation's policy: the project's matter.
bool is_precondition(const ErrorBody& error) {
  return error.type == "FAILED_PRECONDITION" || error.inner_code == "SERVICE_DISABLED" ||
         error.inner_code == "CONSUMER_INVALID";
}

std::optional<FailureKind> by_word(const ErrorBody& error) {
  if (is_billing(error)) return FailureKind::quota_exhausted;
  if (is_context(error)) return FailureKind::context_length;
  if (is_precondition(error)) return FailureKind::forbidden;
  const auto row = std::ranges::find(kStatuses, error.type, &StatusRow::status);
  if (row == kStatuses.end()) return std::nullopt;
  if (row->kind == FailureKind::rate_limited && is_capacity(error)) return FailureKind::overloaded;
  return row->kind;
}

void read_detail(std::string_view detail, GoogleError& out) {
  if (const auto delay = wire::json_find(detail, {"retryDelay"}); delay && out.retry_delay_ms == 0)
    out.retry_delay_ms = openai_http::retry_after_ms("retry after " + std::string(wire::json_text(*delay)));
  const auto reason = wire::json_find(detail, {"reason"});
  if (!reason || !out.error.inner_code.empty()) return;
  const std::string_view text = wire::json_text(*reason).substr(0, kReasonBytesMax);
  if (std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }))
    out.error.inner_code = std::string(text);
}

// The error object itself, out of its wrappers; empty: none that is valid.
std::string_view error_object(std::string_view body) {
  const auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == body.npos || wire::json_check(body, kDepthMax)) return {};
  if (body[begin] == '[') {
    wire::JsonArray elements(body, kDepthMax);
    wire::JsonMember first;
    if (!elements.next(first)) return {};
    body = first.value;
  }
  if (!body.substr(body.find_first_not_of(" \t\r\n")).starts_with('{')) return {};
  const auto error = wire::json_find(body, {"error"});
  return error && error->starts_with('{') ? *error : std::string_view{};
}

bool ends_name(char c) { return c == '/' || c == '\'' || c == '"' || c == '`' || c == ' ' || c == ')' || c == ','; }

}  // namespace

GoogleError read_google_error(std::string_view body) {
  GoogleError out{openai_http::read_error_body(body), 0};
  const std::string_view object = error_object(body);
  if (object.empty()) return out;
  const auto details = wire::json_find(object, {"details"});
  if (!details || !details->starts_with('[')) return out;
  wire::JsonArray elements(*details, kDepthMax);
  for (wire::JsonMember detail; elements.next(detail);)
    if (detail.kind == wire::JsonKind::object) read_detail(detail.value, out);
  return out;
}

FailureKind kind_of(int status, const ErrorBody& error) {
  if (const auto kind = by_word(error); kind && status != 413) return *kind;
  if (status == 499) return FailureKind::timed_out;
  return openai_http::kind_of(status, error);
}

std::string without_projects(std::string_view message) {
  constexpr std::string_view kLead = "projects/";
  std::string out;
  for (auto at = message.find(kLead); at != message.npos; at = message.find(kLead)) {
    out.append(message.substr(0, at + kLead.size())).append("***");
    message.remove_prefix(at + kLead.size());
    const auto end = std::ranges::find_if(message, ends_name);
    message.remove_prefix(static_cast<std::size_t>(end - message.begin()));
  }
  out.append(message);
  std::size_t size = std::min(out.size(), kMessageBytesMax);
  while (size < out.size() && size > 0 && (static_cast<unsigned char>(out[size]) & 0xc0u) == 0x80u) --size;
  out.resize(size);
  return out;
}

Verdict classify(const Answer& answer, WallTime now) {
  GoogleError read = read_google_error(answer.body);
  read.error.message = without_projects(read.error.message);
  const FailureKind kind = google::kind_of(answer.status, read.error);
  std::uint32_t wait_ms = openai_http::retry_after_ms(answer.fields, now);
  if (wait_ms == 0) wait_ms = read.retry_delay_ms;
  Verdict verdict = openai_http::verdict_of(kind, std::move(read.error));
  verdict.retry_after_ms = wait_ms;
  return verdict;
}

Verdict classify_stream(const dialect::ProviderStreamError& error) {
  return openai_http::classify_stream(error, kind_of);
}

}  // namespace fw::cloud::google
