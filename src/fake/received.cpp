#include "fake/received.h"

#include <algorithm>
#include <vector>

#include "fake/time_text.h"
#include "wire/hash.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

constexpr std::size_t kFieldsMax = 256;

bool secret(wire::HeaderId id) {
  using wire::HeaderId;
  return id == HeaderId::authorization || id == HeaderId::api_key || id == HeaderId::x_api_key ||
         id == HeaderId::x_goog_api_key || id == HeaderId::cookie || id == HeaderId::proxy_authorization;
}

// RFC 3629; what JSON can say without loss.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t n = c < 0x80                ? 1
                          : c >= 0xC2 && c < 0xE0 ? 2
                          : c >= 0xE0 && c < 0xF0 ? 3
                          : c >= 0xF0 && c < 0xF5 ? 4
                                                  : 0;
    if (n == 0 || i + n > text.size()) return false;
    for (std::size_t k = 1; k < n; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    const auto second = n > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90) ||
        (c == 0xF4 && second > 0x8F))
      return false;
    i += n;
  }
  return true;
}

void write_request(wire::JsonWriter& w, const Received& r) {
  w.begin_object().member("number", static_cast<std::int64_t>(r.number)).member("time", time_text(r.time));
  w.member("method", r.method_text).member("target", r.target).member("path", r.path).key("headers").begin_array();
  ParsedHead parsed;
  if (parse_again(r, parsed))
    for (const auto& f : parsed.head.fields)
      w.begin_array().string(f.name).string(secret(f.id) ? std::string_view("***") : f.value).end_array();
  w.end_array();
  if (is_utf8(r.body))
    w.member("body", r.body);
  else
    w.member("body_base64", wire::base64(r.body));
  w.member("body_bytes", static_cast<std::int64_t>(r.body.size())).end_object();
}

}  // namespace

std::shared_ptr<Received> Received::of(const wire::RequestHead& head, WallTime now) {
  auto r = std::make_shared<Received>();
  r->time = now;
  r->method = head.method;
  const auto* const begin = head.method_text.data();
  const auto* end = head.target.data() + head.target.size();
  constexpr std::string_view kVersion = " HTTP/1.x";
  if (!head.fields.empty())
    end = head.fields.back().value.data() + head.fields.back().value.size();
  else
    end += kVersion.size();
  r->head.assign(begin, end);
  r->head += "\r\n\r\n";
  const auto moved = [&](std::string_view v) {
    if (v.data() < begin || v.data() > end) return std::string_view();
    return std::string_view(r->head).substr(static_cast<std::size_t>(v.data() - begin), v.size());
  };
  r->method_text = moved(head.method_text);
  r->target = moved(head.target);
  r->path = moved(head.path);
  r->query = moved(head.query);
  return r;
}

bool parse_again(const Received& received, ParsedHead& out) {
  out.store.resize(kFieldsMax);
  wire::HttpFault fault = wire::HttpFault::none;
  const wire::HttpLimits limits{
      .head_bytes = received.head.size(), .fields = kFieldsMax, .target_bytes = received.head.size()};
  return wire::parse_request(received.head, limits, out.store, out.head, fault) == wire::Parse::done;
}

void Inbox::add(std::shared_ptr<const Received> request) {
  if (requests_max_ == 0) return;
  if (requests_.size() >= requests_max_) requests_.pop_front();
  requests_.push_back(std::move(request));
}

void Inbox::settle() {
  if (requests_.empty() || requests_.back()->body.size() < kBytesMax / std::max<std::size_t>(1, requests_max_)) return;
  std::size_t bytes = 0;
  for (const auto& r : requests_) bytes += r->body.size();
  while (bytes > kBytesMax && requests_.size() > 1) {
    bytes -= requests_.front()->body.size();
    requests_.pop_front();
  }
}

void Inbox::clear() { requests_.clear(); }

std::string Inbox::json(std::size_t last) const {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().key("requests").begin_array();
  const auto from = requests_.size() - std::min(last, requests_.size());
  for (std::size_t i = from; i < requests_.size(); ++i) write_request(w, *requests_[i]);
  w.end_array().end_object();
  return out;
}

}  // namespace fw::fake
