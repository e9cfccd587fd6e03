// The event loop of one core: epoll (edge-triggered), one timer wheel, a mailbox for other
// threads, and the coroutines that live here. Nothing in it is shared but the mailbox.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "net/task.h"
#include "net/timer.h"

namespace fw::net {

class Stream;

// A letter to another core. Owned by the receiving loop once posted; run() is called there once.
struct Letter {
  Letter* next = nullptr;
  virtual ~Letter() = default;
  virtual void run() = 0;
};

// Readiness of a file descriptor that is not a stream (listeners, c-ares, eventfd).
class Source {
 public:
  virtual void on_events(std::uint32_t epoll_events) = 0;

 protected:
  ~Source() = default;
};

class Loop {
 public:
  enum class Clock { real, simulated };
  // simulated: no epoll and no waiting; time jumps to the next timer when nothing else is ready.
  explicit Loop(Clock clock = Clock::real);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop(), or, simulated, until nothing is left to do.
  void run();
  void stop();  // this thread only; other threads post a letter that stops

  MonoTime now() const { return now_; }  // of this wake-up
  WallTime wall() const;
  // The receive buffer of this thread, 256 KiB with 64 readable bytes behind it. What it holds
  // is valid until the coroutine suspends.
  std::span<char> scratch() { return {scratch_.get(), kScratchBytes}; }

  // Starts a coroutine that nobody awaits. It ends by itself, or is destroyed with the loop.
  void spawn(Task<void> task);
  std::size_t live_tasks() const { return live_; }
  // Destroys every coroutine started here. For owners of things that coroutines refer to.
  void end_tasks();

  // From any thread. wake: see that it is read soon, not only when the loop wakes anyway.
  void post(std::unique_ptr<Letter> letter, bool wake = true);

  TimerWheel& timers() { return timers_; }
  // A pause; ends early with false when the loop is being stopped.
  struct Sleep;
  Sleep sleep_until(MonoTime at);

  // fd registration; the token guards against events that outlive their owner.
  std::uint64_t watch(int fd, Source& source, std::uint32_t events);
  void change(int fd, std::uint64_t token, std::uint32_t events);
  void unwatch(int fd, std::uint64_t token);
  // Has source.on_events called in the next turn (in-memory streams).
  void ready(Source& source, std::uint32_t events);
  void forget(Source& source);

  static constexpr std::size_t kScratchBytes = 256 * 1024;

 private:
  struct Slot {
    Source* source = nullptr;
    std::uint32_t generation = 0;
    std::uint32_t next_free = UINT32_MAX;
  };
  struct Ready {
    Source* source;
    std::uint32_t events;
  };
  struct Root;
  static Root run_root(Loop& loop, Task<void> task);
  void read_mail();
  void run_ready();
  void wait_and_dispatch();
  void refresh_now();

  Clock clock_;
  MonoTime now_;
  int epoll_ = -1;
  int wake_fd_ = -1;
  bool stopping_ = false;
  TimerWheel timers_;
  std::vector<Slot> slots_;
  std::uint32_t free_slot_ = UINT32_MAX;
  std::vector<Ready> ready_;
  std::unique_ptr<char[]> scratch_;
  std::atomic<Letter*> mail_{nullptr};
  std::size_t live_ = 0;
  struct RootHook {
    RootHook* prev;
    RootHook* next;
  } roots_{&roots_, &roots_};
};

struct Loop::Sleep : private Timer {
  Sleep(Loop& loop, MonoTime at) : loop_(loop), at_(at) {}
  bool await_ready() const noexcept { return at_ <= loop_.now(); }
  void await_suspend(std::coroutine_handle<> h) noexcept {
    handle_ = h;
    fire = [](Timer* t) { static_cast<Sleep*>(t)->handle_.resume(); };
    loop_.timers().arm(*this, at_);
  }
  void await_resume() const noexcept {}
  ~Sleep() { loop_.timers().cancel(*this); }

 private:
  Loop& loop_;
  MonoTime at_;
  std::coroutine_handle<> handle_;
};
inline Loop::Sleep Loop::sleep_until(MonoTime at) { return Sleep(*this, at); }

}  // namespace fw::net
