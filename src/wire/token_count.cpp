#include "wire/token_count.h"

#include <algorithm>
#include <array>
#include <queue>
#include <span>
#include <vector>

#include "wire/token_pieces.h"
#include "wire/token_table.h"

namespace fw::wire {
namespace {

constexpr std::size_t kShortPiece = 64;  // by plain search below it, by a heap above
constexpr std::uint32_t kNone = ~std::uint32_t{0};

std::uint32_t rank_or_none(std::string_view bytes) { return token_rank(bytes).value_or(kNone); }

// A part of a piece that is one token; `with_next`: the rank of it and its neighbour as one.
struct Part {
  std::uint32_t begin = 0;
  std::uint32_t with_next = kNone;
};

// Joins neighbours, the lowest rank first and the left one of equals, until none can be joined.
std::int64_t merge_short(std::string_view piece) {
  std::array<Part, kShortPiece + 2> room;
  std::size_t count = piece.size();
  const auto begin = [&](std::size_t i) { return i < count ? room[i].begin : static_cast<std::uint32_t>(piece.size()); };
  const auto joined = [&](std::size_t i) {
    return i + 1 < count ? rank_or_none(piece.substr(room[i].begin, begin(i + 2) - room[i].begin)) : kNone;
  };
  for (std::size_t i = 0; i < count; ++i) room[i].begin = static_cast<std::uint32_t>(i);
  for (std::size_t i = 0; i < count; ++i) room[i].with_next = joined(i);
  for (;;) {
    const auto parts = std::span(room).first(count);
    const auto best = std::ranges::min_element(parts, {}, &Part::with_next);
    if (best->with_next == kNone) return static_cast<std::int64_t>(count);
    const auto i = static_cast<std::size_t>(best - parts.begin());
    std::move(room.begin() + static_cast<std::ptrdiff_t>(i) + 2, room.begin() + static_cast<std::ptrdiff_t>(count),
              room.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    --count;
    room[i].with_next = joined(i);
    if (i > 0) room[i - 1].with_next = joined(i - 1);
  }
}

// The same in n log n: a piece may be as long as a caller likes.
class LongPiece {
 public:
  explicit LongPiece(std::string_view piece) : piece_(piece), next_(piece.size()), before_(piece.size()), rank_(piece.size(), kNone) {
    for (std::uint32_t i = 0; i < piece.size(); ++i) {
      next_[i] = i + 1;
      before_[i] = i - 1;
    }
    for (std::uint32_t i = 0; i + 1 < piece.size(); ++i) offer(i);
  }

  std::int64_t merge() {
    auto count = static_cast<std::int64_t>(piece_.size());
    while (!heap_.empty()) {
      const auto [rank, at] = heap_.top();
      heap_.pop();
      if (rank_[at] != rank) continue;  // joined since, or with another neighbour
      const std::uint32_t gone = next_[at];
      next_[at] = next_[gone];
      if (next_[at] < piece_.size()) before_[next_[at]] = at;
      rank_[gone] = kNone;
      --count;
      offer(at);
      if (at > 0) offer(before_[at]);
    }
    return count;
  }

 private:
  void offer(std::uint32_t at) {
    rank_[at] = kNone;
    if (next_[at] >= piece_.size()) return;
    const std::uint32_t end = next_[next_[at]];
    rank_[at] = rank_or_none(piece_.substr(at, end - at));
    if (rank_[at] != kNone) heap_.emplace(rank_[at], at);
  }

  using Pair = std::pair<std::uint32_t, std::uint32_t>;  // rank, where
  std::string_view piece_;
  std::vector<std::uint32_t> next_, before_, rank_;
  std::priority_queue<Pair, std::vector<Pair>, std::greater<>> heap_;
};

std::int64_t tokens_of_piece(std::string_view piece) {
  if (piece.size() == 1 || token_rank(piece)) return 1;
  return piece.size() <= kShortPiece ? merge_short(piece) : LongPiece(piece).merge();
}

}  // namespace

std::int64_t count_tokens(std::string_view text) {
  std::int64_t count = 0;
  while (!text.empty()) {
    const std::size_t piece = first_piece(text);
    count += tokens_of_piece(text.substr(0, piece));
    text.remove_prefix(piece);
  }
  return count;
}

void TokenTally::fold() {
  std::string_view rest = waiting_;
  for (;;) {
    const std::size_t piece = first_piece(rest);
    if (piece + kOpenBytes > rest.size()) break;
    counted_ += tokens_of_piece(rest.substr(0, piece));
    rest.remove_prefix(piece);
  }
  if (rest.size() > kWordBytesMax) {
    counted_ += count_tokens(rest);
    rest = {};
  }
  waiting_.erase(0, waiting_.size() - rest.size());
  // A word that goes on is not looked through again for each part of it.
  fold_above_ = std::max(kTallyBytes, 2 * waiting_.size());
}

}  // namespace fw::wire
