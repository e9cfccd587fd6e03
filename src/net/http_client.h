// HTTP/1 towards the clouds: connections kept per endpoint and core, requests out, answers in.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/failure.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "wire/http1.h"

namespace fw::net {

// Where a provider is reached. Strings as in the certificate and the Host field.
struct Endpoint {
  std::string host;
  std::uint16_t port = 443;
  bool tls = true;
  int connections_max = 8'192;
  int idle_max = 256;
  std::int64_t idle_ms = 60'000;
};

class UpstreamPool;

// A connection to a cloud while one exchange uses it.
class ClientConn {
 public:
  ClientConn(UpstreamPool& pool, std::unique_ptr<Stream> stream);
  Stream& stream() { return *stream_; }
  bool reused() const { return uses_ > 1; }
  // Bytes of an answer were seen: the cloud has begun to answer.
  bool answered() const { return answered_; }

  // Reads until a final head is there (1xx answers are passed over). The head's views are valid
  // until the next read or suspension. watch: the client whose leaving ends the wait.
  Task<NetResult<bool>> read_head(wire::Method method, MonoTime deadline, Stream* watch);
  const wire::ResponseHead& head() const;
  wire::Framing framing() const { return framing_; }
  std::uint64_t content_length() const { return content_length_; }  // where framing() is length

  struct Body {
    enum class Kind : std::uint8_t { bytes, blocked, done, lost, malformed };
    Kind kind = Kind::bytes;
    std::string_view bytes;  // de-chunked; valid until the next read or suspension
  };
  // The next part of the body; never suspends. blocked: await stream().readable(). done comes
  // once, without bytes.
  Body body();
  // The transfer's end was among the bytes seen so far: body() gives `done` next.
  bool at_end() const { return ended_; }
  // The answer was read to its end and the connection can serve another request.
  bool clean() const { return ended_ && keep_; }

 private:
  friend class UpstreamPool;
  friend class Lease;
  Body take(std::string_view bytes);

  UpstreamPool& pool_;
  std::unique_ptr<Stream> stream_;
  wire::ChunkedDecoder chunks_;
  std::string held_;             // an incomplete head
  std::string_view rest_;        // body bytes that came with the head
  std::uint64_t left_ = 0;       // of a body with a length
  std::uint64_t content_length_ = 0;
  MonoTime idle_since_{};
  std::uint32_t uses_ = 0;
  wire::Framing framing_ = wire::Framing::none;
  bool answered_ = false;
  bool ended_ = false;
  bool keep_ = false;
};

// Hands the connection back, or closes it if its answer was not read to the end.
class Lease {
 public:
  Lease() = default;
  explicit Lease(std::unique_ptr<ClientConn> conn) : conn_(std::move(conn)) {}
  Lease(Lease&&) = default;
  Lease& operator=(Lease&& o) noexcept {
    release();
    conn_ = std::move(o.conn_);
    return *this;
  }
  ~Lease() { release(); }
  void release();
  ClientConn* operator->() const { return conn_.get(); }
  ClientConn& operator*() const { return *conn_; }
  explicit operator bool() const { return conn_ != nullptr; }

 private:
  std::unique_ptr<ClientConn> conn_;
};

// The connections of one core to one endpoint.
class UpstreamPool {
 public:
  UpstreamPool(Loop& loop, Resolver& resolver, TlsClient& tls, Endpoint endpoint);
  ~UpstreamPool();
  UpstreamPool(const UpstreamPool&) = delete;
  UpstreamPool& operator=(const UpstreamPool&) = delete;

  // A kept connection that still lives; nothing if there is none.
  Lease take_idle();
  // A new connection. deadline covers name, TCP and TLS together.
  Task<NetResult<Lease>> open(MonoTime deadline);
  // For tests: new connections come from here instead of the network; null is a refused one.
  using Dial = std::function<std::unique_ptr<Stream>(const Endpoint&)>;
  void dial_by(Dial dial) { dial_ = std::move(dial); }
  const Endpoint& endpoint() const { return endpoint_; }
  std::size_t idle() const { return idle_.size(); }
  int in_use() const { return in_use_; }

 private:
  friend class Lease;
  Lease lend(std::unique_ptr<Stream> stream);
  void give(std::unique_ptr<ClientConn> conn);
  bool alive(ClientConn& conn);
  void sweep();

  Loop& loop_;
  Resolver& resolver_;
  TlsClient& tls_;
  Endpoint endpoint_;
  std::vector<std::unique_ptr<ClientConn>> idle_;  // the most recently used last
  int in_use_ = 0;
  Dial dial_;
  struct Sweep : Timer {
    UpstreamPool* owner = nullptr;
  } sweep_;
};

}  // namespace fw::net
