// Fairway's own choice: route::decide over a health::Board, filled as gateway/look.cpp fills it. The pool's capacity is in the
// configuration, as its owner knows it. No head tells of quotas here, so what is known of the others comes from refusals alone.
#include <algorithm>
#include <string>
#include <vector>

#include "chooser.h"
#include "health/account_marks.h"
#include "route/decision.h"
#include "route/expected.h"

namespace fw::routing {
namespace {

using health::Observation;
using health::What;

constexpr std::uint32_t kHarmlessTokens = 8'000;  // as in gateway/look.cpp
constexpr std::uint32_t kOutputMax = 4'096;       // a client's max_tokens
constexpr std::array<std::uint16_t, kPlaces> kProviders{0, 1, 2, 3, 4, 5};
constexpr std::uint16_t kPool = 0;

class Ours : public Chooser {
 public:
  Ours(route::Prefer prefer, std::uint64_t seed, double demand) : board_(kProviders, kPlaces, seed), marks_(kPlaces), known_(1 << 16), seed_(seed) {
    const auto& pool = places()[kPool];
    board_.is_pool(kPool, {.tokens_per_minute = static_cast<std::int64_t>(pool.quota * demand * 60), .window_ms = static_cast<std::int64_t>(pool.bucket_s * 1'000)});
    policy_.prefer = prefer;
    policy_.first_token_ms = kSloMs;
    policy_.residency = {"eu"};
  }

  int next(Running& r, MonoTime now) override {
    if (r.attempts == 0) choose(r, now);
    return r.attempts < r.candidates ? r.order[r.attempts] : -1;
  }

  void begin(Running& r, MonoTime now) override {
    const auto tokens = r.expected + usual_.output_tokens(kOutputMax);
    r.ticket = board_.begin(r.place, tokens, true, now);
    if (r.place != kPool) return;
    r.from_pool = tokens;
    board_.take_from_pool(kPool, tokens, now);
  }

  void first_token(Running& r, MonoTime now) override {
    auto o = observed(r, What::first_token, now);
    o.first_token_us = static_cast<std::uint32_t>((now.ns - r.begun.ns) / 1'000);
    board_.observe(o, r.ticket);
  }

  void served(Running& r, MonoTime now) override {
    auto o = observed(r, What::served, now);
    o.first_token_us = static_cast<std::uint32_t>(r.fate.first_s * 1e6);
    o.output_tokens = r.asked->output;
    o.used_tokens = r.asked->input + r.asked->output;
    board_.observe(o, r.ticket);
    if (r.place == kPool) board_.take_from_pool(kPool, std::int64_t{o.used_tokens} - r.from_pool, now);
    marks_.clear(r.place);
    known_[shape(r)] = true;
    usual_.learn(bytes(r), r.asked->input, r.asked->output);
    if (r.doubted >= 0) opinion(r, What::second_opinion_disagreed, now);
  }

  void failed(Running& r, MonoTime now) override {
    auto o = observed(r, What::failed, now);
    o.kind = r.fate.kind;
    o.retry_after_ms = r.fate.retry_after_ms;
    if (r.fate.kind == cloud::FailureKind::quota_exhausted) marks_.mark(r.place, cloud::Mark::account_exhausted, now);
    board_.observe(o, r.ticket);
    if (r.place == kPool) board_.take_from_pool(kPool, -r.from_pool, now);
    if (r.fate.kind != cloud::FailureKind::invalid_request) return;
    if (r.doubted >= 0) return opinion(r, What::second_opinion_agreed, now);
    r.doubted = static_cast<std::int8_t>(r.place);
  }

 private:
  // The body of a request whose tokens are of 3 to 5 bytes.
  std::uint64_t bytes(const Running& r) const {
    return static_cast<std::uint64_t>(r.asked->input * (3 + 2 * luck(seed_, r.asked->id, 301)));
  }
  static std::size_t shape(const Running& r) { return std::size_t{r.asked->tenant} * 2 + (r.asked->special ? 1 : 0); }

  Observation observed(const Running& r, What what, MonoTime now) const {
    return {.at = now,
            .tenant = r.asked->tenant,
            .duration_ms = static_cast<std::uint32_t>(now.ms_since(r.begun)),
            .deployment = r.place,
            .status = r.fate.status,
            .what = what,
            .size = health::size_class(r.expected),
            .stream = true,
            .known_good = known_[shape(r)]};
  }

  void opinion(Running& r, What what, MonoTime now) {
    auto o = observed(r, what, now);
    o.deployment = static_cast<std::uint16_t>(r.doubted);
    o.status = 400;
    o.kind = cloud::FailureKind::invalid_request;
    board_.observe(o);
    r.doubted = -1;
  }

  route::Seen see(std::size_t place, const Running& r, std::uint32_t output, MonoTime now) {
    const auto s = board_.service(static_cast<std::uint16_t>(place), health::size_class(r.expected), policy_.first_token_ms, now);
    const auto& p = places()[place];
    dialect::Needs refused;
    if (r.asked->special && !p.serves_special) dialect::set(refused, dialect::Need::json_schema);
    return {.scope = p.scope, .cloud = p.cloud,
            .name = {}, .provider_name = {},
            .cost = route::expected_cost(price(place), r.expected, 0, output),
            .dropped = {}, .refused = refused, .mapped = {}, .doubted = {},
            .headroom_tokens = s.headroom_tokens, .headroom_requests = s.headroom_requests, .free_slots = s.free_slots,
            .first_token_ms = s.first_token_ms, .warm_tokens = 0, .weight = 1,
            .miss = s.miss, .error = s.error, .utilisation = s.utilisation, .share = 0,
            .deployment = static_cast<std::uint16_t>(place), .provider = static_cast<std::uint16_t>(place),
            .breaker = s.breaker,
            .may_probe = s.breaker == health::BreakerState::closed ? board_.may_look(static_cast<std::uint16_t>(place), now)
                                                                   : board_.may_probe(static_cast<std::uint16_t>(place), now),
            .throttled = s.throttled, .marked = marks_.marked(place, now), .speaks = true,
            .pool = place == kPool, .pool_tokens = place == kPool ? r.expected + output : 0};
  }

  void choose(Running& r, MonoTime now) {
    r.expected = usual_.input_tokens(bytes(r));
    const auto output = usual_.output_tokens(kOutputMax);
    decision_.question = {};
    decision_.question.seed = r.asked->id;
    decision_.question.input_tokens = r.expected;
    decision_.question.output_tokens = output;
    decision_.question.reserve_tokens = r.expected + output;
    decision_.question.stream = true;
    decision_.question.harmless = r.expected <= kHarmlessTokens;
    if (r.asked->special) dialect::set(decision_.question.needs, dialect::Need::json_schema);
    decision_.seen.clear();
    for (std::size_t i = 0; i < kPlaces; ++i) decision_.seen.push_back(see(i, r, output, now));
    route::decide(decision_, policy_);
    for (r.candidates = 0; r.candidates < decision_.tried; ++r.candidates)
      r.order[r.candidates] = static_cast<std::uint8_t>(decision_.ranked[r.candidates].place);
  }

  route::Policy policy_;
  route::Decision decision_;
  route::Usual usual_;
  health::Board board_;
  health::AccountMarks marks_;
  std::vector<bool> known_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<Chooser> make_ours(std::string_view name, std::uint64_t seed, double demand) {
  for (const auto p : {route::Prefer::balanced, route::Prefer::cost, route::Prefer::speed})
    if (name == "fairway " + std::string(route::name(p))) return std::make_unique<Ours>(p, seed, demand);
  return nullptr;
}

}  // namespace fw::routing
