#include "net/tls.h"

#include <errno.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace fw::net {
namespace {

constexpr std::size_t kRecordBytes = 16 * 1024;
constexpr std::size_t kSessionsMax = 1024;

// ALPN in order of preference. HTTP/2 joins this list when net speaks it.
constexpr std::array<unsigned char, 9> kProtocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

std::string last_error() {
  const auto e = ERR_get_error();
  ERR_clear_error();
  if (e == 0) return "unknown TLS failure";
  const char* reason = ERR_reason_error_string(e);
  return reason ? reason : fmt::format("OpenSSL error {:#x}", e);
}

Error broken_setup(std::string what) {
  return {Code::internal_error, Origin::operator_, Retry::never, fmt::format("{}: {}", what, last_error()), {}, 0};
}

void common_options(SSL_CTX* c) {
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned in_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kProtocols.data(), kProtocols.size(), in, in_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsStream::TlsStream(Loop& loop, Fd fd, std::unique_ptr<SSL, FreeSsl> ssl)
    : SocketStream(loop, std::move(fd)), ssl_(std::move(ssl)) {
  SSL_set_fd(ssl_.get(), SocketStream::fd());
}

TlsStream::~TlsStream() = default;

Io TlsStream::read(std::span<char> into) {
  if (!may_read_) return {Io::Kind::blocked, 0, 0};
  ERR_clear_error();
  std::size_t n = 0;
  if (SSL_read_ex(ssl_.get(), into.data(), into.size(), &n) == 1) return {Io::Kind::ok, 0, n};
  switch (SSL_get_error(ssl_.get(), 0)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      may_read_ = false;
      return {Io::Kind::blocked, 0, 0};
    case SSL_ERROR_ZERO_RETURN:
      mark_hung_up();
      return {Io::Kind::eof, 0, 0};
    default:
      broken_ = true;
      return {Io::Kind::failed, errno, 0};
  }
}

// Pieces are gathered into whole records: a record per piece would cost a tag and a system call each.
Io TlsStream::write(std::span<const std::string_view> pieces) {
  thread_local std::array<char, kRecordBytes> record;
  std::size_t total = 0;
  std::size_t piece = 0;
  std::size_t offset = 0;
  while (piece < pieces.size()) {
    std::size_t filled = 0;
    auto p = piece;
    auto o = offset;
    while (p < pieces.size() && filled < record.size()) {
      const auto n = std::min(pieces[p].size() - o, record.size() - filled);
      pieces[p].copy(record.data() + filled, n, o);
      filled += n;
      o += n;
      if (o == pieces[p].size()) {
        ++p;
        o = 0;
      }
    }
    if (filled == 0) break;
    ERR_clear_error();
    std::size_t n = 0;
    if (SSL_write_ex(ssl_.get(), record.data(), filled, &n) != 1) {
      const auto why = SSL_get_error(ssl_.get(), 0);
      if (total > 0) break;
      const bool later = why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ;
      return {later ? Io::Kind::blocked : Io::Kind::failed, errno, 0};
    }
    total += n;
    for (; n > 0;) {
      const auto step = std::min(n, pieces[piece].size() - offset);
      n -= step;
      offset += step;
      if (offset == pieces[piece].size()) {
        ++piece;
        offset = 0;
      }
    }
  }
  return {Io::Kind::ok, 0, total};
}

void TlsStream::shut() {
  if (!broken_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  SocketStream::shut();
}

Task<NetResult<bool>> TlsStream::handshake(MonoTime deadline) {
  for (;;) {
    ERR_clear_error();
    const int r = SSL_do_handshake(ssl_.get());
    if (r == 1) co_return true;
    const auto why = SSL_get_error(ssl_.get(), r);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
      const auto verify = SSL_get_verify_result(ssl_.get());
      auto text = verify != X509_V_OK ? std::string(X509_verify_cert_error_string(verify)) : last_error();
      broken_ = true;
      co_return std::unexpected(Failure{Broke::tls, std::move(text)});
    }
    // A handshake's flights are small: what it writes goes out at once, what it waits for is the peer.
    may_read_ = false;
    const auto wake = co_await readable(deadline);
    if (wake == Wake::deadline) co_return std::unexpected(Failure{Broke::tls, "the handshake was not finished in time"});
  }
}

std::string_view TlsStream::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

Result<std::unique_ptr<TlsClient>> TlsClient::make(const std::string& ca_file, bool trust) {
  auto client = std::unique_ptr<TlsClient>(new TlsClient);
  client->context_.reset(SSL_CTX_new(TLS_client_method()));
  auto* const c = client->context_.get();
  if (!c) return std::unexpected(broken_setup("cannot set up TLS"));
  common_options(c);
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
  const int trusted = !trust            ? 1
                      : ca_file.empty() ? SSL_CTX_set_default_verify_paths(c)
                                        : SSL_CTX_load_verify_locations(c, ca_file.c_str(), nullptr);
  if (trusted != 1) return std::unexpected(broken_setup("cannot read certificate authorities"));
  SSL_CTX_set_alpn_protos(c, kProtocols.data(), kProtocols.size());
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_app_data(c, client.get());
  SSL_CTX_sess_set_new_cb(c, &TlsClient::keep_session);
  return client;
}

int TlsClient::keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* const self = static_cast<TlsClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const char* host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (!host || self->sessions_.size() >= kSessionsMax) return 0;
  self->sessions_[host].reset(session);
  return 1;  // the reference is ours now
}

std::unique_ptr<TlsStream> TlsClient::stream(Loop& loop, Fd fd, const std::string& host) {
  std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context_.get()));
  SSL_set_connect_state(ssl.get());
  const bool is_ip = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1;
  if (!is_ip) {
    SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    SSL_set1_host(ssl.get(), host.c_str());
  }
  if (const auto it = sessions_.find(host); it != sessions_.end()) SSL_set_session(ssl.get(), it->second.get());
  return std::make_unique<TlsStream>(loop, std::move(fd), std::move(ssl));
}

Result<std::unique_ptr<TlsServer>> TlsServer::make(const std::string& cert_file, const std::string& key_file) {
  auto server = std::unique_ptr<TlsServer>(new TlsServer);
  server->context_.reset(SSL_CTX_new(TLS_server_method()));
  auto* const c = server->context_.get();
  if (!c) return std::unexpected(broken_setup("cannot set up TLS"));
  common_options(c);
  SSL_CTX_set_options(c, SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (SSL_CTX_use_certificate_chain_file(c, cert_file.c_str()) != 1)
    return std::unexpected(broken_setup(fmt::format("cannot use the certificate in '{}'", cert_file)));
  if (SSL_CTX_use_PrivateKey_file(c, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return std::unexpected(broken_setup(fmt::format("cannot use the private key in '{}'", key_file)));
  if (SSL_CTX_check_private_key(c) != 1)
    return std::unexpected(broken_setup(fmt::format("the key in '{}' does not belong to the certificate", key_file)));
  SSL_CTX_set_alpn_select_cb(c, choose_protocol, nullptr);
  return server;
}

std::unique_ptr<TlsStream> TlsServer::stream(Loop& loop, Fd fd) {
  std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context_.get()));
  SSL_set_accept_state(ssl.get());
  return std::make_unique<TlsStream>(loop, std::move(fd), std::move(ssl));
}

}  // namespace fw::net
