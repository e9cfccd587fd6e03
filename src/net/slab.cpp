#include "net/slab.h"

#include <sys/mman.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace fw::net {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FAIRWAY_NO_SLABS 1  // the sanitizers see every allocation by itself
#endif
#endif

constexpr std::size_t kSlabBytes = 16 * 1024;  // aligned to its size: a pointer leads to its slab
constexpr std::size_t kFine = 16;              // steps up to kFineMax
constexpr std::size_t kFineMax = 1024;
constexpr std::size_t kCoarse = 512;           // steps up to kMax; larger pieces are the system's
constexpr std::size_t kMax = 8192;
constexpr std::size_t kClasses = kFineMax / kFine + (kMax - kFineMax) / kCoarse;
constexpr std::size_t kSparesMax = 8;  // empty slabs that are kept

struct Free {
  Free* next;
};

class Shelf;

struct Slab {
  Slab* prev;
  Slab* next;
  Free* free;
  std::uint32_t live;
  std::uint32_t untouched;  // offset of the first piece that was never handed out
  Shelf* of;
};

constexpr std::size_t class_of(std::size_t bytes) {
  if (bytes <= kFineMax) return (bytes + kFine - 1) / kFine - (bytes == 0 ? 0 : 1);
  return kFineMax / kFine + (bytes - kFineMax + kCoarse - 1) / kCoarse - 1;
}
constexpr std::size_t size_of(std::size_t c) {
  constexpr auto kFineClasses = kFineMax / kFine;
  return c < kFineClasses ? (c + 1) * kFine : kFineMax + (c - kFineClasses + 1) * kCoarse;
}
static_assert(class_of(1) == 0 && class_of(kFine) == 0 && class_of(kFine + 1) == 1 && size_of(class_of(kMax)) == kMax);
static_assert(class_of(kMax) + 1 == kClasses);

Slab* map_slab() {
  // Twice the size, of which the aligned half is kept.
  void* const p = mmap(nullptr, 2 * kSlabBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  const auto begin = std::bit_cast<std::uintptr_t>(p);
  const auto aligned = (begin + kSlabBytes - 1) & ~(kSlabBytes - 1);
  if (aligned > begin) munmap(p, aligned - begin);
  const auto end = begin + 2 * kSlabBytes;
  if (end > aligned + kSlabBytes) munmap(std::bit_cast<void*>(aligned + kSlabBytes), end - aligned - kSlabBytes);
  return std::bit_cast<Slab*>(aligned);
}

class Spares {
 public:
  ~Spares() {
    while (first_) munmap(std::exchange(first_, first_->next), kSlabBytes);
  }
  Slab* take() {
    if (!first_) return map_slab();
    --count_;
    return std::exchange(first_, first_->next);
  }
  void give(Slab* slab) {
    if (count_ >= kSparesMax) {
      munmap(slab, kSlabBytes);
      return;
    }
    slab->next = first_;
    first_ = slab;
    ++count_;
  }

 private:
  Slab* first_ = nullptr;
  std::size_t count_ = 0;
};

// Never destroyed before the last frame: what still lives at a thread's end keeps its slab.
thread_local Spares spares;

class Shelf {
 public:
  void* take(std::size_t c) {
    auto* slab = open_[c];
    if (!slab) slab = open_slab(c);
    void* piece = nullptr;
    if (slab->free) {
      piece = slab->free;
      slab->free = slab->free->next;
    } else {
      piece = reinterpret_cast<char*>(slab) + slab->untouched;
      slab->untouched += static_cast<std::uint32_t>(size_of(c));
    }
    ++slab->live;
    if (full(*slab, c)) unlink(*slab, c);
    return piece;
  }

  void give(void* p, Slab* slab, std::size_t c) {
    const bool was_full = full(*slab, c);
    auto* const piece = static_cast<Free*>(p);
    piece->next = slab->free;
    slab->free = piece;
    --slab->live;
    if (was_full) link(*slab, c);
    // The last open slab of a class stays, so that one piece taken and given does not map and unmap.
    if (slab->live == 0 && (slab->prev || slab->next)) {
      unlink(*slab, c);
      spares.give(slab);
    }
  }

 private:
  static bool full(const Slab& s, std::size_t c) { return !s.free && s.untouched + size_of(c) > kSlabBytes; }

  void link(Slab& s, std::size_t c) {
    s.prev = nullptr;
    s.next = open_[c];
    if (s.next) s.next->prev = &s;
    open_[c] = &s;
  }
  void unlink(Slab& s, std::size_t c) {
    (s.prev ? s.prev->next : open_[c]) = s.next;
    if (s.next) s.next->prev = s.prev;
    s.prev = s.next = nullptr;
  }
  Slab* open_slab(std::size_t c) {
    auto* const slab = spares.take();
    slab->free = nullptr;
    slab->live = 0;
    slab->untouched = (sizeof(Slab) + 63) / 64 * 64;
    slab->of = this;
    link(*slab, c);
    return slab;
  }
  std::array<Slab*, kClasses> open_{};  // slabs with room
};

[[maybe_unused]] thread_local std::array<Shelf, 2> shelves;  // by Stay

[[maybe_unused]] Slab* slab_of(void* p) { return std::bit_cast<Slab*>(std::bit_cast<std::uintptr_t>(p) & ~(kSlabBytes - 1)); }

}  // namespace

void* slab_take(std::size_t bytes, Stay stay) {
#ifndef FAIRWAY_NO_SLABS
  if (bytes <= kMax) return shelves[static_cast<std::size_t>(stay)].take(class_of(bytes));
#else
  (void)stay;
#endif
  void* const p = std::malloc(bytes);
  if (!p) throw std::bad_alloc();
  return p;
}

void slab_give(void* p, std::size_t bytes) noexcept {
#ifndef FAIRWAY_NO_SLABS
  if (bytes <= kMax) {
    auto* const slab = slab_of(p);
    return slab->of->give(p, slab, class_of(bytes));
  }
#else
  (void)bytes;
#endif
  std::free(p);
}

}  // namespace fw::net
