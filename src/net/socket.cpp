#include "net/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace fw::net {
namespace {

constexpr std::size_t kPiecesPerWrite = 64;
constexpr std::size_t kBytesCopied = 4096;
constexpr int kBacklog = 4096;
constexpr int kAcceptsPerTurn = 64;
constexpr std::uint32_t kStreamEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

Error failed(std::string what, int e) {
  return {Code::internal_error, Origin::operator_, Retry::never, fmt::format("{}: {}", what, errno_text(e)), {}, 0};
}

void no_delay(int fd) {
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

// One send() of them all where they are few bytes: to copy some kilobytes costs less than what sendmsg() does for a list of
// pieces (0.4 us of 10 for four pieces of 1.2 KB together over loopback).
ssize_t send_pieces(int fd, std::span<const std::string_view> pieces, std::size_t bytes) {
  if (bytes <= kBytesCopied) {
    std::array<char, kBytesCopied> flat;
    char* at = flat.data();
    for (const auto p : pieces) at = std::ranges::copy(p, at).out;
    return send(fd, flat.data(), bytes, MSG_NOSIGNAL);
  }
  std::array<iovec, kPiecesPerWrite> vec;
  std::size_t count = 0;
  for (const auto p : pieces)  // iovec is shared with reading, writing leaves it alone
    if (!p.empty()) vec[count++] = {const_cast<char*>(p.data()), p.size()};
  msghdr message{};
  message.msg_iov = vec.data();
  message.msg_iovlen = count;
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

}  // namespace

std::string errno_text(int e) {
  std::array<char, 128> space{};
  return strerror_r(e, space.data(), space.size());
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> space{};
  if (storage.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &storage, sizeof in);
    inet_ntop(AF_INET, &in.sin_addr, space.data(), space.size());
    return fmt::format("{}:{}", space.data(), ntohs(in.sin_port));
  }
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &storage, sizeof in);
    inet_ntop(AF_INET6, &in.sin6_addr, space.data(), space.size());
    return fmt::format("[{}]:{}", space.data(), ntohs(in.sin6_port));
  }
  sockaddr_un un{};
  std::memcpy(&un, &storage, std::min<std::size_t>(size, sizeof un));
  return fmt::format("unix:{}", un.sun_path);
}

Result<Address> Address::of_ip(const std::string& ip, std::uint16_t port) {
  Address a;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, ip.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&a.storage, &v4, sizeof v4);
    a.size = sizeof v4;
    return a;
  }
  if (inet_pton(AF_INET6, ip.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&a.storage, &v6, sizeof v6);
    a.size = sizeof v6;
    return a;
  }
  return std::unexpected(Error{Code::internal_error, Origin::operator_, Retry::never,
                               fmt::format("'{}' is not an IP address", ip), {}, 0});
}

Result<Address> Address::of_unix(const std::string& path) {
  sockaddr_un un{};
  if (path.empty() || path.size() >= sizeof un.sun_path)
    return std::unexpected(Error{Code::internal_error, Origin::operator_, Retry::never,
                                 fmt::format("socket path '{}' must have 1 to {} bytes", path, sizeof un.sun_path - 1), {}, 0});
  un.sun_family = AF_UNIX;
  path.copy(un.sun_path, path.size());
  Address a;
  std::memcpy(&a.storage, &un, sizeof un);
  a.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return a;
}

SocketStream::SocketStream(Loop& loop, Fd fd)
    : Stream(loop), fd_(std::move(fd)), token_(loop.watch(fd_.get(), *this, kStreamEvents)) {}

SocketStream::~SocketStream() { loop().unwatch(-1, token_); }  // closing takes it out of epoll

