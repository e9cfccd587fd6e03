#include "net/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fw::net {
namespace {

constexpr std::size_t kFieldsMax = 256;
constexpr std::int64_t kSweepMs = 1'000;
constexpr int kInterimMax = 8;  // 1xx answers before the final one
// A cloud's head may be larger than a client's: content filters explain themselves in fields.
constexpr wire::HttpLimits kAnswerLimits{.head_bytes = 256 * 1024, .fields = kFieldsMax, .target_bytes = 8192};

thread_local std::array<wire::HeaderField, kFieldsMax> field_store;
thread_local wire::ResponseHead current_head;

}  // namespace

ClientConn::ClientConn(UpstreamPool& pool, std::unique_ptr<Stream> stream) : pool_(pool), stream_(std::move(stream)) {}

const wire::ResponseHead& ClientConn::head() const { return current_head; }

Task<NetResult<bool>> ClientConn::read_head(wire::Method method, MonoTime deadline, Stream* watch) {
  std::size_t scanned = 0;
  int interim = 0;
  for (;;) {
    auto& loop = stream_->loop();
    const auto io = stream_->read(loop.scratch());
    if (io.kind == Io::Kind::blocked) {
      const auto wake = co_await stream_->readable(deadline, watch);
      if (wake == Wake::gone) co_return std::unexpected(Failure{Broke::client_gone, "the client left"});
      if (wake == Wake::deadline) co_return std::unexpected(Failure{Broke::deadline, "no answer in time"});
      continue;
    }
    if (io.kind != Io::Kind::ok)
      co_return std::unexpected(Failure{
          Broke::lost, io.kind == Io::Kind::eof ? "the connection was closed before an answer" : "the connection was reset"});
    answered_ = true;
    std::string_view bytes(loop.scratch().data(), io.n);
    if (!held_.empty()) {
      held_.append(bytes);
      if (!wire::head_may_be_complete(held_, kAnswerLimits, scanned)) continue;
      bytes = held_;
    }
    auto parsed = wire::Parse::need_more;
    auto fault = wire::HttpFault::none;
    while (!bytes.empty()) {
      parsed = wire::parse_response(bytes, method, kAnswerLimits, field_store, current_head, fault);
      if (parsed != wire::Parse::done || current_head.status >= 200) break;
      if (current_head.status == 101 || ++interim > kInterimMax)
        co_return std::unexpected(Failure{Broke::malformed, "an unexpected interim answer"});
      bytes.remove_prefix(current_head.size);
      parsed = wire::Parse::need_more;
    }
    if (parsed == wire::Parse::failed)
      co_return std::unexpected(Failure{Broke::malformed, std::string(wire::say(fault))});
    if (parsed == wire::Parse::need_more) {
      auto rest = std::string(bytes);
      held_ = std::move(rest);
      scanned = 0;
      continue;
    }
    rest_ = bytes.substr(current_head.size);
    framing_ = current_head.framing;
    left_ = content_length_ = current_head.content_length;
    keep_ = current_head.keep_alive && current_head.framing != wire::Framing::until_close;
    co_return true;
  }
}

ClientConn::Body ClientConn::take(std::string_view bytes) {
  switch (framing_) {
    case wire::Framing::none:
      return {Body::Kind::malformed, {}};
    case wire::Framing::until_close:
      return {Body::Kind::bytes, bytes};
    case wire::Framing::length: {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      left_ -= n;
      if (n < bytes.size()) keep_ = false;  // more than was announced
      return {Body::Kind::bytes, bytes.substr(0, n)};
    }
    case wire::Framing::chunked:
      break;
  }
  const auto step = chunks_.decode(const_cast<char*>(bytes.data()), bytes.size());  // our own receive buffer
  if (step.fault != wire::HttpFault::none) return {Body::Kind::malformed, {}};
  if (step.done) {
    left_ = 0;
    ended_ = true;
    if (step.consumed < bytes.size()) keep_ = false;
  }
  return {Body::Kind::bytes, bytes.substr(0, step.payload)};
}

ClientConn::Body ClientConn::body() {
  using Kind = Body::Kind;
  const bool empty = framing_ == wire::Framing::none ||
                     (framing_ == wire::Framing::length && left_ == 0);
  if (ended_ || empty) {
    if (!rest_.empty()) keep_ = false;
    ended_ = true;
    return {Kind::done, {}};
  }
  if (!rest_.empty()) return take(std::exchange(rest_, {}));
  const auto io = stream_->read(stream_->loop().scratch());
  switch (io.kind) {
    case Io::Kind::ok:
      return take({stream_->loop().scratch().data(), io.n});
    case Io::Kind::blocked:
      return {Kind::blocked, {}};
    case Io::Kind::eof:
      if (framing_ == wire::Framing::until_close) {
        ended_ = true;
        return {Kind::done, {}};
      }
      return {Kind::lost, {}};
    case Io::Kind::failed:
      break;
  }
  return {Kind::lost, {}};
}

