#include "gateway/core.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "dialect/error.h"
#include "gateway/serve.h"

namespace fw::gateway {
namespace {

constexpr std::size_t kOwnersPerCore = 1'000'000;
constexpr std::int64_t kHandshakeMs = 10'000;

net::ServerLimits server_limits(const config::Config& c) {
  return {.http = {.head_bytes = c.limits.header_bytes, .fields = c.limits.header_fields, .target_bytes = c.limits.target_bytes},
          .request_ms = c.timeouts.request_ms,
          .keep_alive_ms = c.timeouts.keep_alive_ms};
}

// Named, so that no lambda's captures have to outlive the coroutine.
net::Task<void> greet(Core& core, std::unique_ptr<net::TlsStream> stream) {
  const auto shaken = co_await stream->handshake(core.loop().now().plus_ms(kHandshakeMs));
  if (!shaken) co_return;
  co_await serve(core, std::move(stream));
}

// Waits for the journal's sync are over.
struct Deliver final : net::Letter {
  explicit Deliver(store::Lane& l) : lane(l) {}
  void run() override { lane.deliver(); }
  store::Lane& lane;
};

}  // namespace

Shared::Shared(std::shared_ptr<const Snapshot> s, std::size_t core_count)
    : snapshot(std::move(s)), exchanges(snapshot->config().limits.exchanges),
      drains(static_cast<std::size_t>(snapshot->config().drain.streams)), cores(core_count),
      told_(snapshot->providers().size()) {
  for (const auto& p : snapshot->providers()) untold_ += p.sign_in ? 1 : 0;
  if (untold_ == 0) all_told_.set_value();
  for (std::size_t i = 0; i < snapshot->tenants().size(); ++i) {
    const auto most = snapshot->tenant_concurrent_max(i);
    tenants.push_back(most > 0 ? std::make_unique<Permits>(most) : nullptr);
  }
  keys = snapshot->configured();
}

void Shared::signer_told(std::uint16_t provider) {
  if (told_[provider].exchange(true)) return;
  if (untold_.fetch_sub(1) == 1) all_told_.set_value();
}

ledger::ExchangeRecord& Records::add() { return slots_[added_++ % slots_.size()]; }

std::optional<ledger::ExchangeRecord> Records::find(std::string_view request_id) const {
  const auto it = std::ranges::find_if(slots_, [request_id](const auto& r) { return r.request_id.view() == request_id; });
  return it != slots_.end() && !request_id.empty() ? std::optional(*it) : std::nullopt;
}

std::vector<ledger::ExchangeRecord> Records::newest(std::size_t limit) const {
  std::vector<ledger::ExchangeRecord> out;
  for (std::uint64_t i = 0; i < slots_.size() && i < added_ && out.size() < limit; ++i)
    out.push_back(slots_[(added_ - 1 - i) % slots_.size()]);
  return out;
}

// One listener on one core.
class Core::Door final : public net::Acceptor::Sink {
 public:
  Door(Core& core, int fd, std::unique_ptr<net::TlsServer> tls)
      : core_(core), tls_(std::move(tls)), acceptor_(core.loop(), fd, *this) {}
  void accepted(net::Fd connection) override {
    if (!tls_) return core_.accepted(std::move(connection));
    core_.loop().spawn(greet(core_, tls_->stream(core_.loop(), std::move(connection))));
  }

