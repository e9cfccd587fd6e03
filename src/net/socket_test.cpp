#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <filesystem>

#include "net/http_client.h"
#include "net/http_server.h"

namespace fw::net {
namespace {

// A certificate for `name` that signs itself, in files that go with the object.
struct Certificate {
  std::filesystem::path dir;
  explicit Certificate(const char* name, long lifetime_s = 3600) {
    std::string pattern = std::filesystem::temp_directory_path() / "fairway-test-XXXXXX";
    dir = mkdtemp(pattern.data());
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -7200);
    X509_gmtime_adj(X509_getm_notAfter(cert), lifetime_s);
    X509_set_pubkey(cert, key);
    X509_NAME* subject = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(cert, subject);
    const auto alt = std::string("DNS:") + name;
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alt.c_str());
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(cert, key, EVP_sha256());
    FILE* f = fopen(cert_file().c_str(), "w");
    PEM_write_X509(f, cert);
    fclose(f);
    f = fopen(key_file().c_str(), "w");
    PEM_write_PrivateKey(f, key, nullptr, nullptr, 0, nullptr, nullptr);
    fclose(f);
    X509_free(cert);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::filesystem::remove_all(dir); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  std::string cert_file() const { return dir / "cert.pem"; }
  std::string key_file() const { return dir / "key.pem"; }
};

std::string plain_error(const Error& e) { return e.message; }

// Answers every request with its own path; closes after `requests_max` of them.
struct Echo final : Acceptor::Sink {
  Loop& loop;
  TlsServer* tls;
  int requests_max;
  ServerLimits limits;
  MemoryBudget memory{1 << 20};
  Fd listener;
  std::unique_ptr<Acceptor> acceptor;
  int accepted_count = 0;

  Echo(Loop& l, TlsServer* t, int max, const Address& at) : loop(l), tls(t), requests_max(max) {
    listener = std::move(*listen_on(at, false));
    acceptor = std::make_unique<Acceptor>(loop, listener.get(), *this);
  }
  ~Echo() { loop.end_tasks(); }  // they refer to this
  std::uint16_t port() const {
    sockaddr_in in{};
    const auto a = *bound(listener);
    memcpy(&in, &a.storage, sizeof in);
    return ntohs(in.sin_port);
  }
  static Task<void> serve(Echo& self, std::unique_ptr<SocketStream> stream, TlsStream* tls_stream) {
    if (tls_stream) {
      const auto shaken = co_await tls_stream->handshake(self.loop.now().plus_ms(2000));
      if (!shaken) co_return;
    }
    HttpConn conn(std::move(stream), self.limits, self.memory, &plain_error);
    for (int i = 0; i < self.requests_max && co_await conn.next(); ++i) {
      const std::string path(conn.head().path);
      conn.answer(200, "", path);
    }
  }
  void accepted(Fd fd) override {
    ++accepted_count;
    if (tls) {
      auto stream = tls->stream(loop, std::move(fd));
      auto* const raw = stream.get();
      return loop.spawn(serve(*this, std::move(stream), raw));
    }
    loop.spawn(serve(*this, std::make_unique<SocketStream>(loop, std::move(fd)), nullptr));
  }
};

struct Got {
  std::string body;
  std::string failure;
  std::string protocol;
  bool reused = false;
};

Task<void> get(UpstreamPool& pool, Loop& loop, std::string path, Got& got) {
  auto lease = pool.take_idle();
  if (!lease) {
    auto opened = co_await pool.open(loop.now().plus_ms(2000));
    if (!opened) {
      got.failure = opened.error().text;
      loop.stop();
      co_return;
    }
    lease = std::move(*opened);
  }
  got.reused = lease->reused();
  const auto request = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  lease->stream().send(request);
  const auto head = co_await lease->read_head(wire::Method::get, loop.now().plus_ms(2000), nullptr);
  if (!head) {
    got.failure = head.error().text;
    loop.stop();
    co_return;
  }
  for (;;) {
    const auto part = lease->body();
    if (part.kind == ClientConn::Body::Kind::blocked) {
      (void)co_await lease->stream().readable(loop.now().plus_ms(2000));
      continue;
    }
    if (part.kind != ClientConn::Body::Kind::bytes) break;
    got.body += part.bytes;
  }
  lease.release();
  loop.stop();
}

struct Rig {
  Loop loop;
  Resolver resolver{loop};
  std::unique_ptr<TlsClient> tls;
  explicit Rig(const std::string& ca = {}) : tls(std::move(*TlsClient::make(ca))) {}
  ~Rig() { loop.end_tasks(); }
  Got fetch(UpstreamPool& pool, const std::string& path) {
    Got got;
    loop.spawn(get(pool, loop, path, got));
    if (got.failure.empty() && got.body.empty()) loop.run();
    return got;
  }
};

Endpoint at(std::string host, std::uint16_t port, bool tls) {
  Endpoint e;
  e.host = std::move(host);
  e.port = port;
  e.tls = tls;
  return e;
}

const Address kLoopback = *Address::of_ip("127.0.0.1", 0);

}  // namespace

