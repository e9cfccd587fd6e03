#include "gateway/failures.h"

#include <fmt/format.h>

#include <algorithm>

#include "dialect/error.h"

namespace fw::gateway {
namespace {

using cloud::FailureKind;

constexpr std::uint32_t kRetryAfterMaxMs = 60'000;

// Failures a client can mend itself.
bool is_clients_own(FailureKind kind) {
  switch (kind) {
    case FailureKind::invalid_request:
    case FailureKind::not_found:
    case FailureKind::too_large:
    case FailureKind::context_length:
    case FailureKind::content_filter:
      return true;
    default:
      return false;
  }
}

bool all_are(const Failures& failures, bool (*what)(FailureKind)) {
  return std::ranges::all_of(failures.tried, [what](const auto& t) { return what(t.outcome.verdict.kind); });
}

Code code_of(const Failures& failures) {
  if (all_are(failures, [](FailureKind k) { return k == FailureKind::timed_out; })) return Code::all_deployments_timed_out;
  if (all_are(failures, [](FailureKind k) { return k == FailureKind::rate_limited || k == FailureKind::quota_exhausted; }))
    return Code::all_deployments_throttled;
  return Code::all_deployments_failed;
}

std::string tell(const Exchange& x, const Failures& failures) {
  const auto& snapshot = x.core.snapshot();
  auto text = fmt::format("model '{}' could not be served; tried {}: ", snapshot.models()[x.model_index].name,
                          failures.tried.size() == 1 ? "1 deployment" : fmt::format("{} deployments", failures.tried.size()));
  for (std::size_t i = 0; i < failures.tried.size(); ++i) {
    const auto& t = failures.tried[i];
    const auto& a = x.attempts[i];
    text += fmt::format("{}{}: {}", i == 0 ? "" : "; ", snapshot.deployments()[t.deployment].name, name(t.outcome.verdict.kind));
    if (a.status != 0) text += fmt::format(" (HTTP {})", a.status);
    if (!t.outcome.verdict.message.empty()) text += fmt::format(", {}", t.outcome.verdict.message.substr(0, 300));
  }
  if (!failures.stopped.empty()) text += fmt::format("; no more was tried: {}", failures.stopped);
  return text;
}

void pass_on(Exchange& x, const Outcome& last) {
  auto& fields = x.answer_fields();
  fields.append("content-type: application/json\r\nx-should-retry: false\r\n");
  const auto status = x.attempt().status;
  x.status = status;
  x.outcome = std::string_view(last.verdict.code.empty() ? name(last.verdict.kind) : std::string_view(last.verdict.code));
  if (!last.own_words.empty()) {
    x.client.answer(status, fields, last.own_words);
    return;
  }
  Error error{Code::invalid_value, Origin::provider, Retry::never, last.verdict.message, last.verdict.param, 0};
  x.client.answer(status, fields, dialect::error_json(error));
}

}  // namespace

void answer_failures(Exchange& x, const Failures& failures) {
  if (x.left) return;
  const auto& last = failures.tried.back().outcome;
  if (is_clients_own(last.verdict.kind) && x.attempt().status >= 400) return pass_on(x, last);
  Error error{code_of(failures), Origin::provider, Retry::never, tell(x, failures), {}, 0};
  if (error.code == Code::all_deployments_throttled) {
    std::uint32_t wait = kRetryAfterMaxMs;
    for (const auto& t : failures.tried)
      if (t.outcome.verdict.retry_after_ms > 0) wait = std::min(wait, t.outcome.verdict.retry_after_ms);
    error.retry_after_ms = wait;
  }
  auto& fields = x.answer_fields();
  fields.append("x-should-retry: false\r\n");
  x.status = static_cast<std::int16_t>(row(error.code).status);
  x.outcome = row(error.code).text;
  x.client.answer(error, fields);
}

}  // namespace fw::gateway
