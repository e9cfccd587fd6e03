#include "gateway/senses.h"

#include <algorithm>

namespace fw::gateway {
namespace {

constexpr std::size_t kPrompts = 16'384;
constexpr std::size_t kShapes = 4'096;

std::vector<std::uint16_t> providers_of(const Snapshot& snapshot) {
  std::vector<std::uint16_t> out;
  for (const auto& d : snapshot.deployments()) out.push_back(d.provider);
  return out;
}

// Of the model with the most deployments, as far as that is few.
std::size_t usual_places(const Snapshot& snapshot) {
  constexpr std::size_t kFew = 4;
  std::size_t most = 1;
  for (const auto& m : snapshot.models()) most = std::max(most, m.places.size());
  return std::min(most, kFew);
}

}  // namespace

void CloudShares::add(std::uint16_t policy, std::uint16_t cloud) {
  constexpr std::uint32_t kRemembered = 2'000;
  ++sent_[policy * clouds_ + cloud];
  if (++totals_[policy] < kRemembered) return;
  totals_[policy] = 0;
  for (std::size_t i = policy * clouds_; i < (policy + std::size_t{1}) * clouds_; ++i) totals_[policy] += sent_[i] /= 2;
}

std::uint16_t CloudShares::share(std::uint16_t policy, std::uint16_t cloud) const {
  constexpr std::uint32_t kTooFew = 20;  // requests that say nothing of a share
  if (totals_[policy] < kTooFew) return 0;
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(std::uint64_t{sent_[policy * clouds_ + cloud]} * 65'536 / totals_[policy], UINT16_MAX));
}

Senses::Senses(const Snapshot& snapshot, std::size_t records, std::uint64_t seed)
    : board(providers_of(snapshot), snapshot.providers().size(), seed),
      warmth(kPrompts),
      usual(snapshot.models().size()),
      shares(snapshot.policies().size(), snapshot.clouds().size()),
      known(kShapes),
      decisions(records, usual_places(snapshot)) {
  constexpr std::int64_t kSecondMs = 1'000;
  for (std::size_t i = 0; i < snapshot.deployments().size(); ++i)
    if (const auto& pool = snapshot.deployments()[i].pool)
      board.is_pool(static_cast<std::uint16_t>(i), {.tokens_per_minute = pool->tokens_per_minute, .window_ms = pool->window_s * kSecondMs});
}

void Senses::hear(const PoolNews& news, MonoTime now) {
  if (news.utilisation >= 0)
    board.note_limit(news.deployment, {.kind = health::Limit::Kind::utilisation, .limit = route::kWhole, .remaining = news.utilisation, .reset_ms = 0}, now);
  board.take_from_pool(news.deployment, news.tokens, now);
}

void Senses::hear(const Lesson& lesson, MonoTime now) {
  board.observe(lesson.seen);
  if (lesson.shape != 0) known.served(lesson.shape, now);
  if (lesson.prompt != 0) warmth.note(lesson.prompt, lesson.seen.deployment, lesson.cached_tokens, lesson.cache_s, now);
}

}  // namespace fw::gateway
