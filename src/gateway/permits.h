// A limit on how many of something run at once, held over all cores without a lock.
#pragma once

#include <atomic>
#include <cstddef>

namespace fw::gateway {

// Exact: taken never exceeds the limit. One atomic operation each way.
class Permits {
 public:
  explicit Permits(std::size_t limit) : left_(static_cast<std::ptrdiff_t>(limit)) {}
  bool take() {
    if (left_.fetch_sub(1, std::memory_order_relaxed) > 0) return true;
    left_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  // Another limit: so many more; fewer, where it is negative. What runs goes on.
  void grow(std::ptrdiff_t by) { left_.fetch_add(by, std::memory_order_relaxed); }
  void give() { left_.fetch_add(1, std::memory_order_relaxed); }

 private:
  alignas(64) std::atomic<std::ptrdiff_t> left_;
};

}  // namespace fw::gateway
