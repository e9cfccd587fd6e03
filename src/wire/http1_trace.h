// Reads the bytes of one connection as a server or a client would, in steps of a given size, and
// writes down what it saw. For tests and fuzzers: traces of different steps must be equal.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http1.h"

namespace fw::wire::trace {

inline std::string_view name(Framing framing) {
  constexpr std::array<std::string_view, 4> kNames{"none", "length", "chunked", "until_close"};
  return kNames[static_cast<std::size_t>(framing)];
}

class Connection {
 public:
  Connection(std::string_view bytes, std::size_t step) : bytes_(bytes), step_(step) {}

  // head_may_be_complete did not see a head that could be parsed: never.
  bool missed_end() const { return missed_end_; }

  std::string requests() {
    while (request()) {}
    return out_;
  }

  std::string responses(Method request_method) {
    while (response(request_method)) {}
    return out_;
  }

 private:
  bool more() {
    if (seen_ == bytes_.size()) return false;
    seen_ = std::min(seen_ + step_, bytes_.size());
    return true;
  }
  bool note(std::string_view what) {
    out_.append(what).append("\n");
    return false;
  }
  bool failed(HttpFault fault) { return note("failed: " + std::string(say(fault))); }

  // Parses until there is an outcome. Each try sees a copy of exactly the bytes that have come, so
  // that a sanitizer catches every look beyond them.
  template <class Try>
  Parse head(Try parse) {
    std::size_t scanned = 0;
    for (;;) {
      window_.assign(bytes_.begin() + static_cast<std::ptrdiff_t>(at_),
                     bytes_.begin() + static_cast<std::ptrdiff_t>(seen_));
      const std::string_view in(window_.data(), window_.size());
      const Parse outcome = parse(in);
      const bool complete = head_may_be_complete(in, limits_, scanned);
      missed_end_ = missed_end_ || (outcome == Parse::done && !complete);
      if (outcome != Parse::need_more || !more()) return outcome;
    }
  }

  bool request() {
    RequestHead head_read;
    HttpFault fault = HttpFault::none;
    const Parse outcome =
        head([&](std::string_view in) { return parse_request(in, limits_, store_, head_read, fault); });
    if (outcome == Parse::failed) return failed(fault);
    if (outcome == Parse::need_more) return note(seen_ == at_ ? "end" : "unfinished head");
    out_.append(head_read.method_text).append(" ").append(head_read.path).append("?").append(head_read.query);
    out_.append(" host=").append(head_read.host);
    fields(head_read.fields);
    at_ += head_read.size;
    if (!body(head_read.framing, head_read.content_length)) return false;
    if (head_read.upgrade || head_read.method == Method::connect) return note("tunnel");
    return head_read.keep_alive || note(at_ == bytes_.size() ? "close" : "close, bytes ignored");
  }

  bool response(Method request_method) {
    ResponseHead head_read;
    HttpFault fault = HttpFault::none;
    const Parse outcome = head(
        [&](std::string_view in) { return parse_response(in, request_method, limits_, store_, head_read, fault); });
    if (outcome == Parse::failed) return failed(fault);
    if (outcome == Parse::need_more) return note(seen_ == at_ ? "end" : "unfinished head");
    out_.append(std::to_string(head_read.status)).append(" ").append(head_read.reason);
    fields(head_read.fields);
    at_ += head_read.size;
    if (!body(head_read.framing, head_read.content_length)) return false;
    return head_read.keep_alive || note("close");
  }

  void fields(std::span<const HeaderField> all) {
    for (const HeaderField& field : all) out_.append("|").append(field.name).append("=").append(field.value);
  }

  bool body(Framing framing, std::uint64_t length) {
    out_.append("\nbody ").append(name(framing)).append(": ");
    if (framing == Framing::chunked) return chunks();
    while (framing == Framing::until_close && more()) {}
    while (framing == Framing::length && seen_ - at_ < length && more()) {}
    const std::size_t there = seen_ - at_;
    const std::size_t size = framing == Framing::none ? 0
                             : framing == Framing::until_close
                                 ? there
                                 : static_cast<std::size_t>(std::min<std::uint64_t>(length, there));
    out_.append(bytes_.substr(at_, size)).append("\n");
    at_ += size;
    return framing != Framing::length || size == length || note("unfinished body");
  }

  bool chunks() {
    ChunkedDecoder decoder;
    for (;;) {
      window_.assign(bytes_.begin() + static_cast<std::ptrdiff_t>(at_),
                     bytes_.begin() + static_cast<std::ptrdiff_t>(seen_));
      const ChunkedDecoder::Step step = decoder.decode(window_.data(), window_.size());
      out_.append(window_.data(), step.payload);
      at_ += step.consumed;
      if (step.fault != HttpFault::none) {
        out_.append("\n");
        return failed(step.fault);
      }
      if (step.done) {
        out_.append("\n");
        return true;
      }
      if (!more()) return note("\nunfinished chunks");
    }
  }

  std::string_view bytes_;
  std::size_t step_;
  std::size_t at_ = 0;
  std::size_t seen_ = 0;
  HttpLimits limits_;
  std::array<HeaderField, 100> store_;
  std::vector<char> window_;
  std::string out_;
  bool missed_end_ = false;
};

}  // namespace fw::wire::trace
