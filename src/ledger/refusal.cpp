#include "ledger/refusal.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace fw::ledger {
namespace {

std::uint32_t bounded_ms(std::int64_t ms) { return static_cast<std::uint32_t>(std::clamp<std::int64_t>(ms, 1, UINT32_MAX)); }

std::string limit_text(const BudgetRefusal& r) {
  const auto usd = r.state.limit.usd();
  return r.per == Window::total ? fmt::format("{} USD in all", usd) : fmt::format("{} USD per {}", usd, name(r.per));
}

std::string next_text(const BudgetRefusal& r, const TimeZone& zone) {
  auto text = fmt::format("; the next {} begins at {}", name(r.per), local_text(r.span.until, zone));
  if (zone.name() != "UTC") text += fmt::format(" ({})", zone.name());
  return text;
}

}  // namespace

std::string passed_text(const BudgetRefusal& of, unsigned percent, const TimeZone& zone) {
  auto text = fmt::format("{} % of the budget \"{}\" of {} are spent: {} USD by now", percent, of.name, limit_text(of), of.state.settled.usd());
  return of.span.ends() ? text + next_text(of, zone) : text;
}

Error refused_by_budget(const BudgetRefusal& r, const TimeZone& zone, WallTime now) {
  Error error{Code::project_spend_limit_exceeded, Origin::client, Retry::never,
              fmt::format("the budget \"{}\" of {} does not cover this request, which may cost up to {} USD: {} USD are spent and {} USD "
                          "reserved for requests in progress",
                          r.name, limit_text(r), r.needed.usd(), r.state.settled.usd(), r.state.leased.usd())};
  if (r.needed > r.state.limit) {
    error.message += "; it is larger than the whole budget: lower its output limit";
  } else if (!r.span.ends()) {
    error.message += "; it has no end, so only a higher limit helps";
  } else {
    error.message += next_text(r, zone);
    error.retry = Retry::after_delay;
    error.retry_after_ms = bounded_ms((r.span.until.ns - now.ns) / 1'000'000 + 1);
  }
  return error;
}

Error refused_by_rate(const RateRefusal& r) {
  const bool tokens = r.rate == Rate::tokens;
  const auto what = tokens ? "tokens" : "requests";
  Error error{tokens ? Code::token_rate_limit_exceeded : Code::rate_limit_exceeded, Origin::client, Retry::never,
              fmt::format("{} may use {} {} per minute (limits.{}_per_minute)", r.whose, r.grant.standing.limit, what, what)};
  if (r.grant.never) {
    error.message += fmt::format("; this request needs {} by estimate, so waiting does not help: lower its size or its output limit", r.needed);
    return error;
  }
  error.message += fmt::format("; {} are left and this request needs {}: try again in {} ms", r.grant.standing.remaining, r.needed,
                               r.grant.retry_after_ms);
  error.retry = Retry::after_delay;
  error.retry_after_ms = bounded_ms(r.grant.retry_after_ms);
  return error;
}

}  // namespace fw::ledger