void Lease::release() {
  if (!conn_) return;
  auto& pool = conn_->pool_;
  pool.give(std::move(conn_));
}

UpstreamPool::UpstreamPool(Loop& loop, Resolver& resolver, TlsClient& tls, Endpoint endpoint)
    : loop_(loop), resolver_(resolver), tls_(tls), endpoint_(std::move(endpoint)) {
  sweep_.owner = this;
  sweep_.fire = [](Timer* t) { static_cast<Sweep*>(t)->owner->sweep(); };
}

UpstreamPool::~UpstreamPool() { loop_.timers().cancel(sweep_); }

// A kept connection on which anything happened is stale: the cloud closed it, or talks out of turn.
bool UpstreamPool::alive(ClientConn& conn) {
  auto& s = *conn.stream_;
  if (s.broken() || s.hung_up()) return false;
  return !s.may_read() || s.read(loop_.scratch()).kind == Io::Kind::blocked;
}

Lease UpstreamPool::take_idle() {
  while (!idle_.empty()) {
    auto conn = std::move(idle_.back());
    idle_.pop_back();
    if (!alive(*conn)) continue;
    ++in_use_;
    ++conn->uses_;
    return Lease(std::move(conn));
  }
  return {};
}

Lease UpstreamPool::lend(std::unique_ptr<Stream> stream) {
  auto conn = std::make_unique<ClientConn>(*this, std::move(stream));
  ++in_use_;
  ++conn->uses_;
  return Lease(std::move(conn));
}

Task<NetResult<Lease>> UpstreamPool::open(MonoTime deadline) {
  if (in_use_ >= endpoint_.connections_max)
    co_return std::unexpected(Failure{Broke::connect, "the limit of connections to this provider is reached (connections.per_core)"});
  if (dial_) {
    auto stream = dial_(endpoint_);
    if (!stream) co_return std::unexpected(Failure{Broke::connect, "refused"});
    co_return lend(std::move(stream));
  }
  auto addresses = co_await resolver_.resolve(endpoint_.host, endpoint_.port, deadline);
  if (!addresses) co_return std::unexpected(addresses.error());
  Failure failure{Broke::connect, "no address"};
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const auto& address = (*addresses)[i];
    // What is left of the time is shared among the addresses not yet tried.
    const auto tries = static_cast<std::int64_t>(addresses->size() - i);
    const auto until = MonoTime{loop_.now().ns + (deadline.ns - loop_.now().ns) / tries};
    auto fd = start_connect(address);
    if (!fd) {
      failure = {Broke::connect, fmt::format("cannot connect to {}: {}", address.text(), errno_text(fd.error()))};
      continue;
    }
    std::unique_ptr<TlsStream> tls;
    std::unique_ptr<SocketStream> plain;
    if (endpoint_.tls) {
      tls = tls_.stream(loop_, std::move(*fd), endpoint_.host);
    } else {
      plain = std::make_unique<SocketStream>(loop_, std::move(*fd));
    }
    auto& socket = tls ? *tls : *plain;
    const int error = co_await connected(socket, until);
    if (error != 0) {
      failure = {Broke::connect, fmt::format("cannot connect to {}: {}", address.text(), errno_text(error))};
      continue;
    }
    if (tls) {
      const auto shaken = co_await tls->handshake(until);
      if (!shaken) {
        failure = {Broke::tls, fmt::format("TLS with {} ({}): {}", endpoint_.host, address.text(), shaken.error().text)};
        continue;
      }
      plain = std::move(tls);
    }
    co_return lend(std::move(plain));
  }
  co_return std::unexpected(failure);
}

void UpstreamPool::give(std::unique_ptr<ClientConn> conn) {
  --in_use_;
  if (!conn->clean() || idle_.size() >= static_cast<std::size_t>(endpoint_.idle_max) || !alive(*conn)) return;
  conn->answered_ = conn->ended_ = conn->keep_ = false;
  conn->chunks_ = {};
  conn->rest_ = {};
  if (conn->held_.capacity() > 0) std::string().swap(conn->held_);
  conn->idle_since_ = loop_.now();
  idle_.push_back(std::move(conn));
  if (!sweep_.armed()) loop_.timers().arm(sweep_, loop_.now().plus_ms(kSweepMs));
}

void UpstreamPool::sweep() {
  std::erase_if(idle_, [this](const auto& c) {
    return c->stream_->broken() || c->stream_->hung_up() || loop_.now().ms_since(c->idle_since_) >= endpoint_.idle_ms;
  });
  if (!idle_.empty()) loop_.timers().arm(sweep_, loop_.now().plus_ms(kSweepMs));
}

}  // namespace fw::net
