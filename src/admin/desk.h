// The admin plane's only core, and what its answers have in common.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "gateway/server.h"
#include "net/http_server.h"
#include "net/tls.h"

namespace fw::admin {

inline constexpr std::size_t kAdminMemoryBytes = 64u << 20;
inline constexpr std::size_t kPageDefault = 100;  // entries, where `limit` says nothing
inline constexpr std::size_t kPageMax = 1000;
inline constexpr std::string_view kJson = "content-type: application/json\r\n";
inline constexpr std::string_view kKeys = "/admin/v1/keys";
inline constexpr std::string_view kAudit = "/admin/v1/audit";

class Desk : public net::Resident, public net::Acceptor::Sink {
 public:
  Desk(net::Loop& l, gateway::Server& s, const std::atomic<bool>& r) : loop(l), server(s), ready(r), memory(kAdminMemoryBytes) {}
  ~Desk() override { loop.end_tasks(); }
  void listen(int fd, std::unique_ptr<net::TlsServer> t) {
    tls = std::move(t);
    acceptor = std::make_unique<net::Acceptor>(loop, fd, *this);
  }
  void accepted(net::Fd connection) override;
  // What is known of keys here is never behind what the cores know.
  const gateway::KeyTable& keys() const { return *server.keyring().table(); }

  net::Loop& loop;
  gateway::Server& server;
  const std::atomic<bool>& ready;
  net::ServerLimits limits;
  net::MemoryBudget memory;
  std::unique_ptr<net::TlsServer> tls;
  std::unique_ptr<net::Acceptor> acceptor;
};

// Answers /admin/v1/keys, what lies below it, and /admin/v1/audit, by any method.
net::Task<void> answer_keys(Desk& desk, net::HttpConn& client, const config::AdminToken& token);

}  // namespace fw::admin
