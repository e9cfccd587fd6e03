#include "net/memory_stream.h"

#include <errno.h>
#include <sys/epoll.h>

#include <algorithm>

namespace fw::net {

std::pair<std::unique_ptr<MemoryStream>, std::unique_ptr<MemoryStream>> MemoryStream::pair(Loop& loop,
                                                                                           std::size_t window) {
  auto a = std::unique_ptr<MemoryStream>(new MemoryStream(loop, window));
  auto b = std::unique_ptr<MemoryStream>(new MemoryStream(loop, window));
  a->peer_ = b.get();
  b->peer_ = a.get();
  return {std::move(a), std::move(b)};
}

MemoryStream::~MemoryStream() {
  shut();
  if (peer_) peer_->peer_ = nullptr;
}

bool MemoryStream::fails() {
  if (fail_in_ < 0 || fail_in_-- > 0) return false;
  *fired_ = true;
  reset_ = true;
  inbox_.clear();
  return true;
}

Io MemoryStream::read(std::span<char> into) {
  const bool failing = fails();
  if (inbox_.empty()) {
    if (failing || reset_) {
      broken_ = true;
      return {Io::Kind::failed, ECONNRESET, 0};
    }
    if (ended_) {
      mark_hung_up();
      return {Io::Kind::eof, 0, 0};
    }
    may_read_ = false;
    return {Io::Kind::blocked, 0, 0};
  }
  const auto n = std::min({into.size(), inbox_.size(), drip_});
  inbox_.copy(into.data(), n);
  inbox_.erase(0, n);
  if (peer_) loop().ready(*peer_, EPOLLOUT);
  return {Io::Kind::ok, 0, n};
}

Io MemoryStream::write(std::span<const std::string_view> pieces) {
  if (broken_ || reset_ || !peer_ || fails()) return {Io::Kind::failed, EPIPE, 0};
  std::size_t n = 0;
  for (const auto p : pieces) {
    const auto room = window_ - std::min(window_, peer_->inbox_.size());
    peer_->inbox_.append(p.substr(0, room));
    n += std::min(room, p.size());
    if (room < p.size()) break;
  }
  if (n == 0) return {Io::Kind::blocked, EAGAIN, 0};
  loop().ready(*peer_, EPOLLIN);
  return {Io::Kind::ok, 0, n};
}

void MemoryStream::shut() {
  if (!peer_ || peer_->ended_) return;
  peer_->ended_ = true;
  loop().ready(*peer_, EPOLLIN | EPOLLRDHUP);
}

void MemoryStream::reset() {
  if (!peer_) return;
  peer_->reset_ = true;  // as with TCP, what had arrived before can still be read
  loop().ready(*peer_, EPOLLERR | EPOLLHUP);
}

}  // namespace fw::net
