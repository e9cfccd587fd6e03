// The data plane of one process: listeners, and a core per thread.
#pragma once

#include <memory>
#include <vector>

#include "gateway/core.h"
#include "gateway/keyring.h"
#include "net/cores.h"
#include "net/socket.h"
#include "store/bookkeeper.h"
#include "store/journal.h"
#include "store/lock.h"

namespace fw::gateway {

class Server {
 public:
  // Binds every listener, then serves. Nothing listens if any of them cannot. `say` writes the log (notices.h).
  static Result<std::unique_ptr<Server>> start(const config::Config& config, NoticeSink say = {});
  ~Server();

  // Where it listens, in the config's order; a port the system chose is told.
  const std::vector<net::Address>& listening() const { return addresses_; }
  const Snapshot& snapshot() const { return *shared_->snapshot; }
  net::Cores& cores() { return *cores_; }
  // For one thread beside the cores, which has them adopt its table after every change.
  Keyring& keyring() { return *keyring_; }
  store::Journal* journal() { return journal_.get(); }  // null: the configuration has no data_dir
  store::Bookkeeper* bookkeeper() { return bookkeeper_.get(); }  // with the journal
  Core& core(std::size_t i) { return *shared_->cores[i]; }

  // No new connections and requests; returns when the running exchanges have ended or the grace is over.
  void drain(std::int64_t grace_ms);

 private:
  Server() = default;
  Result<void> open_books(std::size_t cores);
  Result<void> open_keys(WallTime now);
  std::optional<store::DirectoryLock> lock_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<store::Bookkeeper> bookkeeper_;
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<Keyring> keyring_;
  std::vector<net::Address> addresses_;
  std::vector<std::vector<net::Fd>> listeners_;  // by config entry: one per core, or one for all (Unix)
  std::unique_ptr<net::Cores> cores_;
};

// Opens what an address of the config says; `count` sockets share a TCP address by SO_REUSEPORT.
Result<std::vector<net::Fd>> open_listeners(const config::Address& address, std::size_t count);

}  // namespace fw::gateway
