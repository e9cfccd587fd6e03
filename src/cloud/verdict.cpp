#include "cloud/verdict.h"

#include <array>

namespace fw::cloud {
namespace {

struct Row {
  FailureKind kind;
  std::string_view name;
  bool elsewhere;
  Mark mark;
  Billing billing;
};

// What each kind of failure means unless a cloud knows better. 5xx may come after the tokens were
// made, and no cloud documents that it does not charge them then.
constexpr std::array<Row, kFailureKinds> kRows{{
    {FailureKind::none, "none", false, Mark::none, Billing::billed},
    {FailureKind::invalid_request, "invalid_request", false, Mark::none, Billing::refused_unbilled},
    {FailureKind::unauthorized, "unauthorized", true, Mark::credential_bad, Billing::refused_unbilled},
    {FailureKind::forbidden, "forbidden", true, Mark::credential_bad, Billing::refused_unbilled},
    {FailureKind::not_found, "not_found", false, Mark::none, Billing::refused_unbilled},
    {FailureKind::too_large, "too_large", false, Mark::none, Billing::refused_unbilled},
    {FailureKind::context_length, "context_length", false, Mark::none, Billing::refused_unbilled},
    {FailureKind::content_filter, "content_filter", false, Mark::none, Billing::ambiguous},
    {FailureKind::rate_limited, "rate_limited", true, Mark::none, Billing::refused_unbilled},
    {FailureKind::quota_exhausted, "quota_exhausted", true, Mark::account_exhausted, Billing::refused_unbilled},
    {FailureKind::overloaded, "overloaded", true, Mark::none, Billing::refused_unbilled},
    {FailureKind::server_error, "server_error", true, Mark::none, Billing::ambiguous},
    {FailureKind::timed_out, "timed_out", true, Mark::none, Billing::ambiguous},
    {FailureKind::unreachable, "unreachable", true, Mark::none, Billing::refused_unbilled},
    {FailureKind::tls, "tls", true, Mark::none, Billing::refused_unbilled},
    {FailureKind::truncated, "truncated", true, Mark::none, Billing::ambiguous},
    {FailureKind::malformed, "malformed", true, Mark::none, Billing::ambiguous},
    {FailureKind::sign_in, "sign_in", true, Mark::none, Billing::refused_unbilled},
    {FailureKind::outrun, "outrun", false, Mark::none, Billing::ambiguous},
}};

constexpr bool rows_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<std::size_t>(kRows[i].kind) != i) return false;
  return true;
}
static_assert(rows_in_order());

}  // namespace

std::string_view name(FailureKind kind) { return kRows[static_cast<std::size_t>(kind)].name; }

Verdict verdict_of(FailureKind kind) {
  const Row& row = kRows[static_cast<std::size_t>(kind)];
  Verdict verdict;
  verdict.kind = kind;
  verdict.elsewhere = row.elsewhere;
  verdict.mark = row.mark;
  verdict.billing = row.billing;
  return verdict;
}

}  // namespace fw::cloud
