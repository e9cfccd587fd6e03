#include "town.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <utility>

#include "chooser.h"
#include "health/retry_budget.h"

namespace fw::routing {
namespace {

constexpr double kBin = 5;  // seconds

double quantile(std::vector<float>& values, double q) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return *at;
}

// Where requests went first, in bins of five seconds.
class Shares {
 public:
  explicit Shares(double seconds) : bins_(static_cast<std::size_t>(seconds / kBin) + 2) {}
  void add(std::size_t place, MonoTime now) {
    auto& bin = bins_[std::min(bins_.size() - 1, at(static_cast<double>(now.ns) / 1e9))];
    ++bin[place];
    ++bin[kPlaces];
  }
  double share(std::size_t place, double from_s, double to_s) const {
    double mine = 0, all = 0;
    for (auto i = at(from_s); i < std::min(bins_.size(), at(to_s)); ++i) mine += bins_[i][place], all += bins_[i][kPlaces];
    return all > 0 ? mine / all : -1;
  }
  // Seconds after `from` until the share over 10 s is below (or above) `bound`; at most until `to`.
  double until(std::size_t place, double bound, bool below, std::pair<double, double> span) const {
    for (double t = span.first; t + 2 * kBin <= span.second; t += kBin) {
      const double s = share(place, t, t + 2 * kBin);
      if (s >= 0 && (below ? s < bound : s >= bound)) return t - span.first;
    }
    return span.second - span.first;
  }

 private:
  static std::size_t at(double s) { return static_cast<std::size_t>(std::max(0.0, s) / kBin); }
  std::vector<std::array<std::uint32_t, kPlaces + 1>> bins_;
};

class Town {
 public:
  Town(World& world, Chooser& chooser, const std::vector<Asked>& asked)
      : world_(world), chooser_(chooser), running_(asked.size()), shares_(asked.empty() ? 0 : end_s(asked)) {
    for (std::size_t i = 0; i < asked.size(); ++i) running_[i].asked = &asked[i];
  }

  Tally run() {
    std::size_t next = 0;
    while (next < running_.size() || !events_.empty()) {
      const bool comes = next < running_.size() && (events_.empty() || running_[next].asked->at_ns <= events_.top().ns);
      if (comes) {
        budget_.request();
        ++tally_.requests;
        try_next(running_[next], {running_[next].asked->at_ns});
        ++next;
      } else {
        const auto e = events_.top();
        events_.pop();
        happen(e);
      }
    }
    finish();
    return tally_;
  }

 private:
  enum class Kind : std::uint8_t { failed, first_token, end };
  struct Event {
    std::int64_t ns;
    std::uint32_t request;
    Kind kind;
    bool operator>(const Event& o) const { return std::pair(ns, request) > std::pair(o.ns, o.request); }
  };
  static double end_s(const std::vector<Asked>& asked) { return static_cast<double>(asked.back().at_ns) / 1e9; }

  void later(const Running& r, MonoTime now, double s, Kind kind) {
    events_.push({now.ns + static_cast<std::int64_t>(s * 1e9), r.asked->id, kind});
  }

  void try_next(Running& r, MonoTime now) {
    r.paid = r.attempts > 0;
    if (r.paid && !budget_.take()) return give_up();
    const int place = chooser_.next(r, now);
    if (place < 0) return give_up();
    r.place = static_cast<std::uint8_t>(place);
    if (r.attempts == 0) shares_.add(r.place, now);
    if (!admissible(r.place, *r.asked) || r.has_tried(r.place)) ++tally_.forbidden;
    r.tried |= 1u << place;
    r.begun = now;
    ++r.attempts;
    ++tally_.attempts;
    chooser_.begin(r, now);
    r.fate = world_.send(*r.asked, r.place, now);
    later(r, now, r.fate.first_s, r.fate.kind == cloud::FailureKind::none ? Kind::first_token : Kind::failed);
  }

  void give_up() { ++tally_.missed; }

  void happen(const Event& e) {
    auto& r = running_[e.request];
    const MonoTime now{e.ns};
    if (e.kind == Kind::failed) {
      if (r.fate.status == 429) ++tally_.throttled;
      chooser_.failed(r, now);
      return try_next(r, now);
    }
    if (e.kind == Kind::end) return chooser_.served(r, now);
    const double waited = static_cast<double>(now.ns - r.asked->at_ns) / 1e9;
    first_.push_back(static_cast<float>(waited));
    if (waited * 1e3 > kSloMs) ++tally_.missed;
    ++tally_.served;
    tally_.cost_usd += static_cast<double>(cost(r.place, *r.asked)) / 1e12;
    if (r.paid) budget_.give_back();
    chooser_.first_token(r, now);
    later(r, now, r.fate.more_s, Kind::end);
  }

  void finish() {
    tally_.p50_s = quantile(first_, 0.5);
    tally_.p95_s = quantile(first_, 0.95);
    tally_.p99_s = quantile(first_, 0.99);
    constexpr double kBefore = 60, kPause = 170;
    double shed = 0, back = 0;
    int hit = 0;
    for (const auto& i : world_.incidents()) {
      const double usual = shares_.share(i.place, i.from_s - kBefore, i.from_s);
      if (usual < 0.03) continue;
      ++hit;
      shed += shares_.until(i.place, usual / 4, true, {i.from_s, i.to_s});
      back += shares_.until(i.place, usual / 2, false, {i.to_s, i.to_s + kPause});
    }
    if (hit > 0) tally_.shed_s = shed / hit, tally_.return_s = back / hit;
  }

  World& world_;
  Chooser& chooser_;
  health::RetryBudget budget_{10, 100};  // the config's defaults, for everybody
  std::vector<Running> running_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<float> first_;
  Shares shares_;
  Tally tally_;
};

}  // namespace

std::optional<Tally> run(std::string_view policy, const Day& day) {
  World world(day.seed, day.shape.demand, day.weather);
  const auto chooser = make_chooser(policy, day.seed, world, day.shape.demand);
  if (chooser == nullptr) return std::nullopt;
  return Town(world, *chooser, day.asked).run();
}

}  // namespace fw::routing