 private:
  Core& core_;
  std::unique_ptr<net::TlsServer> tls_;
  net::Acceptor acceptor_;
};

Core::Core(net::Loop& loop, Shared& shared, std::size_t index, std::unique_ptr<net::TlsClient> tls)
    : records(std::max<std::size_t>(1, shared.snapshot->config().limits.records / shared.cores.size())),
      books(*shared.snapshot, shared.journal ? &shared.journal->lane(index) : nullptr),
      purse(*this),
      owners(kOwnersPerCore),
      retries(shared.snapshot->config().retries.budget_percent, shared.snapshot->config().retries.burst),
      marks(shared.snapshot->providers().size()),
      senses(*shared.snapshot, std::max<std::size_t>(1, shared.snapshot->config().limits.records / shared.cores.size()), index),
      commitments(*shared.snapshot),
      signers(shared.snapshot->providers().size()),
      loop_(loop),
      shared_(shared),
      index_(index),
      limits_(server_limits(shared.snapshot->config())),
      memory_(shared.snapshot->config().limits.memory_bytes / shared.cores.size()),
      resolver_(loop),
      tls_(std::move(tls)),
      keepers_(shared.snapshot->providers().size()) {
  for (const auto& p : snapshot().providers())
    pools_.push_back(std::make_unique<net::UpstreamPool>(loop, resolver_, *tls_, p.endpoint));
  for (const auto& p : snapshot().policies()) hedges.emplace_back(int{p.hedge.budget_percent}, static_cast<int>(p.hedge.burst));
  counts.models.resize(snapshot().models().size() + 1);
  counts.deployments.resize(snapshot().deployments().size());
  counts.sign_ins.resize(snapshot().providers().size());
  make_room(*shared.keys);
  adopt(shared.keys);
  if (index == 0) purse.keep_home(shared.cores.size(), shared.spent);
  if (index == 0) notices = std::make_unique<Notices>(*this);
  commitments.restore(shared.drawn);
  if (auto* const lane = books.lane()) lane->on_wake([&loop, lane] { loop.post(std::make_unique<Deliver>(*lane)); });
  [[maybe_unused]] const auto n = getrandom(random_.data(), sizeof random_, 0);
}

Core::~Core() {
  watch_.reset();
  keepers_.clear();
  loop_.end_tasks();
}

Result<std::unique_ptr<Core>> Core::make(net::Loop& loop, Shared& shared, std::size_t index) {
  const auto& providers = shared.snapshot->providers();
  // Token endpoints are mostly reached over TLS.
  const bool any_tls = std::ranges::any_of(providers, [](const Provider& p) { return p.endpoint.tls || p.sign_in; });
  auto tls = net::TlsClient::make({}, any_tls);
  if (!tls) return std::unexpected(tls.error());
  return std::unique_ptr<Core>(new Core(loop, shared, index, std::move(*tls)));
}

void Core::listen(int listener_fd, const config::Tls* tls) {
  std::unique_ptr<net::TlsServer> server;
  if (tls) {
    auto made = net::TlsServer::make(tls->cert, tls->key);
    if (!made) return;  // the server tried the same files before the cores moved in
    server = std::move(*made);
  }
  doors_.push_back(std::make_unique<Door>(*this, listener_fd, std::move(server)));
}

void Core::keep_watch() { watch_ = std::make_unique<Watch>(*this); }

void Core::notify(Notice notice) {
  auto& first = *shared_.cores.front();
  if (&first == this) return notices->tell(std::move(notice));
  post(first.loop(), [&first, told = std::move(notice)]() mutable { first.notices->tell(std::move(told)); });
}

void Core::make_room(const KeyTable& keys) {
  if (keys_ && keys.version() <= keys_->version()) return;
  purse.make_room(keys);
  counts.budget_alerts.resize(std::max(counts.budget_alerts.size(), keys.budgets().size()));
}

void Core::adopt(const std::shared_ptr<const KeyTable>& keys) {
  if (keys_ && keys->version() <= keys_->version()) return;
  books.learn_keys(*keys);
  // Counted by this core alone: exchanges of others do not touch it.
  const auto own = std::make_shared<std::shared_ptr<const KeyTable>>(keys);
  keys_ = {own, keys.get()};
}

void Core::stop_listening() {
  draining_ = true;
  doors_.clear();
}

void Core::accepted(net::Fd connection) {
  if (counts.connections_open >= snapshot().config().limits.connections_per_core) return;  // closed unserved
  loop_.spawn(serve(*this, std::make_unique<net::SocketStream>(loop_, std::move(connection))));
}

// xoshiro256**, seeded by the system for each core.
std::unique_ptr<dialect::inner::Request> Core::take_inner() {
  if (spare_inner_.empty()) return std::make_unique<dialect::inner::Request>();
  auto inner = std::move(spare_inner_.back());
  spare_inner_.pop_back();
  return inner;
}

void Core::give_inner(std::unique_ptr<dialect::inner::Request> inner) {
  constexpr std::size_t kKept = 64;
  constexpr std::size_t kItemsKept = 256;  // what a long conversation took goes back
  if (spare_inner_.size() >= kKept || inner->items.capacity() > kItemsKept || inner->parts.capacity() > kItemsKept) return;
  inner->clear();
  spare_inner_.push_back(std::move(inner));
}

void Core::append_unique_id(std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::size_t kTimeDigits = 12;
  auto& s = random_;
  std::array<char, 32> id;
  for (std::size_t half = 0; half < 2; ++half) {
    auto v = std::rotl(s[1] * 5, 7) * 9;
    const auto t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = std::rotl(s[3], 45);
    for (std::size_t i = 0; i < 16; ++i, v >>= 4) id[half * 16 + i] = kDigits[v & 15];
  }
  auto ms = static_cast<std::uint64_t>(loop_.wall().ns / 1'000'000);
  for (std::size_t i = kTimeDigits; i-- > 0; ms >>= 4) id[i] = kDigits[ms & 15];
  out.append(id.data(), id.size());
}

void Core::tell_others(const Lesson& lesson) {
  if (shared_.cores.size() < 2) return;
  senses.untold.push_back(lesson);
  tell_soon();
}

void Core::tell_others(const PoolNews& news) {
  if (shared_.cores.size() < 2) return;
  senses.untold_pools.push_back(news);
  tell_soon();
}

void Core::draw(std::uint16_t provider, Money cost, WallTime at) {
  if (commitments.draw(provider, cost, at) && shared_.cores.size() > 1) tell_soon();
}

std::vector<std::uint16_t> Core::utilisation() const {
  std::vector<std::uint16_t> out;
  for (std::size_t i = 0; i < snapshot().deployments().size(); ++i) out.push_back(senses.board.utilisation(static_cast<std::uint16_t>(i), loop_.now()));
  return out;
}

Counts Core::counted() const {
  Counts now = counts;
  const auto full = utilisation();
  for (std::size_t i = 0; i < full.size(); ++i) now.deployments[i].utilisation = full[i];
  for (const auto& standing : commitments.standing(loop_.wall())) now.drawn.push_back(standing.drawn);
  return now;
}

void Core::tell_soon() {
  if (std::exchange(telling_, true)) return;
  loop_.spawn(hand_over_lessons());
}

net::Task<void> Core::hand_over_lessons() {
  struct Batch : net::Letter {
    Batch(Core& c, const Senses& s, const std::vector<Money>& d) : core(c), lessons(s.untold), pools(s.untold_pools), drawn(d) {}
    void run() override {
      // In this order: a refusal among the lessons says that the pool is full, with what was taken back of its own estimate.
      for (const auto& news : pools) core.senses.hear(news, core.loop().now());
      for (const auto& l : lessons) core.senses.hear(l, core.loop().now());
      core.commitments.hear(drawn);
    }
    Core& core;
    std::vector<Lesson> lessons;
    std::vector<PoolNews> pools;
    std::vector<Money> drawn;
  };
  co_await loop_.sleep_until(loop_.now().plus_ms(kLessonsMs));
  telling_ = false;
  const auto drawn = commitments.tell();
  for (auto* c : shared_.cores)
    if (c != this) c->loop().post(std::make_unique<Batch>(*c, senses, drawn));
  senses.untold.clear();
  senses.untold_pools.clear();
}

void Core::mark_account(std::uint16_t provider, cloud::Mark mark) {
  struct Notice : net::Letter {
    Notice(Core& c, std::uint16_t p, cloud::Mark m) : core(c), provider(p), mark(m) {}
    void run() override { core.marks.mark(provider, mark, core.loop().now()); }
    Core& core;
    std::uint16_t provider;
    cloud::Mark mark;
  };
  if (mark == cloud::Mark::none) return;
  marks.mark(provider, mark, loop_.now());
  for (auto* c : shared_.cores)
    if (c != this) c->loop().post(std::make_unique<Notice>(*c, provider, mark));
}

}  // namespace fw::gateway
