// Memory by size class and by how long it stays, per thread: what is short-lived never lies between what is long-lived,
// so that a burst gives its pages back while the streams it left behind stay open.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fw::net {

enum class Stay : std::uint8_t { brief, lasting };  // lasting: as long as a connection or a stream

// Never null. Must be given back on the same thread with the same size.
void* slab_take(std::size_t bytes, Stay stay = Stay::brief);
void slab_give(void* p, std::size_t bytes) noexcept;

// For containers that live and die on one thread.
template <class T>
struct SlabAllocator {
  using value_type = T;
  SlabAllocator() = default;
  template <class U>
  SlabAllocator(const SlabAllocator<U>&) {}  // NOLINT: allocators convert
  T* allocate(std::size_t n) { return static_cast<T*>(slab_take(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) noexcept { slab_give(p, n * sizeof(T)); }
  friend bool operator==(SlabAllocator, SlabAllocator) { return true; }
};

// Base of objects that live there.
struct InSlab {
  static void* operator new(std::size_t n) { return slab_take(n); }
  static void operator delete(void* p, std::size_t n) noexcept { slab_give(p, n); }
};

}  // namespace fw::net
