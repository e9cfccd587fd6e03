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
