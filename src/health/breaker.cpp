#include "health/breaker.h"

#include <fmt/format.h>

#include <algorithm>

#include "health/histogram.h"

namespace fw::health {
namespace {

constexpr double kEvidenceSeconds = 300;  // evidence fades, so that rare failures do not add up over hours
constexpr std::size_t kTries = 4;         // slots a tenant may have
constexpr float kWeightMax = 16;          // of one tenant's faults, so that it is soon believed to be well again

std::uint64_t next(std::uint64_t& state) {  // splitmix64
  auto z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

void Cusum::add(const Test& test, bool failed, MonoTime at, double weight) {
  if (at.ms_since(at_) > Tenants::kKeptMs) reset();  // nobody remembers whose it was
  if (!failed && value_ == 0) return;
  value_ *= faded(at.ns - at_.ns, kEvidenceSeconds);
  at_ = std::max(at_, at);
  value_ += weight * (failed ? test.failure : test.success);
  if (value_ <= 0) return reset();
  value_ = std::min(value_, test.threshold);
  ++judged_;
  failed_ += failed ? 1 : 0;
}

void Cusum::lower(const Test& test) {
  value_ = std::max(0.0, value_ - test.failure);
  failed_ -= failed_ > 0 ? 1 : 0;
}

Tenants::Slot& Tenants::take(std::uint32_t tenant, MonoTime at) {
  const auto home = (tenant * 2'654'435'761U) >> 27;
  Slot* slot = &slots_[home];
  for (std::size_t i = 0; i < kTries; ++i) {
    auto& s = slots_[(home + i) % kSlots];
    if (s.used && s.tenant == tenant) {
      slot = &s;
      break;
    }
    if (slot->used && (!s.used || s.touched < slot->touched)) slot = &s;
  }
  if (slot->tenant != tenant || !recent(*slot, at)) {
    *slot = {};
    slot->tenant = tenant;
    slot->used = true;
  }
  slot->touched = std::max(slot->touched, at);
  return *slot;
}

void Tenants::served(std::uint32_t tenant, MonoTime at) {
  auto& s = take(tenant, at);
  s.served = at;
  s.failures = std::max(0.0F, s.failures - 1);
  s.refusals = std::max(0.0F, s.refusals - 1);
  s.proofs = std::max(0.0F, s.proofs - 1);
}

void Tenants::fault(std::uint32_t tenant, Fault fault, MonoTime at) {
  auto& s = take(tenant, at);
  if (s.failures <= 0 && s.refusals <= 0) s.begun = at;
  auto& weight = fault == Fault::failure ? s.failures : fault == Fault::refusal ? s.refusals : s.proofs;
  weight = std::min(kWeightMax, weight + 1);
}

void Tenants::take_back(std::uint32_t tenant, MonoTime at) {
  auto& s = take(tenant, at);
  s.refusals = std::max(0.0F, s.refusals - 1);
  s.proofs = std::max(0.0F, s.proofs - 1);
}

Tenants::Count Tenants::count(Fault fault, MonoTime now) const {
  const auto weight = [fault](const Slot& s) { return fault == Fault::failure ? s.failures : s.refusals; };
  Count c;
  const Slot* worst = nullptr;
  float all = 0;
  bool anyone = false;
  for (const auto& s : slots_) {
    if (!recent(s, now)) continue;
    anyone |= s.served.ns > 0;
    if (weight(s) <= 0) {
      c.served += s.served.ns > 0 ? 1 : 0;
      continue;
    }
    ++c.affected;
    all += weight(s);
    c.proven += s.proofs > 0 ? 1 : 0;
    c.proofs += s.proofs;
    if (!worst || weight(s) > weight(*worst)) worst = &s;
  }
  if (!worst) return c;
  c.alone = c.affected == 1 && !anyone;
  c.begun = worst->begun;
  c.others = all - weight(*worst);
  if (weight(*worst) < kWorst || (c.others >= kOthers && (c.affected - 1) * 2 >= c.served)) return c;
  for (const auto& s : slots_) c.few |= &s != worst && recent(s, now) && s.served >= worst->begun;
  return c;
}

bool Tenants::own_doing(std::uint32_t tenant, MonoTime now) const {
  for (const auto& s : slots_)
    if (s.used && s.tenant == tenant && s.failures >= kWorst) return count(Fault::failure, now).few;
  return false;
}

void Breaker::wait(MonoTime now) {
  const auto doubled = std::min(kOpenMaxMs, kOpenMs << std::min(opened_.times - 1, 10U));
  const auto jitter = static_cast<std::int64_t>(next(random_) % 2'001) - 1'000;  // of 10,000
  entered_ = now;
  opened_.until = now.plus_ms(doubled + doubled * jitter / 10'000);
}

bool Breaker::trip(Why why, const Observation& o, const Cusum& evidence, std::uint16_t tenants) {
  const bool relapse = opened_.times > 0 && o.at.ms_since(closed_) <= kRelapseMs;
  opened_ = {.why = why,
             .kind = o.kind,
             .status = o.status,
             .tenants = tenants,
             .failed = evidence.failed(),
             .judged = evidence.judged(),
             .since = o.at,
             .until = {},
             .times = relapse ? opened_.times + 1 : 1};
  open_ = true;
  probe_ = false;
  good_probes_ = 0;
  wait(o.at);
  return true;
}

bool Breaker::probe_failed(const Observation& o, bool longer) {
  if (o.start() < entered_ || o.at < opened_.until) return false;
  opened_.times += longer ? 1 : 0;
  good_probes_ = longer ? 0 : good_probes_;
  wait(o.at);
  return true;
}

bool Breaker::served(const Observation& o) {
  tenants_.served(o.tenant, o.at);
  failures_.add(kFailures, false, o.at);
  refusals_.add(kRefusals, false, o.at);
  throttles_.add(kFailures, false, o.at);
  if (!open_ || o.start() < entered_ || ++good_probes_ < kProbesToClose) return false;
  open_ = false;
  closed_ = o.at;
  failures_.reset();
  refusals_.reset();
  throttles_.reset();
  return true;
}

bool Breaker::failed(const Observation& o) {
  tenants_.fault(o.tenant, Tenants::Fault::failure, o.at);
  if (open_) return probe_failed(o, true);
  failures_.add(kFailures, true, o.at);
  if (!failures_.passed(kFailures)) return false;
  const auto count = tenants_.count(Tenants::Fault::failure, o.at);
  // Without an answer it is not the request.
  if (o.status != 0 && count.alone && o.at.ms_since(count.begun) < kUnsureMs) return false;
  return !count.few && trip(Why::failures, o, failures_, count.affected);
}

bool Breaker::suspects_refusals(MonoTime now) const {
  const auto count = tenants_.count(Tenants::Fault::refusal, now);
  return count.affected >= 2 && count.affected >= count.served;
}

bool Breaker::refused(const Observation& o) {
  tenants_.fault(o.tenant, Tenants::Fault::refusal, o.at);
  if (o.known_good) tenants_.fault(o.tenant, Tenants::Fault::proven, o.at);
  // A refused probe says little; the next one waits as long, so that few requests pay for the question.
  if (open_) return probe_failed(o, opened_.why == Why::refusals && o.known_good);
  refusals_.add(kRefusals, true, o.at);
  return judge_refusals(o);
}

bool Breaker::judge_refusals(const Observation& o) {
  if (!refusals_.passed(kRefusals)) return false;
  const auto count = tenants_.count(Tenants::Fault::refusal, o.at);
  const bool many = count.others >= Tenants::kOthers && count.affected >= count.served;
  const bool proven = count.proven >= 2 || (count.proofs >= 3 && !count.few);
  return (many || proven) && trip(Why::refusals, o, refusals_, count.affected);
}

bool Breaker::opinion(const Observation& o, bool disagreed) {
  if (!disagreed) {
    tenants_.take_back(o.tenant, o.at);
    refusals_.lower(kRefusals);
    return false;
  }
  tenants_.fault(o.tenant, Tenants::Fault::proven, o.at);
  return !open_ && judge_refusals(o);
}

bool Breaker::throttled(const Observation& o, double in_error) {
  if (open_) return probe_failed(o, opened_.why == Why::false_throttling && in_error > 0);
  if (in_error <= 0) return false;
  throttles_.add(kFailures, true, o.at, in_error);
  return throttles_.passed(kFailures) && trip(Why::false_throttling, o, throttles_, 0);
}

bool Breaker::stalled(std::uint32_t waiting, MonoTime now) {
  if (open_) return false;
  Observation o;
  o.at = now;
  trip(Why::stall, o, failures_, 0);
  opened_.failed = opened_.judged = waiting;
  return true;
}

std::string explain(const Opened& o) {
  const auto status = o.status ? fmt::format("{}", o.status) : std::string(cloud::name(o.kind));
  switch (o.why) {
    case Why::none: return {};
    case Why::failures:
      return fmt::format("{} of {} attempts failed, the latest with {}{}", o.failed, o.judged, cloud::name(o.kind),
                         o.status ? " (" + status + ")" : "");
    case Why::refusals:
      return fmt::format("{} for valid requests from {} tenant{}", status, o.tenants, o.tenants == 1 ? "" : "s");
    case Why::false_throttling:
      return fmt::format("{} of {} attempts were throttled though the quota had room or the wait was over", o.failed,
                         o.judged);
    case Why::stall: return fmt::format("{} attempts wait and none got its first token", o.failed);
  }
  return {};
}

std::string_view name(BreakerState state) {
  switch (state) {
    case BreakerState::closed: return "closed";
    case BreakerState::open: return "open";
    case BreakerState::probing: return "probing";
  }
  return "";
}

std::string_view name(Why why) {
  switch (why) {
    case Why::none: return "none";
    case Why::failures: return "failures";
    case Why::refusals: return "refusals";
    case Why::false_throttling: return "false_throttling";
    case Why::stall: return "stall";
  }
  return "";
}

}  // namespace fw::health