TEST(UpstreamPool, keeps_a_connection_and_replaces_one_that_died_idle) {
  Rig rig;
  Echo echo(rig.loop, nullptr, 2, kLoopback);
  UpstreamPool pool(rig.loop, rig.resolver, *rig.tls, at("127.0.0.1", echo.port(), false));
  EXPECT_EQ(rig.fetch(pool, "/1").body, "/1");
  const auto second = rig.fetch(pool, "/2");  // the server closes after it
  EXPECT_EQ(second.body, "/2");
  EXPECT_TRUE(second.reused);
  // The end of the connection is told by an event; a lone request gives the loop a turn to see it.
  UpstreamPool other(rig.loop, rig.resolver, *rig.tls, at("127.0.0.1", echo.port(), false));
  EXPECT_EQ(rig.fetch(other, "/x").body, "/x");
  const auto third = rig.fetch(pool, "/3");
  EXPECT_EQ(third.body, "/3");
  EXPECT_FALSE(third.reused);
}

TEST(UpstreamPool, resolves_names) {
  Rig rig;
  Echo echo(rig.loop, nullptr, 2, kLoopback);
  UpstreamPool pool(rig.loop, rig.resolver, *rig.tls, at("localhost", echo.port(), false));
  const auto got = rig.fetch(pool, "/name");
  EXPECT_EQ(got.body, "/name") << got.failure;
}

TEST(UpstreamPool, says_where_it_could_not_connect) {
  Rig rig;
  std::uint16_t port = 0;
  {
    Echo gone(rig.loop, nullptr, 1, kLoopback);
    port = gone.port();
  }
  UpstreamPool pool(rig.loop, rig.resolver, *rig.tls, at("127.0.0.1", port, false));
  const auto got = rig.fetch(pool, "/");
  EXPECT_NE(got.failure.find("127.0.0.1:" + std::to_string(port)), std::string::npos) << got.failure;
}

TEST(Tls, trusted_name_is_served) {
  const Certificate cert("localhost");
  Rig rig(cert.cert_file());
  const auto tls = std::move(*TlsServer::make(cert.cert_file(), cert.key_file()));
  Echo echo(rig.loop, tls.get(), 5, kLoopback);
  UpstreamPool pool(rig.loop, rig.resolver, *rig.tls, at("localhost", echo.port(), true));
  const auto got = rig.fetch(pool, "/over-tls");
  EXPECT_EQ(got.body, "/over-tls") << got.failure;
  EXPECT_TRUE(rig.fetch(pool, "/again").reused);
}

TEST(Tls, unknown_authority_is_refused) {
  const Certificate cert("localhost");
  const Certificate other("localhost");
  Rig rig(other.cert_file());
  const auto tls = std::move(*TlsServer::make(cert.cert_file(), cert.key_file()));
  Echo echo(rig.loop, tls.get(), 5, kLoopback);
  UpstreamPool pool(rig.loop, rig.resolver, *rig.tls, at("localhost", echo.port(), true));
  const auto got = rig.fetch(pool, "/");
  EXPECT_EQ(got.body, "");
  EXPECT_NE(got.failure.find("TLS with localhost"), std::string::npos) << got.failure;
}

TEST(Tls, wrong_name_and_expired_certificates_are_refused) {
  for (const bool expired : {false, true}) {
    const Certificate cert(expired ? "localhost" : "elsewhere.test", expired ? -3600 : 3600);
    Rig rig(cert.cert_file());
    const auto tls = std::move(*TlsServer::make(cert.cert_file(), cert.key_file()));
    Echo echo(rig.loop, tls.get(), 5, kLoopback);
    UpstreamPool pool(rig.loop, rig.resolver, *rig.tls, at("localhost", echo.port(), true));
    const auto got = rig.fetch(pool, "/");
    EXPECT_EQ(got.body, "");
    EXPECT_NE(got.failure.find(expired ? "expired" : "mismatch"), std::string::npos) << got.failure;
  }
}

TEST(Listener, takes_over_a_socket_file_that_nobody_serves) {
  const Certificate dir("unused");
  const auto path = (dir.dir / "s").string();
  const auto address = *Address::of_unix(path);
  { const auto first = listen_on(address, false); ASSERT_TRUE(first); }
  const auto second = listen_on(address, false);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_FALSE(listen_on(address, false)) << "a live socket must not be taken over";
}

}  // namespace fw::net
