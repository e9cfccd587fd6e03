#include "gateway/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gateway/core.h"
#include "wire/json_write.h"

namespace fw::gateway {
namespace {

constexpr std::size_t kReplyBytesMax = std::size_t{1} << 20;
constexpr std::int64_t kMsPerSecond = 1'000;

cloud::Reply no_answer(std::string why, WallTime now) { return {.status = 0, .failure = std::move(why), .fields = {}, .body = {}, .now = now}; }

// Token files are small and local, and are read when a credential is due, never for a request.
cloud::Reply read_file(const std::string& path, WallTime now) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) return no_answer(std::strerror(errno), now);
  cloud::Reply reply{.status = 200, .failure = {}, .fields = {}, .body = {}, .now = now};
  std::array<char, 8192> piece;
  while (const auto n = std::fread(piece.data(), 1, piece.size(), file.get())) {
    reply.body.append(piece.data(), n);
    if (reply.body.size() > kReplyBytesMax) return no_answer("longer than 1 MiB", now);
  }
  if (std::ferror(file.get()) != 0) return no_answer("cannot be read", now);
  return reply;
}

std::string request_of(const cloud::Fetch& fetch) {
  auto text = fmt::format("{} {}{}{} HTTP/1.1\r\nHost: {}\r\n{}", fetch.method, fetch.url.path.empty() ? "/" : fetch.url.path,
                          fetch.url.query.empty() ? "" : "?", fetch.url.query, fetch.url.authority(), fetch.lines);
  if (fetch.method != "GET") text += fmt::format("content-length: {}\r\n", fetch.body.size());
  return text + "connection: close\r\n\r\n" + fetch.body;
}

void keep_head(cloud::Reply& reply, const net::ClientConn& conn) {
  reply.status = conn.head().status;
  for (const auto& f : conn.head().fields) {
    std::string name(f.name);
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    reply.fields.emplace_back(std::move(name), std::string(f.value));
  }
}

// The rest of an answer; false when it broke off or is too long.
net::Task<bool> read_body(net::ClientConn& conn, cloud::Reply& reply, MonoTime deadline) {
  using Kind = net::ClientConn::Body::Kind;
  for (;;) {
    const auto part = conn.body();
    if (part.kind == Kind::done) co_return true;
    if (part.kind == Kind::blocked) {
      const auto wake = co_await conn.stream().readable(deadline);
      if (wake != net::Wake::ready) co_return false;
    } else if (part.kind == Kind::bytes && reply.body.size() + part.bytes.size() <= kReplyBytesMax) {
      reply.body.append(part.bytes);
    } else {
      co_return false;
    }
  }
}

net::Task<cloud::Reply> fetch_over_http(Core& core, const cloud::Fetch& fetch) {
  const auto deadline = core.loop().now().plus_ms(fetch.timeout_ms);
  const auto pool = core.token_pool({.host = fetch.url.host, .port = fetch.url.port, .tls = fetch.url.tls});
  auto opened = co_await pool->open(deadline);
  if (!opened) co_return no_answer(fmt::format("{}: {}", fetch.url.authority(), opened.error().text), core.loop().wall());
  auto lease = std::move(*opened);
  const auto request = request_of(fetch);
  const std::string_view piece = request;
  lease->stream().send(std::span(&piece, 1));
  const auto method = fetch.method == "GET" ? wire::Method::get : wire::Method::post;
  const auto head = co_await lease->read_head(method, deadline, nullptr);
  if (!head) co_return no_answer(fmt::format("{}: {}", fetch.url.authority(), head.error().text), core.loop().wall());
  cloud::Reply reply;
  keep_head(reply, *lease);
  const bool whole = co_await read_body(*lease, reply, deadline);
  reply.now = core.loop().wall();
  if (!whole) co_return no_answer(fmt::format("{}: the answer ended before it was complete", fetch.url.authority()), reply.now);
  co_return reply;
}

struct News : net::Letter {
  News(Core& c, std::uint16_t p, Signer s) : core(c), provider(p), signer(std::move(s)) {}
  void run() override { core.learn_signer(provider, std::move(signer)); }
  Core& core;
  std::uint16_t provider;
  Signer signer;
};

}  // namespace

net::Task<cloud::Reply> answer_question(Core& core, const cloud::Question& question) {
  if (const auto* file = std::get_if<cloud::ReadFile>(&question)) co_return read_file(file->path, core.loop().wall());
  co_return co_await fetch_over_http(core, std::get<cloud::Fetch>(question));
}

cloud::Surroundings process_surroundings() {
  return {.variable = [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  }};
}

Keeper::Keeper(Core& core, std::uint16_t provider) : core_(core), provider_(provider), fetched_at_(core.loop().now()) {
  fire = [](net::Timer* t) { static_cast<Keeper*>(t)->look(); };
}

Keeper::~Keeper() { core_.loop().timers().cancel(*this); }

void Keeper::refresh() {
  if (fetching_) return;
  fetching_ = true;
  ++fetches_;
  core_.loop().timers().cancel(*this);
  core_.loop().spawn(fetch(*this));
}

void Keeper::refused(const cloud::Credential* credential) {
  const auto now = core_.loop().now();
  if (credential == current_.get() && now >= fetched_at_.plus_ms(kRefusedMs)) refresh();
}

