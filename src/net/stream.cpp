#include "net/stream.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

namespace fw::net {
namespace {

std::size_t total(std::span<const std::string_view> pieces) {
  std::size_t n = 0;
  for (const auto p : pieces) n += p.size();
  return n;
}

}  // namespace

Stream::~Stream() { loop_.forget(*this); }

Io Stream::send(std::span<const std::string_view> pieces) {
  if (broken_) return {Io::Kind::failed, 0, 0};
  std::size_t sent = 0;
  const auto all = total(pieces);
  if (!pending_) {
    if (all == 0) return {Io::Kind::ok, 0, 0};
    const auto io = write(pieces);
    if (io.kind == Io::Kind::failed) {
      broken_ = true;
      return io;
    }
    if (io.kind == Io::Kind::ok) sent = io.n;
    if (sent == all) return {Io::Kind::ok, 0, all};
  }
  if (!pending_) pending_ = std::make_unique<std::string>();
  for (const auto p : pieces) {
    const auto skip = std::min(sent, p.size());
    sent -= skip;
    pending_->append(p.substr(skip));
  }
  return {Io::Kind::blocked, 0, all};
}

// True when nothing is pending any more or never will be.
bool Stream::flush() {
  std::size_t done = 0;
  while (done < pending_->size() && !broken_) {
    const auto rest = std::string_view(*pending_).substr(done);
    const auto io = write(std::span(&rest, 1));
    if (io.kind == Io::Kind::failed) broken_ = true;
    if (io.kind != Io::Kind::ok) break;
    done += io.n;
  }
  if (broken_ || done == pending_->size()) {
    pending_.reset();
    return true;
  }
  pending_->erase(0, done);
  return false;
}

void Stream::mark_hung_up() {
  if (hung_up_) return;
  hung_up_ = true;
  hung_up_at_ = loop_.now();
}

// Waking a coroutine may destroy this stream, so it is the last thing done, once per call;
// what else is ready stays in the flags and is seen by the next wait.
void Stream::on_events(std::uint32_t events) {
  if (events & (EPOLLERR | EPOLLHUP)) broken_ = broken_ || (events & EPOLLERR) != 0 || pending_;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) mark_hung_up();
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) may_read_ = true;
  const bool writable = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
  const bool connected = writable && std::exchange(connecting_, false);
  const bool drained = writable && ((pending_ && flush()) || connected);
  if (events & (EPOLLHUP | EPOLLERR)) {
    if (watcher_ && (events & EPOLLERR)) return watcher_->wake(Wake::gone);
  }
  if (hung_up_ && watcher_) watcher_->peer_hung_up();
  if (may_read_ && reader_) return reader_->wake(Wake::ready);
  if ((drained || broken_) && writer_) return writer_->wake(Wake::ready);
}

Wait::~Wait() {
  if (handle_) leave();
}

bool Wait::await_ready() {
  if (watch_ && watch_->gone()) {
    wake_ = Wake::gone;
    return true;
  }
  if (what_ == For::read) return stream_.may_read_;
  if (what_ == For::leaving) return false;
  return (!stream_.pending_ && !stream_.connecting_) || stream_.broken_;
}

void Wait::await_suspend(std::coroutine_handle<> h) {
  handle_ = h;
  if (what_ != For::leaving) (what_ == For::read ? stream_.reader_ : stream_.writer_) = this;
  if (watch_) {
    watch_->watcher_ = this;
    if (watch_->hung_up_) deadline_ = std::min(deadline_, watch_->hung_up_at_.plus_ms(Stream::kHalfCloseGraceMs));
  }
  fire = [](Timer* t) {
    auto* const w = static_cast<Wait*>(t);
    w->wake(w->watch_ && w->watch_->gone() ? Wake::gone : Wake::deadline);
  };
  if (deadline_ != MonoTime::never()) stream_.loop_.timers().arm(*this, deadline_);
}

void Wait::peer_hung_up() {
  deadline_ = std::min(deadline_, watch_->hung_up_at_.plus_ms(Stream::kHalfCloseGraceMs));
  stream_.loop_.timers().arm(*this, deadline_);
}

void Wait::leave() {
  stream_.loop_.timers().cancel(*this);
  auto*& place = what_ == For::read ? stream_.reader_ : stream_.writer_;
  if (place == this) place = nullptr;
  if (watch_ && watch_->watcher_ == this) watch_->watcher_ = nullptr;
}

void Wait::wake(Wake why) {
  leave();
  wake_ = why;
  std::exchange(handle_, {}).resume();
}

}  // namespace fw::net
