// Streams over sockets, plain and TLS; listeners.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/stream.h"

namespace fw::net {

// An open file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Fd& operator=(Fd&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~Fd();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  // "127.0.0.1:80", "[::1]:80", "unix:/path"
  std::string text() const;
  static Result<Address> of_ip(const std::string& ip, std::uint16_t port);
  static Result<Address> of_unix(const std::string& path);
};

class SocketStream : public Stream {
 public:
  // Takes a connected (or connecting) non-blocking socket.
  SocketStream(Loop& loop, Fd fd);
  ~SocketStream() override;
  Io read(std::span<char> into) override;
  void shut() override;
  std::optional<wire::IpAddress> peer() const override;
  void mark_connecting() { connecting_ = true; }
  int fd() const { return fd_.get(); }

 protected:
  Io write(std::span<const std::string_view> pieces) override;

 private:
  Fd fd_;
  std::uint64_t token_;
};

// Starts a connection; the socket is usable once connected() says so.
std::expected<Fd, int> start_connect(const Address& to);  // error: errno
// Waits until a connection that was started is decided. 0 or an errno (ETIMEDOUT at the deadline).
Task<int> connected(SocketStream& stream, MonoTime deadline);

std::string errno_text(int e);

// Opens a listening socket. reuse_port: several cores share the address.
// port 0: the system chooses; bound() tells.
Result<Fd> listen_on(const Address& at, bool reuse_port);
Result<Address> bound(const Fd& listener);

// Accepts for one core and hands over connections until it is destroyed.
class Acceptor final : public Source {
 public:
  class Sink {
   public:
    virtual void accepted(Fd connection) = 0;

   protected:
    ~Sink() = default;
  };
  Acceptor(Loop& loop, int listener_fd, Sink& sink);  // the descriptor is not owned
  ~Acceptor();
  void on_events(std::uint32_t events) override;

 private:
  Loop& loop_;
  int fd_;
  void turn_one_away();

  Sink& sink_;
  std::uint64_t token_;
  Fd spare_;
};

}  // namespace fw::net
