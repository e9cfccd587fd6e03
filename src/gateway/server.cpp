#include "gateway/server.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "gateway/drawn.h"
#include "gateway/spent.h"
#include "net/tls.h"

namespace fw::gateway {
namespace {

constexpr auto kSignInWait = std::chrono::seconds(5);

std::size_t thread_count(const config::Config& config) {
  if (config.threads > 0) return static_cast<std::size_t>(config.threads);
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

Result<std::vector<net::Fd>> open_listeners(const config::Address& address, std::size_t count) {
  std::vector<net::Fd> out;
  if (!address.unix_path.empty()) {
    const auto at = net::Address::of_unix(address.unix_path);
    if (!at) return std::unexpected(at.error());
    auto fd = net::listen_on(*at, false);
    if (!fd) return std::unexpected(fd.error());
    out.push_back(std::move(*fd));
    return out;
  }
  auto at = net::Address::of_ip(address.host, address.port);
  if (!at) return std::unexpected(at.error());
  // A first socket without the sharing flag finds out whether somebody else has the port.
  if (address.port != 0) {
    const auto probe = net::listen_on(*at, false);
    if (!probe) return std::unexpected(probe.error());
  }
  for (std::size_t i = 0; i < count; ++i) {
    auto fd = net::listen_on(*at, true);
    if (!fd) return std::unexpected(fd.error());
    if (i == 0) {
      const auto bound = net::bound(*fd);
      if (!bound) return std::unexpected(bound.error());
      at = bound;
    }
    out.push_back(std::move(*fd));
  }
  return out;
}

Result<std::unique_ptr<Server>> Server::start(const config::Config& config, NoticeSink say) {
  signal(SIGPIPE, SIG_IGN);
  auto snapshot = Snapshot::make(config, process_surroundings());
  if (!snapshot) return std::unexpected(snapshot.error());
  auto server = std::unique_ptr<Server>(new Server);
  const auto count = thread_count(config);
  for (const auto& l : config.listen) {
    if (l.tls)
      if (auto tls = net::TlsServer::make(l.tls->cert, l.tls->key); !tls) return std::unexpected(tls.error());
    auto fds = open_listeners(l.address, count);
    if (!fds) return std::unexpected(fds.error());
    const auto bound = net::bound(fds->front());
    if (!bound) return std::unexpected(bound.error());
    server->addresses_.push_back(*bound);
    server->listeners_.push_back(std::move(*fds));
  }
  server->shared_ = std::make_unique<Shared>(std::move(*snapshot), count);
  server->shared_->say = std::move(say);
  if (auto opened = server->open_books(count); !opened) return std::unexpected(std::move(opened.error()));
  auto* const self = server.get();
  std::atomic<bool> failed = false;
  Error error;
  server->cores_ = std::make_unique<net::Cores>(count, [&](net::Loop& loop, std::size_t i) -> std::unique_ptr<net::Resident> {
    auto core = Core::make(loop, *self->shared_, i);
    if (!core) {
      if (!failed.exchange(true)) error = core.error();
      return nullptr;
    }
    self->shared_->cores[i] = core->get();
    return std::move(*core);
  });
  if (failed) return std::unexpected(error);
  for (std::size_t i = 0; i < count; ++i)
    server->cores_->run_on(i, [self, i] { self->shared_->cores[i]->keep_credentials(); });
  server->cores_->run_on(0, [self] { self->shared_->cores[0]->keep_watch(); });
  // Whoever cannot sign in yet is passed over, so waiting longer than this would help nobody.
  server->shared_->signers_told().wait_for(kSignInWait);
  for (std::size_t i = 0; i < count; ++i)
    server->cores_->run_on(i, [self, i] {
      const auto& listen = self->snapshot().config().listen;
      for (std::size_t l = 0; l < listen.size(); ++l) {
        const auto& fds = self->listeners_[l];
        self->shared_->cores[i]->listen(fds[std::min(i, fds.size() - 1)].get(), listen[l].tls ? &*listen[l].tls : nullptr);
      }
    });
  return server;
}

Result<void> Server::open_books(std::size_t cores) {
  const auto& config = snapshot().config();
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  const WallTime now{std::int64_t{wall.tv_sec} * 1'000'000'000 + wall.tv_nsec};
  if (config.data_dir.empty()) return open_keys(now);
  auto lock = store::DirectoryLock::take(config.data_dir);
  if (!lock) return std::unexpected(std::move(lock.error()));
  lock_.emplace(std::move(*lock));
  if (auto opened = open_keys(now); !opened) return opened;
  auto spent_before = spent(snapshot(), *shared_->keys, config.data_dir, now);
  if (!spent_before) return std::unexpected(std::move(spent_before.error()));
  shared_->spent = std::move(*spent_before);
  auto drawn_before = drawn(snapshot(), config.data_dir);
  if (!drawn_before) return std::unexpected(std::move(drawn_before.error()));
  shared_->drawn = std::move(*drawn_before);
  auto journal = store::Journal::open({.data_dir = config.data_dir,
                                       .cores = cores,
                                       .segment_bytes = static_cast<std::size_t>(config.journal.segment_mib) << 20,
                                       .sync_ms = config.journal.sync_ms,
                                       .version = FAIRWAY_VERSION});
  if (!journal) return std::unexpected(std::move(journal.error()));
  journal_ = std::move(*journal);
  shared_->journal = journal_.get();
  // An attempt costs more to move than to serve, so what readers can hold in memory is left there: 90 MB of journals.
  constexpr std::uint64_t kMayWait = 400'000;
  auto bookkeeper = store::Bookkeeper::open(*journal_, {.follow_from = kMayWait});
  if (!bookkeeper) return std::unexpected(std::move(bookkeeper.error()));
  bookkeeper_ = std::move(*bookkeeper);
  shared_->bookkeeper = bookkeeper_.get();
  return {};
}

Result<void> Server::open_keys(WallTime now) {
  auto keyring = Keyring::open(shared_->snapshot, snapshot().config().data_dir, now);
  if (!keyring) return std::unexpected(std::move(keyring.error()));
  keyring_ = std::move(*keyring);
  shared_->keys = keyring_->table();
  return {};
}

Server::~Server() {
  // The loops must outlive whoever wakes them, and the lanes the cores.
  if (cores_) {
    cores_->stop();
    cores_->join();
  }
  if (bookkeeper_) bookkeeper_->close();
  if (journal_) journal_->close();
  cores_.reset();
  for (const auto& l : shared_ ? shared_->snapshot->config().listen : std::vector<config::Listen>{})
    if (!l.address.unix_path.empty()) unlink(l.address.unix_path.c_str());
}

void Server::drain(std::int64_t grace_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(grace_ms);
  for (std::size_t i = 0; i < cores_->count(); ++i) {
    auto& core = *shared_->cores[i];
    cores_->run_on(i, [&core] { core.stop_listening(); });
  }
  constexpr auto kLook = std::chrono::milliseconds(20);
  for (;;) {
    std::uint64_t open = 0;
    for (std::size_t i = 0; i < cores_->count(); ++i) {
      std::promise<std::uint64_t> count;
      auto answer = count.get_future();
      auto& core = *shared_->cores[i];
      cores_->run_on(i, [&core, &count] { count.set_value(core.counts.exchanges_open); });
      open += answer.get();
    }
    if (open == 0 || std::chrono::steady_clock::now() >= until) return;
    // tidy-allow sleep: the main thread looks again; no core waits
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace fw::gateway
