#include "town.h"

#include <algorithm>
#include <utility>

#include "chooser.h"
#include "plan/sim/play.h"
#include "plan/sim/share_bins.h"

namespace fw::routing {
namespace {

double quantile(std::vector<float>& values, double q) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return *at;
}

// The day's requests.
class Asking : public plan::sim::Arrivals {
 public:
  explicit Asking(const std::vector<Asked>& asked) : asked_(asked) {}
  const Asked* next() override { return at_ < asked_.size() ? &asked_[at_++] : nullptr; }

 private:
  const std::vector<Asked>& asked_;
  std::size_t at_ = 0;
};

class Counting : public plan::sim::Watcher {
 public:
  explicit Counting(double seconds) : shares_(kPlaces, 0, seconds) {}

  void asked(const Asked&, MonoTime) override { ++tally_.requests; }
  void sent(const Running& r, const Attempt& a, MonoTime now) override {
    if (r.attempts == 1) shares_.add(a.place, now);
    if (!admissible(a.place, r.asked) || r.has_tried(a.place)) ++tally_.forbidden;
    ++tally_.attempts;
  }
  void failed(const Running&, const Attempt& a, MonoTime) override { tally_.throttled += a.fate.status == 429 ? 1 : 0; }
  void first_token(const Running& r, const Attempt& a, MonoTime now) override {
    const double waited = static_cast<double>(now.ns - r.asked.at_ns) / 1e9;
    first_.push_back(static_cast<float>(waited));
    if (waited * 1e3 > kSloMs) ++tally_.missed;
    ++tally_.served;
    tally_.cost_usd += static_cast<double>(cost(a.place, r.asked)) / 1e12;
  }
  void lost(const Running&, MonoTime) override { ++tally_.missed; }

  Tally finish(const std::vector<Incident>& incidents) {
    tally_.p50_s = quantile(first_, 0.5);
    tally_.p95_s = quantile(first_, 0.95);
    tally_.p99_s = quantile(first_, 0.99);
    constexpr double kBefore = 60, kPause = 170;
    double shed = 0, back = 0;
    int hit = 0;
    for (const auto& i : incidents) {
      const auto place = i.places.front();
      const double usual = shares_.share(place, i.from_s - kBefore, i.from_s);
      if (usual < 0.03) continue;
      ++hit;
      shed += shares_.until(place, usual / 4, true, {i.from_s, i.to_s});
      back += shares_.until(place, usual / 2, false, {i.to_s, i.to_s + kPause});
    }
    if (hit > 0) tally_.shed_s = shed / hit, tally_.return_s = back / hit;
    return tally_;
  }

 private:
  std::vector<float> first_;
  plan::sim::ShareBins shares_;
  Tally tally_;
};

}  // namespace

std::optional<Tally> run(std::string_view policy, const Day& day) {
  auto world = make_world(day.seed, day.shape.demand, day.weather);
  const auto chooser = make_chooser(policy, day.seed, world, day.shape.demand);
  if (chooser == nullptr) return std::nullopt;
  Counting counting(day.asked.empty() ? 0 : static_cast<double>(day.asked.back().at_ns) / 1e9);
  Asking asking(day.asked);
  plan::sim::Play(world, *chooser, counting, {}).run(asking);
  return counting.finish(world.incidents());
}

}  // namespace fw::routing
