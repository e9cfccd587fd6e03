#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/checks.h"
#include "config/address.h"
#include "net/socket.h"

namespace fw::cli {
namespace {

constexpr int kPatienceSeconds = 2;
constexpr std::string_view kQuestion = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

enum class Running : std::uint8_t { no, ready, not_ready, unknown };

Result<net::Address> to_net(const config::Address& address) {
  if (!address.unix_path.empty()) return net::Address::of_unix(address.unix_path);
  return net::Address::of_ip(address.host, address.port);
}

// The same place as a client names it.
config::Address for_client(config::Address address) {
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return address;
}

// A connected socket that gives up after a while; none when nobody answers.
net::Fd connect_to(const config::Address& address) {
  const auto to = to_net(for_client(address));
  if (!to) return {};
  net::Fd fd(::socket(to->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return {};
  const timeval patience{kPatienceSeconds, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to->storage), to->size) != 0) return {};
  return fd;
}

Running ask_ready(const config::Admin& admin) {
  const auto fd = connect_to(admin.address);
  if (!fd) return Running::no;
  if (admin.tls) return Running::unknown;
  if (::send(fd.get(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) < 0) return Running::unknown;
  std::array<char, 64> answer{};
  const auto size = ::recv(fd.get(), answer.data(), answer.size(), MSG_WAITALL);
  if (size < 12) return Running::unknown;
  const std::string_view line(answer.data(), static_cast<std::size_t>(size));
  if (!line.starts_with("HTTP/1.1 ")) return Running::unknown;
  return line.substr(9, 3) == "200" ? Running::ready : Running::not_ready;
}

Finding check_gateway(const config::Admin& admin, Running running, const std::string& path) {
  const auto place = config::to_text(admin.address);
  switch (running) {
    case Running::ready: return {"gateway", Health::ok, fmt::format("ready at {}", place)};
    case Running::not_ready:
      return {"gateway", Health::warn, fmt::format("{} answers, but it is not ready", place), "look at its log: it starts or it stops"};
    case Running::unknown:
      return {"gateway", Health::warn, fmt::format("something answers at {}, and not as an admin listener in clear text does", place),
              admin.tls ? "ask /readyz with a client that trusts the certificate" : "another program may have the address"};
    case Running::no: break;
  }
  return {"gateway", Health::warn, fmt::format("nothing answers at {}", place), fmt::format("start it: fairway serve -c {}", path)};
}

std::string why_not(int error) {
  if (error == EACCES) return "ports below 1024 need root or CAP_NET_BIND_SERVICE: choose a higher one";
  if (error == EADDRNOTAVAIL) return "this machine does not have that address: `ip address` lists those it has";
  return "stop the other program (`ss -ltnp` names it), or choose another address";
}

Finding check_listener(const config::Address& address, Running running) {
  const auto place = config::to_text(address);
  if (!address.unix_path.empty()) {
    if (!connect_to(address)) return {"listener", Health::ok, fmt::format("{} is free", place)};
    return running == Running::no ? Finding{"listener", Health::fail, fmt::format("{} is in use", place), why_not(EADDRINUSE)}
                                  : Finding{"listener", Health::ok, fmt::format("{} is served", place)};
  }
  const auto at = to_net(address);
  if (!at) return {"listener", Health::fail, at.error().message, why_not(EADDRNOTAVAIL)};
  // One core's socket alone: it does not share the address, so it meets whoever has it.
  const auto listener = net::listen_on(*at, false);
  const int error = errno;
  if (listener) return {"listener", Health::ok, fmt::format("{} is free", place)};
  if (error == EADDRINUSE && running != Running::no) return {"listener", Health::ok, fmt::format("{} is served", place)};
  return {"listener", Health::fail, fmt::format("{}: {}", place, std::strerror(error)), why_not(error)};
}

}  // namespace

void check_listeners(const config::Config& config, const std::string& path, Findings& findings) {
  auto running = Running::no;
  if (config.admin) {
    running = ask_ready(*config.admin);
    findings.push_back(check_gateway(*config.admin, running, path));
    if (running == Running::no) findings.push_back(check_listener(config.admin->address, running));
  }
  for (const auto& listen : config.listen) findings.push_back(check_listener(listen.address, running));
}

}  // namespace fw::cli
