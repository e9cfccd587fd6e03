#include "cli/demo_traffic.h"

#include <fmt/format.h>

#include <array>

#include "net/cores.h"
#include "net/http_client.h"

namespace fw::cli {
namespace {

constexpr std::int64_t kRequestMs = 60'000;
constexpr std::size_t kUnderWayMax = 1'000;
constexpr std::int64_t kWhenFullMs = 20;

struct Kind {
  int share;  // of 100
  std::string_view path;
  std::string_view body;  // `@` is filled with a prompt
};
constexpr std::array kKinds{
    Kind{50, "/v1/chat/completions",
         R"({"model":"gpt-6-sol","stream":true,"messages":[{"role":"user","content":"@"}]})"},
    Kind{15, "/v1/chat/completions",
         R"({"model":"gpt-6-sol","messages":[{"role":"user","content":"@"}],"max_completion_tokens":40})"},
    Kind{15, "/v1/responses", R"({"model":"gpt-6-sol","stream":true,"store":false,"input":"@"})"},
    Kind{10, "/v1/chat/completions",
         R"({"model":"gpt-oss-120b","stream":true,"messages":[{"role":"user","content":"@"}]})"},
    Kind{10, "/v1/embeddings", R"({"model":"text-embedding-3-small","input":"@","encoding_format":"base64"})"},
};
constexpr int kLeaveShare = 3;  // of 100 streams, their client goes in the middle

constexpr std::string_view kSentence = "Compare the hostings of one model by price, service and compatibility. ";

// One core's load. A pseudo-random sequence without a seed from outside: every run is alike.
class Load final : public net::Resident {
 public:
  Load(net::Loop& loop, std::unique_ptr<net::TlsClient> tls, const net::Endpoint& endpoint, std::string key)
      : loop_(loop),
        tls_(std::move(tls)),
        resolver_(loop),
        pool_(loop, resolver_, *tls_, endpoint),
        key_(std::move(key)) {}

  static net::Task<void> run(Load& self, double per_second) {
    const auto gap_ns = static_cast<std::int64_t>(1e9 / per_second);
    auto due = self.loop_.now();
    for (;;) {
      while (due <= self.loop_.now()) {
        if (self.under_way_ < kUnderWayMax) self.loop_.spawn(one(self));
        due.ns += gap_ns;
      }
      co_await self.loop_.sleep_until(due);
      if (self.under_way_ >= kUnderWayMax) due = self.loop_.now().plus_ms(kWhenFullMs);
    }
  }

 private:
  // Counts itself while it lives.
  struct UnderWay {
    explicit UnderWay(std::size_t& n) : count(n) { ++count; }
    ~UnderWay() { --count; }
    std::size_t& count;
  };

  std::uint32_t draw(std::uint32_t below) {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::uint32_t>(state_ >> 33) % below;
  }

  const Kind& pick() {
    auto at = static_cast<int>(draw(100));
    for (const auto& k : kKinds) {
      if (at < k.share) return k;
      at -= k.share;
    }
    return kKinds.front();
  }

  std::string request(const Kind& kind) {
    std::string prompt;
    for (auto n = draw(100) < 5 ? 80u : 1 + draw(8); n > 0; --n) prompt += kSentence;
    std::string body(kind.body);
    body.replace(body.find('@'), 1, prompt);
    return fmt::format(
        "POST {} HTTP/1.1\r\nhost: {}:{}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n"
        "user-agent: fairway-demo\r\ncontent-length: {}\r\n\r\n{}",
        kind.path, pool_.endpoint().host, pool_.endpoint().port, key_, body.size(), body);
  }

  static net::Task<void> one(Load& self) {
    const UnderWay counted(self.under_way_);
    const auto& kind = self.pick();
    const bool stream = kind.body.find("\"stream\":true") != std::string_view::npos;
    const bool leaves = stream && self.draw(100) < kLeaveShare;
    const auto bytes = self.request(kind);
    const auto deadline = self.loop_.now().plus_ms(kRequestMs);
    auto lease = self.pool_.take_idle();
    if (!lease) {
      auto opening = self.pool_.open(deadline);
      auto opened = co_await opening;
      if (!opened) co_return;
      lease = std::move(*opened);
    }
    lease->stream().send(bytes);
    auto heading = lease->read_head(wire::Method::post, deadline, nullptr);
    const auto head = co_await heading;
    if (!head || leaves) co_return;
    auto reading = read_rest(*lease, deadline);
    co_await reading;
  }

  static net::Task<void> read_rest(net::ClientConn& conn, MonoTime deadline) {
    using Kind = net::ClientConn::Body::Kind;
    for (;;) {
      const auto part = conn.body();
      if (part.kind == Kind::bytes) continue;
      if (part.kind != Kind::blocked) co_return;
      const auto wake = co_await conn.stream().readable(deadline);
      if (wake != net::Wake::ready) co_return;
    }
  }

  net::Loop& loop_;
  std::unique_ptr<net::TlsClient> tls_;
  net::Resolver resolver_;
  net::UpstreamPool pool_;
  std::string key_;
  std::uint64_t state_ = 42;
  std::size_t under_way_ = 0;
};

}  // namespace

DemoTraffic::DemoTraffic(std::unique_ptr<net::Cores> cores) : cores_(std::move(cores)) {}
DemoTraffic::~DemoTraffic() = default;

Result<std::unique_ptr<DemoTraffic>> DemoTraffic::start(double per_second, const std::string& host, std::uint16_t port,
                                                        const std::string& key) {
  auto tls = net::TlsClient::make();
  if (!tls) return std::unexpected(tls.error());
  const net::Endpoint endpoint{.host = host, .port = port, .tls = false};
  auto made = std::make_unique<net::Cores>(1, [&](net::Loop& loop, std::size_t) -> std::unique_ptr<net::Resident> {
    auto load = std::make_unique<Load>(loop, std::move(*tls), endpoint, key);
    loop.spawn(Load::run(*load, per_second));
    return load;
  });
  return std::unique_ptr<DemoTraffic>(new DemoTraffic(std::move(made)));
}

}  // namespace fw::cli
