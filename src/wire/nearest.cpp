#include "wire/nearest.h"

#include <algorithm>
#include <utility>

#include "wire/http1_bytes.h"

namespace fw::wire {
namespace {

// Levenshtein distance, case ignored. Both sizes are bounded by nearest_word_bytes_max.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (bytes::lower(a[i - 1]) == bytes::lower(b[j - 1]) ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({change, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row[b.size()];
}

std::size_t common_start(std::string_view a, std::string_view b) {
  std::size_t n = 0;
  while (n < a.size() && n < b.size() && bytes::lower(a[n]) == bytes::lower(b[n])) ++n;
  return n;
}

// Meant: few edits for its length, or one is the beginning of the other, or most of it agrees.
bool plausible(std::string_view word, std::string_view other, std::size_t edits) {
  const std::size_t shorter = std::min(word.size(), other.size());
  if (edits <= std::max<std::size_t>(1, std::max(word.size(), other.size()) / 3)) return true;
  return shorter >= 3 && common_start(word, other) * 3 >= shorter * 2;
}

}  // namespace

std::vector<std::string_view> nearest(std::string_view word, std::span<const std::string> known, std::size_t count) {
  std::vector<std::pair<std::size_t, std::string_view>> found;
  if (word.empty() || word.size() > nearest_word_bytes_max) return {};
  for (const std::string& other : known) {
    if (other.empty() || other.size() > nearest_word_bytes_max) continue;
    const std::size_t edits = distance(word, other);
    if (plausible(word, other, edits)) found.emplace_back(edits, other);
  }
  std::ranges::sort(found);
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < std::min(count, found.size()); ++i) out.push_back(found[i].second);
  return out;
}

}  // namespace fw::wire
