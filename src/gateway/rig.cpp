#include "gateway/rig.h"

#include <fmt/format.h>

#include "config/load.h"
#include "gateway/serve.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kConfig = R"(version: 1
listen: [{ address: "127.0.0.1:0" }]
timeouts: { connect_ms: 2000, first_byte_ms: 5000, idle_ms: 10000, total_ms: 60000, keep_alive_ms: 1000 }
providers:
  one: { cloud: compatible, base_url: "http://one.test/v1", scope: eu, auth: { api_key: "${env:ONE}" } }
  two: { cloud: compatible, base_url: "http://two.test/v1", scope: us }
models:
  gpt:
    deployments:
      - { provider: one, model: gpt-one, name: one, price: { input: "1", output: "2" } }
      - { provider: two, model: gpt-two, name: two, price: { input: "1", output: "2" } }
tenants: { acme: {}, umbra: {} }
keys:
  - { name: team-a, tenant: acme, key: "${env:A}" }
  - { name: team-b, tenant: umbra, key: "${env:B}" }
)";

std::optional<std::string> environment(const std::string& name) {
  if (name == "A") return "sk-team-a-0123456789";
  if (name == "B") return "sk-team-b-0123456789";
  if (name == "ONE") return "sk-cloud-one-secret";
  if (name == "HOOK_URL") return "https://hook.test/in/?token=hush";
  if (name == "HOOK_SECRET") return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  return std::nullopt;
}

// The end of the first request in `bytes`, or npos. Bodies have a Content-Length here.
std::size_t request_end(const std::string& bytes) {
  const auto head = bytes.find("\r\n\r\n");
  if (head == bytes.npos) return bytes.npos;
  constexpr std::string_view kLength = "content-length: ";
  const auto at = bytes.find(kLength);
  const auto length = at < head ? std::stoul(bytes.substr(at + kLength.size())) : 0;
  return bytes.size() >= head + 4 + length ? head + 4 + length : bytes.npos;
}

}  // namespace

std::string json_answer(std::string_view body, int status, std::string_view fields) {
  return fmt::format("HTTP/1.1 {} X\r\ncontent-type: application/json\r\n{}content-length: {}\r\n\r\n{}", status, fields, body.size(), body);
}

std::string sse_answer(std::string_view events) {
  return fmt::format("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                     events.size(), events);
}

std::string chat_request(std::string_view body, std::string_view key, std::string_view path) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                     path, key, body.size(), body);
}

Rig::Rig(std::string_view more_config, std::string_view of_each, std::string_view of_one, std::string_view second_cloud) {
  config::Sources sources;
  sources.env = environment;
  auto text = std::string(kConfig) + std::string(more_config);
  constexpr std::string_view kTenants = "tenants: { acme: {}, umbra: {} }\n";
  if (more_config.starts_with("tenants:")) text.erase(text.find(kTenants), kTenants.size());
  constexpr std::string_view kEnd = "output: \"2\" } }";  // of a deployment
  for (auto at = text.find(kEnd); !of_each.empty() && at != text.npos; at = text.find(kEnd, at + kEnd.size()))
    text.insert(at + kEnd.size() - 1, fmt::format(", {}", of_each));
  constexpr std::string_view kPrice = "price: { input: \"1\", output: \"2\" }";
  if (!of_one.empty()) text.replace(text.find(kPrice), kPrice.size(), of_one);
  constexpr std::string_view kSecond = "two: { cloud: compatible,";
  if (!second_cloud.empty()) text.replace(text.find(kSecond), kSecond.size(), fmt::format("two: {{ cloud: {}, auth: {{ api_key: \"${{env:ONE}}\" }},", second_cloud));
  auto loaded = config::load(text, sources);
  std::string problems;
  for (const auto& p : loaded.problems) problems += config::render(p, "rig");
  if (!loaded.config) throw std::runtime_error(problems);
  auto snapshot = Snapshot::make(*loaded.config, {});
  move_in(*snapshot);
}

void Rig::sign_in_by(std::shared_ptr<const cloud::SignIn> sign_in) {
  auto snapshot = Snapshot::with_sign_in(*shared->snapshot, std::move(sign_in));
  core.reset();
  move_in(std::move(snapshot));
}

void Rig::keep_books(store::Journal& journal) {
  journal_ = &journal;
  auto snapshot = shared->snapshot;
  core.reset();
  move_in(std::move(snapshot));
}

