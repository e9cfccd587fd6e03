#include "plan/demand_booked.h"

#include <algorithm>

#include <fmt/format.h>

#include "offer/price.h"

namespace fw::plan {

using ledger::AttemptState;
using ledger::Booked;

std::string class_by_rule(std::string_view residency, const Booked& attempt) {
  const auto prompt = attempt.usage.total_input();
  const double held = prompt > 0 ? static_cast<double>(attempt.usage.cache_read) / static_cast<double>(prompt) : 0;
  const std::string_view tier = offer::is_ordinary_tier(attempt.tier) ? std::string_view("standard") : std::string_view(attempt.tier);
  return fmt::format("{}/{}/{}", residency.empty() ? "any" : residency, tier, held < kColdBelow ? "cold" : held < kWarmFrom ? "mixed" : "warm");
}

BookedDemand::BookedDemand(ClassBy by, std::int64_t step_s, std::map<std::string, std::string, std::less<>> residency)
    : by_(by), residency_(std::move(residency)) {
  rows_.adds_up(step_s);
}

std::string BookedDemand::class_of(const Booked& a, std::string_view policy) const {
  switch (by_) {
    case ClassBy::key: return a.key;
    case ClassBy::tenant: return a.tenant;
    case ClassBy::policy: return std::string(policy);
    case ClassBy::model: return a.model;
    case ClassBy::rule: break;
  }
  const auto known = residency_.find(policy);
  return class_by_rule(known == residency_.end() ? policy : std::string_view(known->second), a);
}

void BookedDemand::add(const Booked& a, std::string_view policy) {
  const bool ended = a.state == AttemptState::settled_exact || a.state == AttemptState::settled_estimated;
  const auto tokens = a.usage.total();
  if (a.state == AttemptState::open || a.state == AttemptState::ambiguous) ++left_.unknown;
  if (!ended) return;
  if (a.outcome != cloud::FailureKind::none) {
    left_.failed += tokens > 0 ? 1 : 0;
    left_.failed_tokens += static_cast<std::uint64_t>(std::max<std::int64_t>(tokens, 0));
    return;
  }
  if (tokens <= 0) {
    ++left_.uncounted;
    return;
  }
  left_.estimated += a.state == AttemptState::settled_estimated ? 1 : 0;
  auto name = class_of(a, policy);
  if (name.empty()) name = "default";
  const auto of = rows_.class_of(a.model, name, {});
  if (of >= kClassesMax) return rows_.note({0, 0, "one class more", fmt::format("at most {}", kClassesMax), "Take --class-by rule, or ask for fewer keys."});
  const auto cached = static_cast<double>(a.usage.cache_read);
  const Tokens counted{static_cast<double>(a.usage.total_input()) - cached, cached, static_cast<double>(a.usage.total_output())};
  rows_.add({a.time.seconds(), of, 0, counted, 1});
}

DemandRead BookedDemand::finish() {
  const auto say = [&](std::uint64_t count, std::string found, std::string hint) {
    if (count > 0) rows_.note({0, 0, std::move(found), "", std::move(hint), true});
  };
  say(left_.unknown, fmt::format("{} attempts whose end is not known", left_.unknown), "They are not counted.");
  say(left_.uncounted, fmt::format("{} answers without a count of tokens", left_.uncounted), "They are not counted.");
  say(left_.estimated, fmt::format("{} answers that the cloud did not count", left_.estimated), "They are counted as estimated.");
  say(left_.failed, fmt::format("{} tokens of {} attempts that answered no client", left_.failed_tokens, left_.failed),
      "They were paid for, but are no demand: the request was answered elsewhere, or not at all.");
  if (rows_.empty()) rows_.note({0, 0, "no answered request", "one at least", "Do --from, --until and the other filters leave any?"});
  return rows_.finish();
}

}  // namespace fw::plan
