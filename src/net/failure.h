// How a connection can fail us.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace fw::net {

enum class Broke : std::uint8_t {
  resolve,      // no address for the name
  connect,      // refused, unreachable, or not in time
  tls,          // handshake or certificate
  lost,         // reset or ended early
  deadline,     // nothing came in time
  malformed,    // what came is no HTTP/1
  client_gone,  // the watched client left
};

struct Failure {
  Broke what = Broke::lost;
  std::string text;  // for people; holds no secret
};

template <class T>
using NetResult = std::expected<T, Failure>;

}  // namespace fw::net
