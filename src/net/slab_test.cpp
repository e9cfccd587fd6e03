#include "net/slab.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <vector>

namespace fw::net {

TEST(Slab, pieces_do_not_overlap_and_keep_what_was_written) {
  struct Piece {
    unsigned char* at;
    std::size_t bytes;
    unsigned char mark;
  };
  std::mt19937 random(3);
  std::vector<Piece> live;
  for (int i = 0; i < 50'000; ++i) {
    if (live.size() > 2'000 || (!live.empty() && random() % 3 == 0)) {
      const auto at = random() % live.size();
      const auto p = live[at];
      for (std::size_t b = 0; b < p.bytes; ++b) ASSERT_EQ(p.at[b], p.mark);
      slab_give(p.at, p.bytes);
      live[at] = live.back();
      live.pop_back();
      continue;
    }
    const std::size_t bytes = 1 + random() % (random() % 10 == 0 ? 20'000 : 2'000);
    auto* const at = static_cast<unsigned char*>(slab_take(bytes));
    const auto mark = static_cast<unsigned char>(random());
    std::memset(at, mark, bytes);
    live.push_back({at, bytes, mark});
  }
  for (const auto& p : live) slab_give(p.at, p.bytes);
}

#if !defined(__has_feature)
#define __has_feature(x) 0
#endif
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
TEST(Slab, what_lasts_lies_in_no_page_of_what_comes_and_goes) {
  std::set<std::uintptr_t> lasting_pages;
  std::set<std::uintptr_t> brief_pages;
  std::vector<void*> lasting;
  std::vector<void*> brief;
  for (int i = 0; i < 1'000; ++i) {
    lasting.push_back(slab_take(528, Stay::lasting));
    brief.push_back(slab_take(528));
    lasting_pages.insert(std::bit_cast<std::uintptr_t>(lasting.back()) / 4096);
    brief_pages.insert(std::bit_cast<std::uintptr_t>(brief.back()) / 4096);
  }
  for (const auto page : lasting_pages) EXPECT_FALSE(brief_pages.contains(page));
  for (auto* p : brief) slab_give(p, 528);
  for (auto* p : lasting) slab_give(p, 528);
}
#endif

TEST(Slab, serves_strings) {
  using Text = std::basic_string<char, std::char_traits<char>, SlabAllocator<char>>;
  std::vector<Text> texts;
  for (std::size_t n = 0; n < 10'000; n += 7) texts.emplace_back(n, 'x');
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(texts[i].size(), i * 7);
}

}  // namespace fw::net