void Rig::move_in(std::shared_ptr<const Snapshot> snapshot) {
  shared = std::make_unique<Shared>(std::move(snapshot), 1);
  shared->journal = journal_;
  core = std::move(*Core::make(loop, *shared, 0));
  shared->cores[0] = core.get();
  for (std::uint16_t i = 0; i < shared->snapshot->providers().size(); ++i)
    core->pool(i).dial_by([this](const net::Endpoint& e) -> std::unique_ptr<net::Stream> {
      dialled.push_back(e.host);
      if (plays.empty() || plays.front().refuse_connection) {
        if (!plays.empty()) plays.pop_front();
        return nullptr;
      }
      auto play = std::move(plays.front());
      plays.pop_front();
      auto [ours, theirs] = net::MemoryStream::pair(loop);
      if (play.fail_in >= 0) ours->fail_in(play.fail_in, fired);
      ours->drip(play.drip);
      closed_at.push_back(MonoTime::never());
      loop.spawn(play_cloud(std::move(theirs), std::move(play), closed_at.size() - 1));
      return std::move(ours);
    });
}

Rig::~Rig() {
  loop.end_tasks();
  core.reset();
}

// Answers every request on the connection with the same play.
net::Task<void> Rig::play_cloud(std::unique_ptr<net::MemoryStream> end, Play play, std::size_t index) {
  std::string bytes;
  bool answered = false;
  for (;;) {
    const auto io = end->read(loop.scratch());
    if (io.kind == net::Io::Kind::blocked) {
      (void)co_await end->readable(MonoTime::never());
      continue;
    }
    if (io.kind != net::Io::Kind::ok) break;
    bytes.append(loop.scratch().data(), io.n);
    const auto cut = request_end(bytes);
    if (cut == bytes.npos || (answered && play.hang)) continue;
    received.push_back(bytes.substr(0, cut));
    bytes.erase(0, cut);
    if (answered && play.die_ms >= 0) {
      co_await loop.sleep_until(loop.now().plus_ms(play.die_ms));
      end->reset();
      break;
    }
    if (!play.early.empty()) end->send(play.early);
    if (play.delay_ms > 0) co_await loop.sleep_until(loop.now().plus_ms(play.delay_ms));
    end->send(play.answer);
    answered = true;
    if (play.reset) {
      end->reset();
      break;
    }
  }
  closed_at[index] = loop.now();
}

net::Task<void> Rig::collect(net::MemoryStream& from, std::string& into) {
  for (;;) {
    const auto io = from.read(loop.scratch());
    if (io.kind == net::Io::Kind::blocked) {
      (void)co_await from.readable(MonoTime::never());
      continue;
    }
    if (io.kind != net::Io::Kind::ok) co_return;
    into.append(loop.scratch().data(), io.n);
  }
}

net::Task<void> Rig::leave(net::MemoryStream& end, std::int64_t ms) {
  co_await loop.sleep_until(loop.now().plus_ms(ms));
  end.reset();
}

net::Task<void> Rig::collect_later(net::MemoryStream& from, std::string& into, std::int64_t ms) {
  co_await loop.sleep_until(loop.now().plus_ms(ms));
  co_await collect(from, into);
}

std::string Rig::ask_and_read_later(std::string_view bytes, std::int64_t ms) {
  auto [ours, theirs] = net::MemoryStream::pair(loop);
  std::string answer;
  loop.spawn(collect_later(*theirs, answer, ms));
  loop.spawn(serve(*core, std::move(ours)));
  theirs->send(bytes);
  loop.run();
  return answer;
}

std::string Rig::ask(std::string_view bytes) {
  auto [ours, theirs] = net::MemoryStream::pair(loop);
  std::string answer;
  loop.spawn(collect(*theirs, answer));
  loop.spawn(serve(*core, std::move(ours)));
  theirs->send(bytes);
  loop.run();
  return answer;
}

std::string Rig::ask_and_leave(std::string_view bytes, std::int64_t ms) {
  auto [ours, theirs] = net::MemoryStream::pair(loop);
  std::string answer;
  loop.spawn(collect(*theirs, answer));
  loop.spawn(serve(*core, std::move(ours)));
  theirs->send(bytes);
  loop.spawn(leave(*theirs, ms));
  loop.run();
  return answer;
}

}  // namespace fw::gateway
