// The others, from what they document. The LiteLLM names are those of docs.litellm.ai/docs/router/learn/strategies
// (2026-11-05) with the cooldowns of .../learn/reliability: 5 s, at once after a 429, 401, 404 or 408, else when more
// than half of the minute's attempts fail. Where everything cools down LiteLLM answers with an error; here the place
// whose cooldown ends first is tried, as all policies here try every place before they give up.
#include <algorithm>
#include <cmath>
#include <deque>
#include <random>
#include <tuple>
#include <utility>

#include "chooser.h"

namespace fw::routing {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// What all of them know: who may serve, what is in flight, who is left alone for a while.
class Rival : public Chooser {
 public:
  explicit Rival(std::uint64_t seed) : random_(seed) {}

  int next(Running& r, MonoTime now) override {
    std::vector<std::size_t> ready;
    int soonest = -1;
    for (std::size_t p = 0; p < kPlaces; ++p) {
      if (!admissible(p, r.asked) || r.has_tried(p)) continue;
      if (left_alone_[p] <= now) ready.push_back(p);
      if (soonest < 0 || left_alone_[p] < left_alone_[static_cast<std::size_t>(soonest)]) soonest = static_cast<int>(p);
    }
    return ready.empty() ? soonest : static_cast<int>(pick(ready, r.asked, now));
  }
  void begin(Running&, Attempt& a, MonoTime) override { ++in_flight_[a.place]; }
  void first_token(Running&, Attempt& a, MonoTime now) override { latency(a.place, a.fate.first_s, now), good(a.place, now); }
  void served(Running& r, Attempt& a, MonoTime now) override { --in_flight_[a.place], used(a.place, r.asked, now); }
  void failed(Running&, Attempt& a, MonoTime now) override { --in_flight_[a.place], bad(a.place, a.fate, now); }

 protected:
  // ready: never empty.
  virtual std::size_t pick(const std::vector<std::size_t>& ready, const Asked& asked, MonoTime now) = 0;
  virtual void latency(std::size_t, double, MonoTime) {}
  virtual void used(std::size_t, const Asked&, MonoTime) {}
  virtual void good(std::size_t p, MonoTime now) { ++minute(p, now).good; }
  virtual void bad(std::size_t p, const Fate& f, MonoTime now) {
    auto& m = minute(p, now);
    ++m.bad;
    const bool at_once = f.kind == cloud::FailureKind::rate_limited || f.kind == cloud::FailureKind::quota_exhausted;
    if (at_once || (m.bad > m.good && m.good + m.bad >= 5)) left_alone_[p] = now.plus_ms(5'000);
  }
  std::size_t drawn(std::size_t of) { return static_cast<std::size_t>(random_() % of); }
  template <typename Key>
  static std::size_t least(const std::vector<std::size_t>& ready, Key key) { return *std::ranges::min_element(ready, {}, key); }

  std::array<int, kPlaces> in_flight_{};
  std::array<MonoTime, kPlaces> left_alone_{};
  std::mt19937_64 random_;

 private:
  struct Minute {
    std::int64_t of = -1;
    int good = 0, bad = 0;
  };
  Minute& minute(std::size_t p, MonoTime now) {
    auto& m = minutes_[p];
    if (m.of != now.ns / (60 * kSecond)) m = {.of = now.ns / (60 * kSecond)};
    return m;
  }
  std::array<Minute, kPlaces> minutes_{};
};

// LiteLLM simple-shuffle without weights.
class Random : public Rival {
  using Rival::Rival;
  std::size_t pick(const std::vector<std::size_t>& ready, const Asked&, MonoTime) override { return ready[drawn(ready.size())]; }
};

// LiteLLM simple-shuffle with `tpm` as the weight.
class Weighted : public Rival {
  using Rival::Rival;
  std::size_t pick(const std::vector<std::size_t>& ready, const Asked&, MonoTime) override {
    std::size_t total = 0;
    const auto weight = [](std::size_t p) { return static_cast<std::size_t>(places()[p].quota * 100); };
    for (const auto p : ready) total += weight(p);
    auto left = drawn(total);
    for (const auto p : ready) {
      if (left < weight(p)) return p;
      left -= weight(p);
    }
    return ready.back();
  }
};

// LiteLLM least-busy: the fewest requests in flight.
class LeastBusy : public Rival {
  using Rival::Rival;
  std::size_t pick(const std::vector<std::size_t>& ready, const Asked&, MonoTime) override {
    return least(ready, [this](std::size_t p) { return in_flight_[p]; });
  }
};

// LiteLLM latency-based-routing: the lowest mean of the latest ten, of streams the time to the first token; kept for an
// hour; a place without any is asked first.
class LowestLatency : public Rival {
  using Rival::Rival;
  std::array<std::deque<std::pair<double, MonoTime>>, kPlaces> latest_;
  std::size_t pick(const std::vector<std::size_t>& ready, const Asked&, MonoTime now) override {
    return least(ready, [this, now](std::size_t p) {
      double sum = 0;
      int n = 0;
      for (const auto& [s, at] : latest_[p])
        if (now.ms_since(at) < 3'600'000) sum += s, ++n;
      return n == 0 ? 0.0 : sum / n;
    });
  }
  void latency(std::size_t p, double s, MonoTime now) override {
    latest_[p].emplace_back(s, now);
    if (latest_[p].size() > 10) latest_[p].pop_front();
  }
};

// LiteLLM cost-based-routing with fallbacks: the lowest price that does not cool down.
class Cheapest : public Rival {
  using Rival::Rival;
  std::size_t pick(const std::vector<std::size_t>& ready, const Asked& asked, MonoTime) override {
    return least(ready, [&asked](std::size_t p) { return cost(p, asked); });
  }
};

// LiteLLM usage-based-routing-v2: the lowest use of tokens this minute that stays under the limit.
class Usage : public Rival {
 public:
  Usage(std::uint64_t seed, double demand) : Rival(seed), demand_(demand) {}