net::Task<void> Keeper::fetch(Keeper& self) {
  const auto& sign_in = *self.core_.snapshot().providers()[self.provider_].sign_in;
  cloud::Driven<cloud::Credential> flow(sign_in.fetch(self.core_.loop().wall()));
  while (const auto* question = flow.question()) {
    auto reply = co_await answer_question(self.core_, *question);
    flow.answer(std::move(reply));
  }
  self.fetched(flow.result());
}

void Keeper::fetched(Result<cloud::Credential> result) {
  fetching_ = false;
  fetched_at_ = core_.loop().now();
  Signer news;
  news.failure.clear();
  const auto now = core_.loop().wall();
  if (result && result->expires <= now) {
    result = std::unexpected(Error{Code::internal_error, Origin::provider, Retry::elsewhere,
                                   "the credential that was fetched has expired already; is the clock of this machine right?", {}, 0});
  }
  auto& counts = core_.counts.sign_ins[provider_];
  ++(result ? counts.fetched : counts.failed);
  tell_if_changed(result);
  if (result) {
    failures_ = 0;
    retry_at_ = MonoTime::never();
    current_ = std::make_shared<const cloud::Credential>(*std::move(result));
  } else {
    news.failure = result.error().message;
    const auto wait = std::min(kBackoffMaxMs, kMsPerSecond << std::min(failures_++, 6));
    retry_at_ = core_.loop().now().plus_ms(wait);
  }
  news.credential = current_;
  core_.tell_signer(provider_, news);
  look();
}

// The first failure and the first success after it.
void Keeper::tell_if_changed(const Result<cloud::Credential>& result) {
  if (result.has_value() == (failures_ == 0)) return;
  const auto& provider = core_.snapshot().providers()[provider_].name;
  const bool well = result.has_value();
  const bool lives = current_ && core_.loop().wall() < current_->expires;
  const auto why = well ? std::string() : result.error().message;
  Notice notice{.id = {}, .time = {}, .kind = config::AlertKind::sign_in, .level = well ? config::LogLevel::info : config::LogLevel::error, .type = well ? "sign_in.recovered" : "sign_in.failed", .text = {}, .data = {}};
  if (well) notice.text = fmt::format("the provider {} can be signed in to again", provider);
  else notice.text = fmt::format("the provider {} cannot be signed in to{}: {}", provider, lives ? " (the credential in use is good for a while)" : "", why);
  wire::JsonWriter json(notice.data);
  json.begin_object().member("provider", provider);
  if (!well) json.member("why", why).member("credential_left", lives);
  json.end_object();
  core_.notify(std::move(notice));
}

// Is the next one due?
void Keeper::look() {
  const auto now = core_.loop().now();
  if (retry_at_ != MonoTime::never()) {
    if (now >= retry_at_) return refresh();
    return arm_in(retry_at_.ms_since(now));
  }
  if (!current_ || current_->refresh_at.ns == INT64_MAX) return;
  const auto left_ms = (current_->refresh_at.ns - core_.loop().wall().ns) / 1'000'000;
  if (left_ms <= 0 && now > fetched_at_) return refresh();
  arm_in(std::max<std::int64_t>(left_ms, kMsPerSecond));
}

void Keeper::arm_in(std::int64_t ms) {
  core_.loop().timers().arm(*this, core_.loop().now().plus_ms(std::min(ms, kLookMs)));
}

void Core::tell_signer(std::uint16_t provider, const Signer& signer) {
  for (auto* c : shared_.cores)
    if (c != this && c != nullptr) c->loop().post(std::make_unique<News>(*c, provider, signer));
  learn_signer(provider, signer);
  shared_.signer_told(provider);
}

void Core::learn_signer(std::uint16_t provider, Signer signer) {
  if (signer.credential != signers[provider].credential) marks.clear(provider);
  signers[provider] = std::move(signer);
}

Core& Core::keeping(std::uint16_t provider) { return *shared_.cores[provider % shared_.cores.size()]; }

void Core::keep_credentials() {
  for (std::uint16_t i = 0; i < snapshot().providers().size(); ++i) {
    if (!snapshot().providers()[i].sign_in || &keeping(i) != this) continue;
    keepers_[i] = std::make_unique<Keeper>(*this, i);
    keepers_[i]->refresh();
  }
}

void Core::credential_refused(std::uint16_t provider, std::shared_ptr<const cloud::Credential> credential) {
  struct Refused : net::Letter {
    Refused(Core& c, std::uint16_t p, std::shared_ptr<const cloud::Credential> cr) : core(c), provider(p), credential(std::move(cr)) {}
    void run() override { core.credential_refused(provider, std::move(credential)); }
    Core& core;
    std::uint16_t provider;
    std::shared_ptr<const cloud::Credential> credential;
  };
  auto& home = keeping(provider);
  if (&home != this) return home.loop().post(std::make_unique<Refused>(home, provider, std::move(credential)));
  if (keepers_[provider]) keepers_[provider]->refused(credential.get());
}

std::unique_ptr<net::UpstreamPool> Core::token_pool(net::Endpoint endpoint) {
  auto pool = std::make_unique<net::UpstreamPool>(loop_, resolver_, *tls_, std::move(endpoint));
  if (dial_tokens) pool->dial_by(dial_tokens);
  return pool;
}

}  // namespace fw::gateway
