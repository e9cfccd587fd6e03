#include "net/resolver.h"

#include <ares.h>
#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cstring>

namespace fw::net {
namespace {

constexpr std::int64_t kTtlMinMs = 1'000;
constexpr std::int64_t kTtlMaxMs = 300'000;
constexpr std::int64_t kStaleMs = 3'600'000;
constexpr int kTryMs = 1'000;
constexpr int kTries = 3;

}  // namespace

struct Resolver::Waiting : Timer {
  Waiting(Lookup& l, Loop& loop_, MonoTime d) : lookup(l), loop(loop_), deadline(d) {}
  ~Waiting();
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h);
  void await_resume() const noexcept {}
  Lookup& lookup;
  Loop& loop;
  MonoTime deadline;
  std::coroutine_handle<> handle;
};

struct Resolver::Lookup {
  Resolver* owner = nullptr;
  std::vector<Address> addresses;
  MonoTime fresh_until{};
  MonoTime usable_until{};
  std::string failure;
  bool asking = false;
  std::vector<Waiting*> waiting;
};

Resolver::Waiting::~Waiting() {
  loop.timers().cancel(*this);
  std::erase(lookup.waiting, this);
}

void Resolver::Waiting::await_suspend(std::coroutine_handle<> h) {
  handle = h;
  lookup.waiting.push_back(this);
  fire = [](Timer* t) {
    auto* const w = static_cast<Waiting*>(t);
    std::erase(w->lookup.waiting, w);
    w->handle.resume();
  };
  if (deadline != MonoTime::never()) loop.timers().arm(*this, deadline);
}

// One of c-ares' sockets in our epoll.
class Resolver::Socket final : public Source {
 public:
  Socket(Resolver& owner, int fd, std::uint32_t events)
      : owner_(owner), fd_(fd), token_(owner.loop_.watch(fd, *this, events)) {}
  ~Socket() { owner_.loop_.unwatch(fd_, token_); }
  void change(std::uint32_t events) { owner_.loop_.change(fd_, token_, events); }
  void on_events(std::uint32_t events) override {
    auto& owner = owner_;
    const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
    ares_process_fd(owner.channel_, failed || (events & EPOLLIN) ? fd_ : ARES_SOCKET_BAD,
                    events & EPOLLOUT ? fd_ : ARES_SOCKET_BAD);
    owner.arm();
  }

 private:
  Resolver& owner_;
  int fd_;
  std::uint64_t token_;
};

Resolver::Resolver(Loop& loop) : loop_(loop) {
  [[maybe_unused]] static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  ares_options options{};
  options.timeout = kTryMs;
  options.tries = kTries;
  options.sock_state_cb = &Resolver::socket_changed;
  options.sock_state_cb_data = this;
  ares_init_options(&channel_, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  tick_.owner = this;
  tick_.fire = [](Timer* t) {
    auto* const self = static_cast<Tick*>(t)->owner;
    ares_process_fd(self->channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    self->arm();
  };
}

Resolver::~Resolver() {
  loop_.timers().cancel(tick_);
  for (auto& [name, lookup] : names_) lookup->owner = nullptr;
  if (channel_) ares_destroy(channel_);
}

void Resolver::socket_changed(void* arg, int fd, int readable, int writable) {
  auto& self = *static_cast<Resolver*>(arg);
  const auto events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
  const auto it = self.sockets_.find(fd);
  if (events == 0) {
    // Called from inside the socket's own event: it is destroyed later, in arm().
    if (it == self.sockets_.end()) return;
    self.closed_.push_back(std::move(it->second));
    self.sockets_.erase(it);
  } else if (it == self.sockets_.end()) {
    self.sockets_.emplace(fd, std::make_unique<Socket>(self, fd, events));
  } else {
    it->second->change(events);
  }
}

void Resolver::arm() {
  closed_.clear();
  timeval longest{.tv_sec = 5, .tv_usec = 0};
  timeval space{};
  if (sockets_.empty()) return;
  const auto* t = ares_timeout(channel_, &longest, &space);
  loop_.timers().arm(tick_, loop_.now().plus_ms(t->tv_sec * 1000 + t->tv_usec / 1000 + 1));
}

void Resolver::answered(void* arg, int status, int, ares_addrinfo* result) {
  auto& lookup = *static_cast<Lookup*>(arg);
  lookup.asking = false;
  if (!lookup.owner) {
    if (result) ares_freeaddrinfo(result);
    return;
  }
  const auto now = lookup.owner->loop_.now();
  if (status == ARES_SUCCESS && result) {
    std::int64_t ttl_ms = kTtlMaxMs;
    lookup.addresses.clear();
    lookup.failure.clear();
    for (auto* n = result->nodes; n; n = n->ai_next) {
      Address a;
      std::memcpy(&a.storage, n->ai_addr, n->ai_addrlen);
      a.size = static_cast<socklen_t>(n->ai_addrlen);
      lookup.addresses.push_back(a);
      ttl_ms = std::min(ttl_ms, std::int64_t{n->ai_ttl} * 1000);
    }
    ares_freeaddrinfo(result);
    lookup.fresh_until = now.plus_ms(std::clamp(ttl_ms, kTtlMinMs, kTtlMaxMs));
    lookup.usable_until = now.plus_ms(kStaleMs);
  } else {
    if (now >= lookup.usable_until) lookup.addresses.clear();
    lookup.failure = ares_strerror(status);
    lookup.fresh_until = now.plus_ms(kTtlMinMs);
  }
  while (!lookup.waiting.empty()) {
    auto* const w = lookup.waiting.back();
    lookup.waiting.pop_back();
    w->loop.timers().cancel(*w);
    w->handle.resume();
  }
}

void Resolver::start(const std::string& host) {
  auto& lookup = *names_.at(host);
  lookup.asking = true;
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, &Resolver::answered, &lookup);
  arm();
}

Task<NetResult<std::vector<Address>>> Resolver::resolve(std::string host, std::uint16_t port, MonoTime deadline) {
  if (auto ip = Address::of_ip(host, port)) co_return std::vector<Address>{*ip};
  auto& place = names_[host];
  if (!place) {
    place = std::make_unique<Lookup>();
    place->owner = this;
  }
  auto& lookup = *place;
  if (loop_.now() >= lookup.fresh_until) {
    if (!lookup.asking) start(host);
    if (lookup.asking && lookup.addresses.empty()) {
      Waiting waiting(lookup, loop_, deadline);
      co_await waiting;
    }
  }
  if (lookup.addresses.empty())
    co_return std::unexpected(Failure{
        Broke::resolve, fmt::format("no address for '{}': {}", host,
                                    lookup.failure.empty() ? "the name servers did not answer in time" : lookup.failure)});
  auto found = lookup.addresses;
  for (auto& a : found) {
    if (a.storage.ss_family == AF_INET) reinterpret_cast<sockaddr_in*>(&a.storage)->sin_port = htons(port);
    if (a.storage.ss_family == AF_INET6) reinterpret_cast<sockaddr_in6*>(&a.storage)->sin6_port = htons(port);
  }
  co_return found;
}

}  // namespace fw::net
