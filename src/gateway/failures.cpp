#include "gateway/failures.h"

#include <fmt/format.h>

#include <algorithm>

#include "dialect/error.h"
#include "wire/json_write.h"

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

bool all_are(const std::vector<Failed>& failed, bool (*what)(FailureKind)) {
  return std::ranges::all_of(failed, [what](const auto& f) { return what(f.verdict.kind); });
}

Code code_of(const std::vector<Failed>& failed) {
  if (all_are(failed, [](FailureKind k) { return k == FailureKind::timed_out; })) return Code::all_deployments_timed_out;
  if (all_are(failed, [](FailureKind k) { return k == FailureKind::rate_limited || k == FailureKind::quota_exhausted; }))
    return Code::all_deployments_throttled;
  return Code::all_deployments_failed;
}

std::string tell(const Exchange& x) {
  const auto& snapshot = x.core.snapshot();
  const auto& failed = x.asked->failed;
  auto text = fmt::format("model '{}' could not be served; tried {}: ", snapshot.models()[x.model_index].name,
                          failed.size() == 1 ? "1 deployment" : fmt::format("{} deployments", failed.size()));
  for (const auto& f : failed) {
    text += fmt::format("{}{}: {}", &f == failed.data() ? "" : "; ", snapshot.deployments()[f.deployment].name, name(f.verdict.kind));
    if (f.status != 0) text += fmt::format(" (HTTP {})", f.status);
    if (!f.verdict.message.empty()) text += fmt::format(", {}", f.verdict.message.substr(0, 300));
  }
  if (!x.asked->stopped.empty()) text += fmt::format("; no more was tried: {}", x.asked->stopped);
  return text;
}

// The word OpenAI's API has for it (openai docs "Error codes"); the cloud's own where there is none.
std::string_view code_word(const cloud::Verdict& verdict) {
  switch (verdict.kind) {
    case FailureKind::context_length: return "context_length_exceeded";
    case FailureKind::content_filter: return "content_filter";
    case FailureKind::not_found: return "model_not_found";
    case FailureKind::too_large: return "request_too_large";
    default: return verdict.code.empty() ? "invalid_request" : std::string_view(verdict.code);
  }
}

// A refusal told in another dialect than the client's, in the client's.
std::string retold(const cloud::Verdict& verdict) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("error").begin_object();
  json.member("message", verdict.message).member("type", "invalid_request_error").key("param");
  if (verdict.param.empty()) json.null();
  else json.string(verdict.param);
  json.member("code", code_word(verdict)).end_object().end_object();
  return body;
}

void pass_on(Exchange& x, const Failed& last) {
  auto& fields = x.answer_fields();
  fields.append("content-type: application/json\r\nx-should-retry: false\r\n");
  x.status = last.status;
  x.say().outcome = last.verdict.code.empty() ? name(last.verdict.kind) : std::string_view(last.verdict.code);
  if (!last.own_words.empty()) return x.client.answer(last.status, fields, last.own_words);
  x.client.answer(last.status, fields, retold(last.verdict));
}

}  // namespace

void answer_failures(Exchange& x) {
  if (x.left) return;
  const auto& failed = x.asked->failed;
  // A refusal that nobody disproved is believed, whatever else failed after it.
  const auto refused = std::ranges::find(failed, x.doubted.deployment, &Failed::deployment);
  const auto& last = refused != failed.end() ? *refused : failed.back();
  if (is_clients_own(last.verdict.kind) && last.status >= 400) return pass_on(x, last);
  Error error{code_of(failed), Origin::provider, Retry::never, tell(x), {}, 0};
  if (error.code == Code::all_deployments_throttled) {
    std::uint32_t wait = kRetryAfterMaxMs;
    for (const auto& f : failed)
      if (f.verdict.retry_after_ms > 0) wait = std::min(wait, f.verdict.retry_after_ms);
    error.retry_after_ms = wait;
  }
  auto& fields = x.answer_fields();
  fields.append("x-should-retry: false\r\n");
  x.status = static_cast<std::int16_t>(row(error.code).status);
  x.say().outcome = row(error.code).text;
  x.client.answer(error, fields);
}

}  // namespace fw::gateway
