// The whole gateway in one process: the data plane and, beside it on a thread of its own, the
// admin plane. What `fairway serve` and `fairway demo` run.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/server.h"

namespace fw::admin {

class Service {
 public:
  // Returns once both planes accept connections. `say` writes the log (gateway/notices.h).
  static Result<std::unique_ptr<Service>> start(const config::Config& config, gateway::NoticeSink say = {});
  ~Service();

  const std::vector<net::Address>& listening() const { return server_->listening(); }
  std::optional<net::Address> admin() const { return admin_address_; }
  gateway::Server& server() { return *server_; }

  // Readiness is gone at once; running exchanges may end within the grace. Then everything stops.
  void stop(std::int64_t grace_ms = 0);

 private:
  Service() = default;
  std::unique_ptr<gateway::Server> server_;
  std::optional<net::Address> admin_address_;
  std::vector<net::Fd> listeners_;
  std::unique_ptr<net::Cores> core_;
  std::atomic<bool> ready_ = false;
};

}  // namespace fw::admin