Io SocketStream::read(std::span<char> into) {
  if (!may_read_) return {Io::Kind::blocked, 0, 0};
  for (;;) {
    const auto n = recv(fd_.get(), into.data(), into.size(), 0);
    if (n > 0) {
      // Edge-triggered: a short read has emptied the socket, unless its end is waiting behind it.
      if (static_cast<std::size_t>(n) < into.size() && !hung_up()) may_read_ = false;
      return {Io::Kind::ok, 0, static_cast<std::size_t>(n)};
    }
    if (n == 0) {
      mark_hung_up();
      return {Io::Kind::eof, 0, 0};
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {
      may_read_ = false;
      return {Io::Kind::blocked, 0, 0};
    }
    broken_ = true;
    return {Io::Kind::failed, errno, 0};
  }
}

Io SocketStream::write(std::span<const std::string_view> pieces) {
  std::size_t total = 0;
  while (!pieces.empty()) {
    const auto now = pieces.first(std::min(pieces.size(), kPiecesPerWrite));
    std::size_t bytes = 0;
    for (const auto p : now) bytes += p.size();
    pieces = pieces.subspan(now.size());
    if (bytes == 0) continue;
    ssize_t n = 0;
    do n = send_pieces(fd_.get(), now, bytes);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
      if (total > 0) break;
      return {errno == EAGAIN ? Io::Kind::blocked : Io::Kind::failed, errno, 0};
    }
    total += static_cast<std::size_t>(n);
    if (static_cast<std::size_t>(n) < bytes) break;
  }
  return {Io::Kind::ok, 0, total};
}

void SocketStream::shut() { shutdown(fd_.get(), SHUT_WR); }

std::optional<wire::IpAddress> SocketStream::peer() const {
  Address from;
  from.size = sizeof from.storage;
  if (getpeername(fd_.get(), reinterpret_cast<sockaddr*>(&from.storage), &from.size) != 0) return std::nullopt;
  if (from.storage.ss_family == AF_INET) {
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(from.storage).sin_addr, bytes.size());
    return wire::ipv4_address(bytes);
  }
  if (from.storage.ss_family != AF_INET6) return std::nullopt;
  wire::IpAddress out;
  std::memcpy(out.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(from.storage).sin6_addr, out.bytes.size());
  return out;
}

std::expected<Fd, int> start_connect(const Address& to) {
  Fd fd(socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(errno);
  if (to.storage.ss_family != AF_UNIX) no_delay(fd.get());
  const int r = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to.storage), to.size);
  if (r < 0 && errno != EINPROGRESS && errno != EINTR) return std::unexpected(errno);
  return fd;
}

Task<int> connected(SocketStream& stream, MonoTime deadline) {
  stream.mark_connecting();
  const auto wake = co_await stream.drained(deadline);
  if (wake == Wake::deadline) co_return ETIMEDOUT;
  int e = 0;
  socklen_t size = sizeof e;
  getsockopt(stream.fd(), SOL_SOCKET, SO_ERROR, &e, &size);
  co_return e;
}

Result<Fd> listen_on(const Address& at, bool reuse_port) {
  Fd fd(socket(at.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(failed("cannot make a socket", errno));
  const int one = 1;
  if (at.storage.ss_family == AF_UNIX) {
    // A socket file left behind by a process that died is taken over; a live one is not.
    Fd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&at.storage), at.size) < 0 && errno == ECONNREFUSED)
      unlink(at.text().c_str() + 5);
  } else {
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (reuse_port) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  }
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&at.storage), at.size) < 0 || listen(fd.get(), kBacklog) < 0)
    return std::unexpected(failed(fmt::format("cannot listen on {}", at.text()), errno));
  return fd;
}

Result<Address> bound(const Fd& listener) {
  Address a;
  a.size = sizeof a.storage;
  if (getsockname(listener.get(), reinterpret_cast<sockaddr*>(&a.storage), &a.size) < 0)
    return std::unexpected(failed("getsockname", errno));
  return a;
}

Acceptor::Acceptor(Loop& loop, int listener_fd, Sink& sink)
    : loop_(loop), fd_(listener_fd), sink_(sink), token_(loop.watch(fd_, *this, EPOLLIN | EPOLLEXCLUSIVE)),
      spare_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {}

Acceptor::~Acceptor() { loop_.unwatch(fd_, token_); }

// Without a free descriptor the waiting connection would wake us for ever: the spare one takes it and closes it.
void Acceptor::turn_one_away() {
  spare_ = Fd();
  Fd unwanted(accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
  unwanted = Fd();
  spare_ = Fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

void Acceptor::on_events(std::uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Fd fd(accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EMFILE || errno == ENFILE) turn_one_away();
      return;
    }
    no_delay(fd.get());
    sink_.accepted(std::move(fd));
  }
}

}  // namespace fw::net
