#include "plan/sim/stage.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/date.h"

namespace fw::plan::sim {
namespace {

// Does what is due before each request.
class Timed : public Arrivals {
 public:
  Timed(Arrivals& from, const std::vector<Change>& changes, World& world, Gateway& gateway) : from_(from), changes_(changes), world_(world), gateway_(gateway) {}
  const Asked* next() override {
    const auto* const asked = from_.next();
    if (asked == nullptr) return nullptr;
    for (; at_ < changes_.size() && changes_[at_].at_ns <= asked->at_ns; ++at_) make(changes_[at_], {asked->at_ns});
    return asked;
  }

 private:
  void make(const Change& change, MonoTime now) {
    constexpr double kMinute = 60;
    if (change.price) gateway_.price(change.place, *change.price);
    if (!change.tokens_per_minute) return;
    gateway_.resize(change.place, *change.tokens_per_minute);
    world_.resize(change.place, static_cast<double>(*change.tokens_per_minute) / kMinute, now);
  }
  Arrivals& from_;
  const std::vector<Change>& changes_;
  World& world_;
  Gateway& gateway_;
  std::size_t at_ = 0;
};

}  // namespace

Ran run(const Stage& stage, const Demand& demand) {
  World world(stage.seed, stage.places, stage.incidents, stage.crowding);
  Gateway gateway(stage.market, stage.seed);
  gateway.hears(&world);
  const auto duration_s = static_cast<double>(demand.steps) * static_cast<double>(demand.step_s);
  Ran ran{.outcome = Outcome(gateway.market(), stage.slos, stage.incidents, duration_s)};
  Drawn drawn(demand, stage.manner, stage.seed);
  Timed timed(drawn, stage.changes, world, gateway);
  const auto end = Play(world, gateway, ran.outcome, stage.retries).run(timed);
  ran.seconds = static_cast<double>(end.ns) / 1e9;
  return ran;
}

std::string too_large(const Demand& demand, const Manner& manner) {
  for (std::size_t step = 0; step < demand.steps; ++step) {
    double all = 0;
    for (const auto& c : demand.classes) {
      const double tokens = c.at(step).total() * manner.scale;
      const double counted = c.requests.size() > step ? c.requests[step] * manner.scale : 0;
      const double requests = counted > 0 ? counted : tokens / manner.tokens_each;
      all += requests;
      if (tokens > kTokensPerRequestMax * std::max(1.0, requests))
        return fmt::format("{}: found {:.0f} tokens in {:.0f} requests of class '{}' of {}; expected at most {:.0f} tokens for each request", rfc3339_text(demand.time(step)), tokens, requests, c.name, c.model, kTokensPerRequestMax);
    }
    if (all > kRequestsPerStepMax)
      return fmt::format("{}: found {:.0f} requests in one step; expected at most {:.0f}: take a demand of shorter steps, or a smaller --scale", rfc3339_text(demand.time(step)), all, kRequestsPerStepMax);
  }
  return {};
}

}  // namespace fw::plan::sim
