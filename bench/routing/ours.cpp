// Fairway's own choice, as `fairway simulate` has it too (plan/sim/gateway.h). The pool's capacity is in the configuration, as
// its owner knows it. No head tells of quotas here, so what is known of the others comes from refusals alone.
#include <string>
#include <utility>

#include "chooser.h"
#include "plan/sim/gateway.h"

namespace fw::routing {
namespace {

constexpr std::size_t kPool = 0;

plan::sim::KnownMarket market(route::Prefer prefer, double demand) {
  plan::sim::KnownMarket made{.places = {}, .classes = {}, .providers = kPlaces, .clouds = kPlaces, .models = 1};
  plan::sim::KnownClass klass{.model = {}, .places = {}, .usual = 0, .policy = {}};
  for (std::size_t i = 0; i < kPlaces; ++i) {
    const auto& p = places()[i];
    const auto index = static_cast<std::uint16_t>(i);
    plan::sim::Known known{.name = {}, .provider_name = {}, .cloud = std::string(p.cloud), .scope = std::string(p.scope), .provider = index, .of_cloud = index, .weight = 1,
                           .price = price(i), .pool = {}, .serves_special = p.serves_special};
    if (i == kPool)
      known.pool = route::Pool{.tokens_per_minute = static_cast<std::int64_t>(p.quota * demand * 60), .window_s = static_cast<std::int32_t>(p.bucket_s), .weights = {}, .usd_per_hour = {}, .bid = {}};
    made.places.push_back(std::move(known));
    klass.places.push_back(index);
  }
  klass.policy.prefer = prefer;
  klass.policy.first_token_ms = kSloMs;
  klass.policy.residency = {"eu"};
  made.classes.push_back(std::move(klass));
  return made;
}

}  // namespace

std::unique_ptr<Chooser> make_ours(std::string_view name, std::uint64_t seed, double demand) {
  for (const auto p : {route::Prefer::balanced, route::Prefer::cost, route::Prefer::speed})
    if (name == "fairway " + std::string(route::name(p))) return std::make_unique<plan::sim::Gateway>(market(p, demand), seed);
  return nullptr;
}

}  // namespace fw::routing
