#include "net/task.h"

#include <array>
#include <cstdlib>
#include <new>

namespace fw::net {
namespace {

constexpr std::size_t kClassBytes = 128;
constexpr std::size_t kClasses = 32;      // frames up to 4 KiB are pooled
constexpr std::size_t kKeptPerClass = 256;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FAIRWAY_PLAIN_FRAMES 1
#endif
#endif

struct Free {
  Free* next;
};
struct Pool {
  std::array<Free*, kClasses> head{};
  std::array<std::size_t, kClasses> kept{};
  ~Pool() {
    for (auto* f : head)
      while (f) std::free(std::exchange(f, f->next));
  }
};
thread_local Pool pool;

std::size_t class_of(std::size_t bytes) { return (bytes + kClassBytes - 1) / kClassBytes - 1; }

}  // namespace

void* take_frame(std::size_t bytes) {
#ifndef FAIRWAY_PLAIN_FRAMES
  const auto c = class_of(bytes);
  if (c < kClasses) {
    if (auto* f = pool.head[c]) {
      pool.head[c] = f->next;
      --pool.kept[c];
      return f;
    }
    bytes = (c + 1) * kClassBytes;
  }
#endif
  void* p = std::malloc(bytes);
  if (!p) throw std::bad_alloc();
  return p;
}

void give_frame(void* frame, std::size_t bytes) noexcept {
#ifndef FAIRWAY_PLAIN_FRAMES
  const auto c = class_of(bytes);
  if (c < kClasses && pool.kept[c] < kKeptPerClass) {
    auto* f = static_cast<Free*>(frame);
    f->next = pool.head[c];
    pool.head[c] = f;
    ++pool.kept[c];
    return;
  }
#else
  (void)bytes;
#endif
  std::free(frame);
}

}  // namespace fw::net
