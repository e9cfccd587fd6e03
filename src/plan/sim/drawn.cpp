#include "plan/sim/drawn.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/elementary.h"
#include "plan/sim/luck.h"

namespace fw::plan::sim {
namespace {

constexpr std::size_t kSizes = 4'096;
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
constexpr double kTogetherS = 0.2;  // those that come together

// The quantile of the normal distribution, right to a thousandth (Abramowitz and Stegun 26.2.23): what is drawn with it is
// a shape, no measurement.
double normal_quantile(double p) {
  const double tail = std::min(p, 1 - p);
  const double t = std::sqrt(-2 * elementary::log(tail));
  const double z = t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
  return p < 0.5 ? -z : z;
}

std::vector<float> sizes(double sigma) {
  std::vector<float> out(kSizes);
  double sum = 0;
  for (std::size_t i = 0; i < kSizes; ++i) {
    const double size = elementary::exp(sigma * normal_quantile((static_cast<double>(i) + 0.5) / kSizes));
    out[i] = static_cast<float>(size);
    sum += size;
  }
  for (auto& size : out) size = static_cast<float>(size * kSizes / sum);
  return out;
}

// Whole tokens of a sum, one share after the other, so that nothing is lost.
class Sharing {
 public:
  Sharing(double tokens, double weights) : tokens_(std::floor(tokens)), per_weight_(weights > 0 ? tokens_ / weights : 0) {}
  std::uint32_t next(double weight, bool last) {
    weight_ += weight;
    const double upto = last ? tokens_ : std::clamp(std::floor(weight_ * per_weight_), given_, tokens_);
    return static_cast<std::uint32_t>(upto - std::exchange(given_, upto));
  }
  double whole() const { return tokens_; }

 private:
  double tokens_, per_weight_;
  double weight_ = 0, given_ = 0;
};

}  // namespace

Drawn::Drawn(const Demand& demand, const Manner& manner, std::uint64_t seed)
    : demand_(demand), manner_(manner), state_(mixed(seed)), rests_(demand.classes.size()), input_sizes_(sizes(manner.input_spread)), output_sizes_(sizes(manner.output_spread)) {}

const Asked* Drawn::next() {
  while (at_ == asked_.size()) {
    if (step_ == demand_.steps) return nullptr;
    draw_step();
  }
  return &asked_[at_++];
}

void Drawn::draw_step() {
  at_ = 0;
  asked_.clear();
  for (std::size_t c = 0; c < rests_.size(); ++c) {
    auto& rest = rests_[c];
    const auto& of = demand_.classes[c];
    const auto tokens = of.at(step_);
    rest.tokens.input += tokens.input * manner_.scale;
    rest.tokens.cached += tokens.cached * manner_.scale;
    rest.tokens.output += tokens.output * manner_.scale;
    const double counted = of.requests.size() > step_ ? of.requests[step_] : 0;
    rest.requests += (counted > 0 ? counted : tokens.total() / manner_.tokens_each) * manner_.scale;
    const double whole = std::floor(rest.requests);
    rest.requests -= whole;
    if (whole > 0) draw(c, static_cast<std::size_t>(whole), rest);
  }
  sort();
  for (auto& asked : asked_) asked.id = id_++;
  ++step_;
}

void Drawn::draw(std::size_t of_class, std::size_t requests, Rest& rest) {
  const auto bits = [this] { return mixed(state_ += kGolden); };
  double inputs = 0, outputs = 0;
  weights_.resize(2 * requests);
  for (std::size_t i = 0; i < requests; ++i) {
    const auto drawn = bits();
    inputs += weights_[2 * i] = input_sizes_[drawn % kSizes];
    outputs += weights_[2 * i + 1] = output_sizes_[drawn / kSizes % kSizes];
  }
  Sharing input(rest.tokens.input, inputs), cached(rest.tokens.cached, inputs), output(rest.tokens.output, outputs);
  const double step_ns = static_cast<double>(demand_.step_s) * 1e9;
  const auto begin_ns = static_cast<std::int64_t>(step_) * demand_.step_s * 1'000'000'000;
  double together = 0;
  for (std::size_t i = 0; i < requests; ++i) {
    const auto drawn = bits();
    const bool last = i + 1 == requests;
    const bool alone = i == 0 || manner_.burst <= 1 || unit(mixed(drawn)) * manner_.burst < 1;
    const double at = alone ? unit(drawn) * step_ns : std::min(step_ns - 1, together + unit(drawn) * kTogetherS * 1e9);
    if (alone) together = at;
    asked_.push_back({.at_ns = begin_ns + static_cast<std::int64_t>(at),
                      .id = 0,
                      .input = input.next(weights_[2 * i], last),
                      .cached = cached.next(weights_[2 * i], last),
                      .output = output.next(weights_[2 * i + 1], last),
                      .of_class = static_cast<std::uint16_t>(of_class),
                      .tenant = static_cast<std::uint16_t>(drawn % manner_.tenants),
                      .special = false});
  }
  rest.tokens.input -= input.whole();
  rest.tokens.cached -= cached.whole();
  rest.tokens.output -= output.whole();
}

// By time: first into as many slots as there are requests, then each among its neighbours.
void Drawn::sort() {
  const auto n = asked_.size();
  if (n < 2) return;
  const auto begin_ns = static_cast<std::int64_t>(step_) * demand_.step_s * 1'000'000'000;
  const double per_ns = static_cast<double>(n) / (static_cast<double>(demand_.step_s) * 1e9);
  const auto slot = [&](const Asked& a) { return std::min(n - 1, static_cast<std::size_t>(static_cast<double>(a.at_ns - begin_ns) * per_ns)); };
  slots_.assign(n + 1, 0);
  for (const auto& a : asked_) ++slots_[slot(a) + 1];
  for (std::size_t i = 1; i <= n; ++i) slots_[i] += slots_[i - 1];
  unsorted_.resize(n);
  std::swap(asked_, unsorted_);
  for (const auto& a : unsorted_) asked_[slots_[slot(a)]++] = a;
  for (std::size_t i = 1; i < n; ++i) {
    const auto moving = asked_[i];
    auto at = i;
    for (; at > 0 && moving.at_ns < asked_[at - 1].at_ns; --at) asked_[at] = asked_[at - 1];
    asked_[at] = moving;
  }
}

}  // namespace fw::plan::sim
