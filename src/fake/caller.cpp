#include "fake/caller.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>

#include "fake/issuers.h"
#include "wire/hash.h"
#include "wire/http1.h"
#include "wire/json.h"
#include "wire/sigv4.h"
#include "wire/sse.h"

namespace fw::fake {

std::unique_ptr<FakeCloud> start_fake(std::string cloud, Options options) {
  options.cloud = std::move(cloud);
  options.listen = {*net::Address::of_ip("127.0.0.1", 0)};
  auto started = FakeCloud::start(std::move(options));
  EXPECT_TRUE(started) << started.error().message;
  return started ? std::move(*started) : nullptr;
}

std::string first_element(std::string_view array) {
  wire::JsonArray elements(array, 64);
  wire::JsonMember first;
  return elements.next(first) ? std::string(first.value) : std::string();
}

std::string Reply::field(std::string_view name) const {
  for (const auto& [n, value] : fields)
    if (wire::equal_ignoring_case(n, name)) return value;
  return {};
}

std::string Reply::at(std::initializer_list<std::string_view> path) const {
  return std::string(wire::json_find(body, path).value_or(""));
}

std::vector<std::string> Reply::events() const {
  std::vector<std::string> all;
  wire::SseDecoder decoder(1 << 20);
  decoder.feed(body);
  wire::SseEvent event;
  while (decoder.next(event) == wire::SseDecoder::Next::event)
    if (event.has_data) all.emplace_back(event.data);
  return all;
}

Caller::Caller(const FakeCloud& cloud) : key_(cloud.key()) {
  const auto& to = cloud.listening().front();
  fd_ = socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&to.storage), to.size), 0);
}

Caller::~Caller() { close(fd_); }

void Caller::send(std::string_view bytes) {
  EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), ssize_t(bytes.size()));
}

namespace {

enum class Got : std::uint8_t { bytes, eof, reset, silence };

Got receive(int fd, int silence_ms, std::string& into) {
  pollfd p{fd, POLLIN, 0};
  if (poll(&p, 1, silence_ms) <= 0) return Got::silence;
  std::array<char, 16'384> space{};
  const auto n = recv(fd, space.data(), space.size(), 0);
  if (n > 0) into.append(space.data(), static_cast<std::size_t>(n));
  return n > 0 ? Got::bytes : n == 0 ? Got::eof : Got::reset;
}

Reply::End end_of(Got got) {
  return got == Got::eof ? Reply::End::eof : got == Got::reset ? Reply::End::reset : Reply::End::silence;
}

// A body as it comes; done when its framing says so.
class BodyReader {
 public:
  BodyReader(const wire::ResponseHead& head) : framing_(head.framing), left_(head.content_length) {}
  // Takes from `held` what belongs to the body; false: it is no chunked body.
  bool take(std::string& held, std::string& body) {
    if (framing_ != wire::Framing::chunked) {
      const auto n = framing_ == wire::Framing::length ? std::min<std::size_t>(held.size(), left_) : held.size();
      body.append(held, 0, n);
      held.erase(0, n);
      left_ -= n;
      return true;
    }
    const auto step = decoder_.decode(held.data(), held.size());
    if (step.fault != wire::HttpFault::none) return false;
    body.append(held, 0, step.payload);
    held.erase(0, step.consumed);
    done_ = step.done;
    return true;
  }
  bool done() const {
    return framing_ == wire::Framing::none || (framing_ == wire::Framing::length && left_ == 0) || done_;
  }

 private:
  wire::Framing framing_;
  std::uint64_t left_;
  wire::ChunkedDecoder decoder_;
  bool done_ = false;
};

}  // namespace

Reply Caller::read(int silence_ms) {
  Reply reply;
  wire::ResponseHead head;
  wire::HttpFault fault = wire::HttpFault::none;
  std::array<wire::HeaderField, 100> store;
  auto parsed = wire::Parse::need_more;
  while ((parsed = wire::parse_response(held_, wire::Method::post, {}, store, head, fault)) != wire::Parse::done) {
    if (parsed == wire::Parse::failed) {
      reply.end = Reply::End::garbage;
      return reply;
    }
    const auto got = receive(fd_, silence_ms, held_);
    if (got == Got::bytes) continue;
    reply.end = end_of(got);
    return reply;
  }
  reply.status = head.status;
  for (const auto& f : head.fields) reply.fields.emplace_back(f.name, f.value);
  BodyReader body(head);
  held_.erase(0, head.size);
  for (;;) {
    if (!body.take(held_, reply.body)) {
      reply.end = Reply::End::garbage;
      return reply;
    }
    if (body.done()) break;
    const auto got = receive(fd_, silence_ms, held_);
    if (got == Got::bytes) continue;
    reply.end = end_of(got);
    return reply;
  }
  reply.end = Reply::End::whole;
  return reply;
}

std::string Caller::read_some(std::size_t bytes) {
  while (held_.size() < bytes && receive(fd_, 5'000, held_) == Got::bytes) {}
  return std::exchange(held_, {});
}

bool Caller::closed(int silence_ms) {
  std::string more;
  return receive(fd_, silence_ms, more) == Got::eof;
}

std::string Caller::request(std::string_view method, std::string_view path, std::string_view body,
                            std::string_view lines) const {
  const auto key = key_.empty() ? std::string() : fmt::format("Authorization: Bearer {}\r\n", key_);
  return fmt::format("{} {} HTTP/1.1\r\nHost: fake\r\n{}{}Content-Length: {}\r\n\r\n{}", method, path, key, lines,
                     body.size(), body);
}

std::string signed_lines(std::string_view path, std::string_view body, const Signing& signing) {
  const auto pair = signing.pair.empty() ? std::string(kAwsPair) : signing.pair;
  const auto colon = pair.find(':');
  const std::string_view both = pair;
  const auto mark = std::min(path.find('?'), path.size());
  const std::pair<std::string_view, std::string_view> headers[] = {{"host", "fake"}};
  const auto hash = wire::hex(wire::sha256(body));
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  const auto s =
      wire::sigv4_sign_header({.method = "POST",
                               .path = path.substr(0, mark),
                               .query = path.substr(std::min(path.size(), mark + 1)),
                               .headers = headers,
                               .payload_sha256 = hash},
                              {both.substr(0, colon), both.substr(colon + 1), signing.session},
                              {signing.region, signing.service}, {(t.tv_sec + signing.late_s) * 1'000'000'000});
  std::string lines =
      fmt::format("Authorization: {}\r\nX-Amz-Date: {}\r\nX-Amz-Content-Sha256: {}\r\n", s.authorization, s.date, hash);
  if (!signing.session.empty()) lines += fmt::format("X-Amz-Security-Token: {}\r\n", signing.session);
  return lines;
}

Reply Caller::get(std::string_view path) {
  send(request("GET", path, ""));
  return read();
}

Reply Caller::post(std::string_view path, std::string_view body, std::string_view lines) {
  send(request("POST", path, body, lines));
  return read();
}

Reply Caller::del(std::string_view path) {
  send(request("DELETE", path, ""));
  return read();
}

}  // namespace fw::fake