 private:
  double demand_;
  std::array<double, kPlaces> tokens_{};
  std::array<std::int64_t, kPlaces> of_{};
  void turn(std::size_t p, MonoTime now) {
    if (of_[p] != now.ns / (60 * kSecond)) of_[p] = now.ns / (60 * kSecond), tokens_[p] = 0;
  }
  std::size_t pick(const std::vector<std::size_t>& ready, const Asked& asked, MonoTime now) override {
    for (const auto p : ready) turn(p, now);
    return least(ready, [this, &asked](std::size_t p) {
      const bool over = tokens_[p] + asked.input > places()[p].quota * demand_ * 60;
      return std::pair(over, tokens_[p]);
    });
  }
  void used(std::size_t p, const Asked& asked, MonoTime now) override { turn(p, now), tokens_[p] += asked.input + asked.output; }
};

// Failure accrual as Finagle documents it (twitter.github.io/finagle/guide/Clients.html): five failures in a row, then
// 5 s doubled up to 300 s.
class Accruing : public Rival {
  using Rival::Rival;
  std::array<int, kPlaces> in_a_row_{};
  std::array<std::int64_t, kPlaces> wait_ms_{};
  void good(std::size_t p, MonoTime) override { in_a_row_[p] = 0, wait_ms_[p] = 0; }
  void bad(std::size_t p, const Fate&, MonoTime now) override {
    if (++in_a_row_[p] < 5) return;
    wait_ms_[p] = wait_ms_[p] == 0 ? 5'000 : std::min<std::int64_t>(300'000, wait_ms_[p] * 2);
    left_alone_[p] = now.plus_ms(wait_ms_[p]);
  }
};

// Finagle's aperture-less P2C with peak EWMA: two at random, the lower product of the decayed peak (10 s) and what is in
// flight. Of streams the first token is the latency.
class PeakEwma : public Accruing {
  using Accruing::Accruing;
  std::array<double, kPlaces> cost_{};
  std::array<MonoTime, kPlaces> at_{};
  double load(std::size_t p, MonoTime now) const {
    const double decayed = cost_[p] * std::exp(-static_cast<double>(now.ns - at_[p].ns) / 10e9);
    return decayed * (in_flight_[p] + 1);
  }
  std::size_t pick(const std::vector<std::size_t>& ready, const Asked&, MonoTime now) override {
    const auto a = ready[drawn(ready.size())];
    auto b = ready[drawn(ready.size())];
    for (int i = 0; i < 5 && b == a; ++i) b = ready[drawn(ready.size())];
    return load(a, now) <= load(b, now) ? a : b;
  }
  void latency(std::size_t p, double s, MonoTime now) override {
    const double keep = std::exp(-static_cast<double>(now.ns - at_[p].ns) / 10e9);
    cost_[p] = s > cost_[p] ? s : cost_[p] * keep + s * (1 - keep);
    at_[p] = now;
  }
};

// Prequal's hot-cold rule (Wydrowski et al., NSDI 2024, section 4): hot is what has more requests in flight than the 0.84
// quantile of what was lately seen; the cold one with the lowest latency, and if all are hot the one with the fewest in
// flight. Its probes would cost money here: a place without news for 10 s is asked once by real traffic.
class HotCold : public Accruing {
  using Accruing::Accruing;
  std::array<std::deque<double>, kPlaces> latest_;
  std::array<MonoTime, kPlaces> asked_{};
  std::deque<int> flights_;
  std::size_t pick(const std::vector<std::size_t>& ready, const Asked&, MonoTime now) override {
    const auto stalest = least(ready, [this](std::size_t p) { return asked_[p].ns; });
    if (now.ms_since(asked_[stalest]) > 10'000) return asked_[stalest] = now, stalest;
    const int hot = threshold();
    const auto best = least(ready, [this, hot](std::size_t p) {
      const bool is_hot = in_flight_[p] > hot;
      return std::pair(is_hot, is_hot ? in_flight_[p] : usual(p));
    });
    asked_[best] = now;
    flights_.push_back(in_flight_[best]);
    if (flights_.size() > 128) flights_.pop_front();
    return best;
  }
  int threshold() const {
    if (flights_.empty()) return 1 << 20;
    std::vector<int> sorted(flights_.begin(), flights_.end());
    const auto at = static_cast<std::ptrdiff_t>(0.84 * static_cast<double>(sorted.size() - 1));
    std::ranges::nth_element(sorted, sorted.begin() + at);
    return sorted[static_cast<std::size_t>(at)];
  }
  double usual(std::size_t p) const {
    if (latest_[p].empty()) return 0;
    std::vector<double> sorted(latest_[p].begin(), latest_[p].end());
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle);
    return *middle;
  }
  void latency(std::size_t p, double s, MonoTime) override {
    latest_[p].push_back(s);
    if (latest_[p].size() > 16) latest_[p].pop_front();
  }
};

// Knows what would happen to this request everywhere: the cheapest place that keeps the slo, else the soonest that
// serves. Not what is best for the requests to come: a bound for each request, not for the sum.
class Clairvoyant : public Chooser {
 public:
  explicit Clairvoyant(const World& world) : world_(world) {}
  int next(Running& r, MonoTime now) override {
    int best = -1;
    std::tuple<bool, double> least{true, 1e18};
    for (std::size_t p = 0; p < kPlaces; ++p) {
      if (!admissible(p, r.asked) || r.has_tried(p)) continue;
      const auto f = world_.fate(r.asked, p, now);
      if (f.kind != cloud::FailureKind::none) continue;
      const bool late = f.first_s * 1e3 > kSloMs;
      const std::tuple<bool, double> key{late, late ? f.first_s : static_cast<double>(cost(p, r.asked))};
      if (key < least) least = key, best = static_cast<int>(p);
    }
    return best;
  }

