#include "route/decision.h"

#include <algorithm>
#include <array>

#include "health/board.h"

namespace fw::route {
namespace {

// What a certain miss of the slo weighs, in sixteenths of the lowest expected cost.
constexpr std::int64_t weight_of_miss(Prefer prefer) {
  switch (prefer) {
    case Prefer::cost: return 4;
    case Prefer::balanced: return 32;
    case Prefer::speed: return 320;
    default: return 0;
  }
}

constexpr std::array<std::string_view, kVerdicts> kNames{"probe",      "admissible", "lossy",     "share",  "throttled",
                                                         "ejected",    "marked",     "doubtful",  "operation", "pinned",
                                                         "rule",       "residency",  "capability", "loss",   "price"};

// Where nothing is known of any price, service still counts: the unit does not matter then.
constexpr Pico kReferenceWithoutPrice = 1'000'000;

Pico part(Pico value, std::uint16_t share) { return (value >> 16) * share + (((value & 0xffff) * share) >> 16); }

// Splitmix64: a draw per place from one seed.
std::uint64_t mixed(std::uint64_t v) {
  v += 0x9e3779b97f4a7c15;
  v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9;
  v = (v ^ (v >> 27)) * 0x94d049bb133111eb;
  return v ^ (v >> 31);
}

bool full(const Question& q, const Seen& s) {
  return s.throttled || (s.pool && s.utilisation == UINT16_MAX) || s.headroom_requests == 0 || s.free_slots == 0 ||
         (s.headroom_tokens >= 0 && s.headroom_tokens < std::int64_t{q.reserve_tokens});
}

bool over_share(const Policy& policy, const Seen& s) {
  return std::ranges::any_of(policy.max_share, [&s](const auto& cap) { return cap.cloud == s.cloud && s.share > cap.share; });
}

bool left_out(const Policy& policy, const Seen& s) {
  const auto in = [&s](const Among& among) { return among.holds(s.cloud, s.provider_name, s.name); };
  return (!policy.only.empty() && !in(policy.only)) || (!policy.never.empty() && in(policy.never));
}

// Rules first, in the order of what they protect: where it may run, then what it can do, then price.
Verdict judge(const Question& q, const Seen& s, const Policy& policy) {
  if (!s.speaks) return Verdict::operation;
  if (!admits(policy, s.scope)) return Verdict::residency;
  if (q.pinned < 0 && left_out(policy, s)) return Verdict::rule;
  if (q.pinned >= 0 && s.deployment != q.pinned) return Verdict::pinned;
  if (s.refused.any()) return Verdict::capability;
  if (s.dropped.any() && unmet(s, policy.lossy).any()) return Verdict::loss;
  if (policy.refuse_unknown_price && s.cost < 0) return Verdict::price;
  if (s.too_long || s.doubted.any()) return Verdict::doubtful;
  if (s.marked) return Verdict::marked;
  if (s.breaker != health::BreakerState::closed) return s.may_probe && q.harmless && !full(q, s) ? Verdict::probe : Verdict::ejected;
  if (full(q, s)) return Verdict::throttled;
  if (over_share(policy, s)) return Verdict::share;
  return s.dropped.any() ? Verdict::lossy : Verdict::admissible;
}

// The lowest and the highest known cost of those that can serve; what is paid already (0) measures nothing.
struct Costs {
  Pico low = kUnknownCost;
  Pico high = kUnknownCost;
  void add(Pico cost) {
    if (cost < 0) return;
    if (cost > 0) low = low < 0 ? cost : std::min(low, cost);
    high = std::max(high, cost);
  }
};

// An unknown price counts as the highest known one: it must not look cheap. What is paid already does not count, what
// could be served by a filling pool instead does.
Pico cost_of(const Seen& s, const Costs& costs) {
  const Pico told = s.cost >= 0 ? s.cost : std::max<Pico>(costs.high, 0);
  return told - part(told, s.paid) + s.bid;
}

// What a place is scored by.
struct Service {
  std::uint32_t first_token_ms = 0;
  std::uint16_t miss = 0;
  std::uint16_t error = 0;
};
Service known(const Seen& s) { return {s.first_token_ms, s.miss, s.error}; }

Pico score(const Decision& d, const Seen& seen, const Service& s, const Policy& policy, const Costs& costs) {
  const Pico reference = d.reference;
  const Pico cost = cost_of(seen, costs);
  if (policy.prefer == Prefer::cheapest) return cost;
  if (policy.prefer == Prefer::fastest) return s.first_token_ms;
  const Pico miss = reference * weight_of_miss(policy.prefer) / 16;
  Pico feared = part(miss, s.miss) + part(miss + reference, s.error);
  // Among places that all meet the slo the faster one is still better, where speed is wanted.
  if (policy.prefer == Prefer::speed && policy.first_token_ms > 0) {
    const auto late = std::min<std::int64_t>(kWhole - 1, std::int64_t{s.first_token_ms} * kWhole / policy.first_token_ms);
    feared += part(miss / 4, static_cast<std::uint16_t>(late));
  }
  return cost + feared - part(feared, d.question.pressure);
}

// One that was left because it was slow or failed, and would be the best were it well: a harmless request looks. It comes
// first, once; the board says when the next may.
void look_again(Decision& d, const Policy& policy, const Costs& costs) {
  constexpr auto part_of_whole = [](double p) { return static_cast<std::uint16_t>(p * static_cast<double>(kWhole) + 0.5); };
  constexpr Service kWell{0, part_of_whole(health::Board::kPriorMiss), part_of_whole(health::ErrorRate::kPrior)};  // as of a place that nobody knows
  const bool by_service = policy.prefer == Prefer::balanced || policy.prefer == Prefer::cost || policy.prefer == Prefer::speed;
  if (!by_service || !d.question.harmless || d.ranked.empty() || d.ranked.front().verdict != Verdict::admissible) return;
  for (std::size_t i = 1; i < d.ranked.size() && d.ranked[i].verdict == Verdict::admissible; ++i) {
    const auto& s = d.seen[d.ranked[i].place];
    if (!s.may_probe || score(d, s, kWell, policy, costs) >= d.ranked.front().score) continue;
    d.ranked[i].verdict = Verdict::probe;
    std::rotate(d.ranked.begin(), d.ranked.begin() + static_cast<std::ptrdiff_t>(i), d.ranked.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    return;
  }
}

// Draws all places one after the other, each by its weight among those left.
void draw(Decision& d, std::size_t end) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < end; ++i) total += d.seen[d.ranked[i].place].weight;
  for (std::size_t i = 0; i < end && total > 0; ++i) {
    auto left = mixed(d.question.seed + i) % total;
    std::size_t at = i;
    while (at + 1 < end && left >= d.seen[d.ranked[at].place].weight) left -= d.seen[d.ranked[at++].place].weight;
    const Ranked drawn = d.ranked[at];
    total -= d.seen[drawn.place].weight;
    for (; at > i; --at) d.ranked[at] = d.ranked[at - 1];
    d.ranked[i] = drawn;
    d.ranked[i].score = static_cast<Pico>(i);
  }
}

bool before(const Ranked& a, const Ranked& b) {
  if (a.verdict != b.verdict) return a.verdict < b.verdict;
  if (a.score != b.score) return a.score < b.score;
  return a.place < b.place;
}

// Few and nearly ordered already: insertion is the fastest.
void sort(std::vector<Ranked>& ranked) {
  for (std::size_t i = 1; i < ranked.size(); ++i) {
    const Ranked moving = ranked[i];
    std::size_t at = i;
    for (; at > 0 && before(moving, ranked[at - 1]); --at) ranked[at] = ranked[at - 1];
    ranked[at] = moving;
  }
}

}  // namespace

