#include "net/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace fw::net {
namespace {

constexpr std::size_t kEventsPerWait = 256;
constexpr std::uint64_t kWakeToken = UINT64_MAX;

std::int64_t clock_ns(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

// The outermost frame of a detached coroutine: linked into its loop, destroys itself at the end.
struct Loop::Root {
  struct promise_type : RootHook, InSlab {
    Loop& loop;
    explicit promise_type(Loop& l, Task<void>&) : RootHook{l.roots_.prev, &l.roots_}, loop(l) {
      prev->next = this;
      next->prev = this;
      ++loop.live_;
    }
    ~promise_type() {
      prev->next = next;
      next->prev = prev;
      --loop.live_;
    }
    Root get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

Loop::Root Loop::run_root(Loop&, Task<void> task) { co_await task; }

Loop::Loop(Clock clock)
    : clock_(clock),
      now_{clock == Clock::real ? clock_ns(CLOCK_MONOTONIC) : 1'000'000'000},
      timers_(now_),
      scratch_(std::make_unique<char[]>(kScratchBytes + 64)) {
  if (clock == Clock::simulated) return;
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  epoll_event e{};
  e.events = EPOLLIN | EPOLLET;
  e.data.u64 = kWakeToken;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_fd_, &e);
}

void Loop::end_tasks() {
  while (roots_.next != &roots_) {
    auto& promise = static_cast<Root::promise_type&>(*roots_.next);
    std::coroutine_handle<Root::promise_type>::from_promise(promise).destroy();
  }
}

Loop::~Loop() {
  end_tasks();
  for (auto* l = mail_.exchange(nullptr); l;) {
    std::unique_ptr<Letter> letter(l);
    l = letter->next;
  }
  if (wake_fd_ >= 0) close(wake_fd_);
  if (epoll_ >= 0) close(epoll_);
}

WallTime Loop::wall() const {
  constexpr std::int64_t kSimulatedEpochNs = 1'795'300'000ll * 1'000'000'000;
  if (clock_ == Clock::simulated) return {kSimulatedEpochNs + now_.ns};
  return {clock_ns(CLOCK_REALTIME)};
}

void Loop::refresh_now() {
  if (clock_ == Clock::real) now_ = {clock_ns(CLOCK_MONOTONIC)};
}

void Loop::spawn(Task<void> task) {
  auto root = run_root(*this, std::move(task));
  root.handle.resume();
}

void Loop::post(std::unique_ptr<Letter> letter, bool wake) {
  auto* const l = letter.release();
  l->next = mail_.load(std::memory_order_relaxed);
  while (!mail_.compare_exchange_weak(l->next, l, std::memory_order_release, std::memory_order_relaxed)) {
  }
  if (!wake || wake_fd_ < 0) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(wake_fd_, &one, sizeof one);
}

// The stack comes out newest first; reversed it is in the order of posting.
void Loop::read_mail() {
  if (mail_.load(std::memory_order_relaxed) == nullptr) return;
  Letter* in_order = nullptr;
  for (auto* l = mail_.exchange(nullptr, std::memory_order_acquire); l;) {
    auto* const older = l->next;
    l->next = in_order;
    in_order = l;
    l = older;
  }
  while (in_order) {
    std::unique_ptr<Letter> letter(in_order);
    in_order = letter->next;
    letter->run();
  }
}

std::uint64_t Loop::watch(int fd, Source& source, std::uint32_t events) {
  std::uint32_t index = free_slot_;
  if (index == UINT32_MAX) {
    index = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    free_slot_ = slots_[index].next_free;
  }
  auto& slot = slots_[index];
  slot.source = &source;
  const auto token = std::uint64_t{slot.generation} << 32 | index;
  epoll_event e{};
  e.events = events;
  e.data.u64 = token;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &e);
  return token;
}

void Loop::change(int fd, std::uint64_t token, std::uint32_t events) {
  epoll_event e{};
  e.events = events;
  e.data.u64 = token;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &e);
}

void Loop::unwatch(int fd, std::uint64_t token) {
  const auto index = static_cast<std::uint32_t>(token);
  auto& slot = slots_[index];
  slot.source = nullptr;
  ++slot.generation;
  if (slot.generation == UINT32_MAX) slot.generation = 0;  // never equals the wake token
  slot.next_free = free_slot_;
  free_slot_ = index;
  // A descriptor that is closed right after leaves epoll by itself; the explicit call is for those that are kept.
  if (fd >= 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void Loop::ready(Source& source, std::uint32_t events) { ready_.push_back({&source, events}); }

void Loop::forget(Source& source) {
  for (auto& r : ready_)
    if (r.source == &source) r.source = nullptr;
}

void Loop::run_ready() {
  for (std::size_t i = 0, n = ready_.size(); i < n; ++i) {
    const auto r = ready_[i];
    ready_[i].source = nullptr;
    if (r.source) r.source->on_events(r.events);
  }
  std::erase_if(ready_, [](const Ready& r) { return r.source == nullptr; });
}

void Loop::wait_and_dispatch() {
  std::array<epoll_event, kEventsPerWait> events;
  int timeout_ms = -1;
  if (!ready_.empty() || mail_.load(std::memory_order_relaxed)) {
    timeout_ms = 0;
  } else if (const auto next = timers_.next(); next != MonoTime::never()) {
    timeout_ms = static_cast<int>(std::clamp<std::int64_t>((next.ns - now_.ns + 999'999) / 1'000'000, 0, 60'000));
  }
  const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  refresh_now();
  for (int i = 0; i < n; ++i) {
    const auto& e = events[static_cast<std::size_t>(i)];
    if (e.data.u64 == kWakeToken) {
      std::uint64_t count = 0;
      [[maybe_unused]] const auto r = ::read(wake_fd_, &count, sizeof count);
      continue;
    }
    const auto index = static_cast<std::uint32_t>(e.data.u64);
    const auto& slot = slots_[index];
    if (slot.source && slot.generation == static_cast<std::uint32_t>(e.data.u64 >> 32)) slot.source->on_events(e.events);
  }
}

void Loop::run() {
  stopping_ = false;
  refresh_now();
  while (!stopping_) {
    if (clock_ == Clock::real) {
      wait_and_dispatch();
    } else if (ready_.empty() && !mail_.load(std::memory_order_relaxed)) {
      const auto next = timers_.next();
      if (next == MonoTime::never()) return;
      now_ = std::max(now_, next);
    }
    read_mail();
    run_ready();
    timers_.advance(now_);
  }
}

void Loop::stop() { stopping_ = true; }

}  // namespace fw::net