 private:
  const World& world_;
};

}  // namespace

const std::vector<std::string_view>& policy_names() {
  static const std::vector<std::string_view> kNames{
      "fairway balanced", "fairway cost", "fairway speed", "random",  "weighted", "least-busy", "lowest-latency",
      "cheapest",         "usage-based",  "peak-ewma",     "hot-cold", "clairvoyant"};
  return kNames;
}

std::unique_ptr<Chooser> make_rival(std::string_view name, std::uint64_t seed, double demand) {
  if (name == "random") return std::make_unique<Random>(seed);
  if (name == "weighted") return std::make_unique<Weighted>(seed);
  if (name == "least-busy") return std::make_unique<LeastBusy>(seed);
  if (name == "lowest-latency") return std::make_unique<LowestLatency>(seed);
  if (name == "cheapest") return std::make_unique<Cheapest>(seed);
  if (name == "usage-based") return std::make_unique<Usage>(seed, demand);
  if (name == "peak-ewma") return std::make_unique<PeakEwma>(seed);
  if (name == "hot-cold") return std::make_unique<HotCold>(seed);
  return nullptr;
}

std::unique_ptr<Chooser> make_chooser(std::string_view name, std::uint64_t seed, const World& world, double demand) {
  if (name == "clairvoyant") return std::make_unique<Clairvoyant>(world);
  auto made = make_ours(name, seed, demand);
  return made != nullptr ? std::move(made) : make_rival(name, seed, demand);
}

}  // namespace fw::routing