std::string_view name(Verdict verdict) { return kNames[static_cast<std::size_t>(verdict)]; }

std::optional<Verdict> verdict_of(std::string_view name) {
  const auto it = std::ranges::find(kNames, name);
  return it == kNames.end() ? std::nullopt : std::optional(static_cast<Verdict>(it - kNames.begin()));
}

dialect::Needs unmet(const Seen& seen, Lossy lossy) {
  auto missing = seen.refused;
  if (lossy == Lossy::refuse) missing |= seen.dropped;
  if (lossy == Lossy::hints) missing |= seen.dropped & ~dialect::hints();
  return missing;
}

bool is_for(const When& when, const Question& q) {
  const auto among = [](const auto& all, const auto& one) { return all.empty() || std::ranges::find(all, one) != all.end(); };
  return among(when.models, q.model) && among(when.operations, q.operation) && among(when.tiers, q.tier) &&
         (when.features.none() || (when.features & q.needs).any()) && std::int64_t{q.input_tokens} > when.input_tokens_above &&
         (!when.stream || *when.stream == q.stream);
}

std::optional<std::size_t> rule_for(const Policy& policy, const Question& question) {
  for (std::size_t i = 0; i < policy.rules.size(); ++i)
    if (is_for(policy.rules[i].when, question)) return i;
  return std::nullopt;
}

Policy ruled(const Policy& policy, std::size_t rule) {
  Policy made = policy;
  const auto& r = policy.rules[rule];
  if (r.prefer) made.prefer = *r.prefer;
  if (r.first_token_ms) made.first_token_ms = *r.first_token_ms;
  if (r.lossy) made.lossy = *r.lossy;
  if (!r.only.empty()) made.only = r.only;
  for (const auto member : {&Among::clouds, &Among::providers, &Among::deployments})
    (made.never.*member).insert((made.never.*member).end(), (r.never.*member).begin(), (r.never.*member).end());
  made.rules.clear();
  made.rule = static_cast<std::int32_t>(rule);
  return made;
}

void decide(Decision& d, const Policy& policy) {
  d.ranked.clear();
  Costs costs;
  for (std::size_t i = 0; i < d.seen.size(); ++i) {
    const auto verdict = judge(d.question, d.seen[i], policy);
    d.ranked.push_back({.score = 0, .place = static_cast<std::uint16_t>(i), .verdict = verdict});
    if (may_serve(verdict)) costs.add(d.seen[i].cost);
  }
  d.reference = costs.low > 0 ? costs.low : kReferenceWithoutPrice;
  const bool scored = policy.prefer != Prefer::ordered && policy.prefer != Prefer::weighted;
  for (auto& r : d.ranked)
    if (scored && may_serve(r.verdict)) r.score = score(d, d.seen[r.place], known(d.seen[r.place]), policy, costs);
  sort(d.ranked);
  look_again(d, policy, costs);
  d.tried = static_cast<std::uint16_t>(std::ranges::count_if(d.ranked, [](const auto& r) { return may_serve(r.verdict); }));
  if (policy.prefer == Prefer::weighted) {
    const auto healthy = std::ranges::count_if(d.ranked, [](const auto& r) { return r.verdict <= Verdict::admissible; });
    draw(d, static_cast<std::size_t>(healthy));
  }
}

}  // namespace fw::route
