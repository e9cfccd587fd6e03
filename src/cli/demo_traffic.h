// Load of the demo's own: requests of several kinds at an even rate, some of whose clients leave early.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "net/socket.h"

namespace fw::net {
class Cores;
}

namespace fw::cli {

class DemoTraffic {
 public:
  // Starts at once, on a thread of its own. At most 1,000 requests are under way; above that it waits.
  static Result<std::unique_ptr<DemoTraffic>> start(double per_second, const std::string& host, std::uint16_t port,
                                                    const std::string& key);
  ~DemoTraffic();

 private:
  explicit DemoTraffic(std::unique_ptr<net::Cores> cores);
  std::unique_ptr<net::Cores> cores_;
};

}  // namespace fw::cli
