#include "plan/sim/outcome.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "plan/sim/luck.h"

namespace fw::plan::sim {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::uint16_t kTooMany = 429;

std::vector<bool> marks(std::size_t size, const std::vector<std::uint16_t>& which) {
  std::vector<bool> out(size);
  for (const auto i : which) out[i] = true;
  return out;
}

}  // namespace

Money money_of(Int128 pico_usd) {
  constexpr std::int64_t kUnitsPerPico = 1'000;
  return Money::of_units(pico_usd * kUnitsPerPico);
}

void Latencies::add(std::int64_t us) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(us, kPer));
  const int octave = static_cast<int>(std::bit_width(value)) - 1;
  const auto part = static_cast<int>(value >> (octave - 5) & (kPer - 1));
  ++counts_[static_cast<std::size_t>(std::min((octave - 5) * kPer + part, kOctaves * kPer - 1))];
  ++all_;
}

std::int64_t Latencies::quantile_ms(double share) const {
  const double wanted = share * static_cast<double>(all_);
  double seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (counts_[i] > 0 && seen >= wanted) return static_cast<std::int64_t>(((i % kPer + kPer) << (i / kPer)) / 1'000);
  }
  return 0;
}

Outcome::Outcome(const KnownMarket& market, std::vector<Slo> slos, const std::vector<Incident>& incidents, double duration_s)
    : market_(market), slos_(std::move(slos)), duration_s_(duration_s), places_(market.places.size()), classes_(market.classes.size()) {
  for (const auto& i : incidents) {
    Hit hit{.bins = ShareBins(1, i.from_s - kBeforeS, std::min(duration_s, i.to_s + kAfterS)), .places = marks(market.places.size(), i.places), .classes = {}, .from_s = i.from_s, .to_s = i.to_s};
    for (const auto& klass : market.classes) hit.classes.push_back(std::ranges::any_of(klass.places, [&hit](std::uint16_t place) { return hit.places[place]; }));
    hits_.push_back(std::move(hit));
  }
}

void Outcome::mark(std::uint64_t what) { digest_ = mixed(digest_ ^ what); }

void Outcome::asked(const Asked& asked, MonoTime) { ++classes_[asked.of_class].requests; }

void Outcome::sent(const Running& r, const Attempt& a, MonoTime now) {
  auto& place = places_[a.place];
  ++place.attempts;
  mark(static_cast<std::uint64_t>(now.ns) ^ (std::uint64_t{r.asked.id} << 20) ^ a.place);
  if (r.attempts != 1) return;
  ++place.first_asked;
  const double s = static_cast<double>(now.ns) / 1e9;
  for (auto& hit : hits_) {
    if (s > hit.to_s + kAfterS || !hit.classes[r.asked.of_class]) continue;
    hit.bins.add(hit.places[a.place] ? 0 : 1, now);
  }
}

void Outcome::failed(const Running& r, const Attempt& a, MonoTime) {
  auto& place = places_[a.place];
  ++place.failed;
  if (a.fate.status != kTooMany) return;
  ++place.throttled;
  ++classes_[r.asked.of_class].throttled;
}

void Outcome::pay(const Running& r, const Attempt& a, route::Pico pico) {
  if (market_.places[a.place].pool) return;  // paid already, used or not
  places_[a.place].pico_usd += std::max<route::Pico>(pico, 0);
  classes_[r.asked.of_class].pico_usd += std::max<route::Pico>(pico, 0);
}

void Outcome::first_token(const Running& r, const Attempt& a, MonoTime now) {
  auto& klass = classes_[r.asked.of_class];
  auto& place = places_[a.place];
  const auto waited_ns = now.ns - r.asked.at_ns;
  const std::uint64_t tokens = std::uint64_t{r.asked.input} + r.asked.cached + r.asked.output;
  ++klass.served;
  ++place.served;
  klass.tokens += tokens;
  place.tokens += tokens;
  klass.first.add(waited_ns / 1'000);
  if (waited_ns > slos_[r.asked.of_class].first_token_ms * kMs) ++klass.late;
  pay(r, a, cost_of(market_.places[a.place], r.asked));
}

void Outcome::served(const Running& r, const Attempt&, MonoTime now) {
  const auto whole_ms = slos_[r.asked.of_class].whole_ms;
  if (whole_ms > 0 && now.ns - r.asked.at_ns > whole_ms * kMs) ++classes_[r.asked.of_class].late_whole;
  mark(static_cast<std::uint64_t>(now.ns) + r.asked.id);
}

// Its prompt was read, unless the place asks nothing for what nobody waited for.
void Outcome::outrun(const Running& r, const Attempt& a, MonoTime) {
  const auto& place = market_.places[a.place];
  auto prompt = r.asked;
  prompt.output = 0;
  if (!place.unbilled_when_left) pay(r, a, cost_of(place, prompt));
}

void Outcome::lost(const Running& r, MonoTime now) {
  ++classes_[r.asked.of_class].lost;
  mark(static_cast<std::uint64_t>(now.ns) - r.asked.id);
}

std::vector<MetIncident> Outcome::incidents() const {
  std::vector<MetIncident> out;
  for (const auto& hit : hits_) {
    MetIncident met;
    const double end = std::min(hit.to_s, duration_s_);
    met.usual_share = std::max(0.0, hit.bins.share(0, hit.from_s - kBeforeS, hit.from_s));
    if (hit.from_s < duration_s_ && met.usual_share >= kUsedShare) {
      const double left = hit.bins.until(0, met.usual_share / 4, true, {hit.from_s, end});
      if (left < end - hit.from_s) met.left_s = left;
      const double after = std::min(hit.to_s + kAfterS, duration_s_);
      const double back = after > hit.to_s ? hit.bins.until(0, met.usual_share / 2, false, {hit.to_s, after}) : 0;
      if (after > hit.to_s && back < after - hit.to_s) met.returned_s = back;
    }
    out.push_back(met);
  }
  return out;
}

}  // namespace fw::plan::sim
