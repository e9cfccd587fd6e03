// TLS 1.2 and 1.3 by OpenSSL, as client and as server.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "net/failure.h"
#include "net/socket.h"

namespace fw::net {

struct FreeSsl {
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL_SESSION* p) const { SSL_SESSION_free(p); }
};

class TlsStream : public SocketStream {
 public:
  TlsStream(Loop& loop, Fd fd, std::unique_ptr<SSL, FreeSsl> ssl);
  ~TlsStream() override;
  Io read(std::span<char> into) override;
  void shut() override;
  // Client or server, as the SSL was made. The error says what the peer's certificate lacks.
  Task<NetResult<bool>> handshake(MonoTime deadline);
  // What ALPN agreed on; empty if nothing.
  std::string_view protocol() const;

 protected:
  Io write(std::span<const std::string_view> pieces) override;

 private:
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

// Trust and sessions of one core's outgoing connections. The peer's certificate is always
// checked, against the system's authorities (or ca_file) and the name asked for.
class TlsClient {
 public:
  // Reading the system's authorities takes some 100 ms; a process that calls nobody over TLS need
  // not: with `trust` false every handshake fails.
  static Result<std::unique_ptr<TlsClient>> make(const std::string& ca_file = {}, bool trust = true);
  // A stream ready for handshake(); resumes an earlier session with this host where there is one.
  std::unique_ptr<TlsStream> stream(Loop& loop, Fd fd, const std::string& host);

 private:
  TlsClient() = default;
  static int keep_session(SSL* ssl, SSL_SESSION* session);
  std::unique_ptr<SSL_CTX, FreeSsl> context_;
  std::unordered_map<std::string, std::unique_ptr<SSL_SESSION, FreeSsl>> sessions_;
};

class TlsServer {
 public:
  // PEM files; the certificate file holds the chain.
  static Result<std::unique_ptr<TlsServer>> make(const std::string& cert_file, const std::string& key_file);
  std::unique_ptr<TlsStream> stream(Loop& loop, Fd fd);

 private:
  TlsServer() = default;
  std::unique_ptr<SSL_CTX, FreeSsl> context_;
};

}  // namespace fw::net
