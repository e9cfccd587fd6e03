// Names to addresses by c-ares, with the records' own lifetimes. One per core.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/failure.h"
#include "net/socket.h"

struct ares_channeldata;
struct ares_addrinfo;

namespace fw::net {

class Resolver {
 public:
  explicit Resolver(Loop& loop);
  ~Resolver();
  // Addresses in the order to try them; IP addresses are taken as they are. An answer is kept for
  // its TTL (1 s to 5 min); when a renewal fails the old answer is used for up to an hour.
  Task<NetResult<std::vector<Address>>> resolve(std::string host, std::uint16_t port, MonoTime deadline);

 private:
  struct Lookup;
  struct Waiting;
  class Socket;
  static void answered(void* arg, int status, int timeouts, ares_addrinfo* result);
  static void socket_changed(void* arg, int fd, int readable, int writable);
  void start(const std::string& host);
  void arm();

  Loop& loop_;
  ares_channeldata* channel_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<Lookup>> names_;
  std::unordered_map<int, std::unique_ptr<Socket>> sockets_;
  std::vector<std::unique_ptr<Socket>> closed_;
  struct Tick : Timer {
    Resolver* owner = nullptr;
  } tick_;
};

}  // namespace fw::net
