#include "wire/http1.h"
#include "wire/http1_bytes.h"
#include "wire/http1_scan.h"

namespace fw::wire {
namespace {

Parse read_status(HeadScan& scan, int& status) {
  const Parse space = scan.expect(" ", HttpFault::status_malformed);
  if (space != Parse::done) return space;
  status = 0;
  for (int i = 0; i < 3; ++i, ++scan.at) {
    if (scan.at_end()) return scan.run_out();
    if (!bytes::is_digit(*scan.at)) return scan.fail(HttpFault::status_malformed);
    status = status * 10 + (*scan.at - '0');
  }
  if (status < 100 || status > 599) return scan.fail(HttpFault::status_out_of_range);
  return Parse::done;
}

// The phrase, or nothing: servers exist that leave out the space before an empty one.
Parse read_reason(HeadScan& scan, std::string_view& reason) {
  if (scan.at_end()) return scan.run_out();
  if (*scan.at != ' ' && *scan.at != '\r' && *scan.at != '\n') return scan.fail(HttpFault::status_malformed);
  if (*scan.at == ' ') ++scan.at;
  const char* const start = scan.at;
  scan.at = bytes::value_end(scan.at, scan.end);
  reason = {start, static_cast<std::size_t>(scan.at - start)};
  return scan.line_feed();
}

// RFC 9112 §6.3.
void conclude(const FieldFacts& facts, Method request_method, ResponseHead& out) {
  const bool never_a_body = out.status < 200 || out.status == 204;
  out.content_length = facts.length;
  out.keep_alive = facts.keeps() && out.status != 101;
  if (never_a_body || out.status == 304 || request_method == Method::head) {
    out.framing = Framing::none;
    // A body announced where none can be: whatever follows is not to be trusted.
    if (never_a_body && (facts.chunked || facts.length != 0)) out.keep_alive = false;
    return;
  }
  if (facts.chunked || facts.length_seen) {
    out.framing = facts.chunked ? Framing::chunked : Framing::length;
    return;
  }
  out.framing = Framing::until_close;
  out.keep_alive = false;
}

}  // namespace

Parse parse_response(std::string_view in, Method request_method, const HttpLimits& limits, std::span<HeaderField> store,
                     ResponseHead& out, HttpFault& fault) {
  HeadScan scan(in, limits);
  FieldFacts facts;
  facts.of_request = false;
  std::size_t count = 0;
  out = ResponseHead{};
  Parse step = read_version(scan, out.minor);
  if (step == Parse::done) step = read_status(scan, out.status);
  if (step == Parse::done) step = read_reason(scan, out.reason);
  facts.minor = out.minor;
  if (step == Parse::done) step = read_fields(scan, limits.fields, store, facts, count);
  fault = scan.fault;
  if (step != Parse::done) return step;
  conclude(facts, request_method, out);
  out.fields = store.first(count);
  out.size = static_cast<std::size_t>(scan.at - scan.begin);
  return Parse::done;
}

}  // namespace fw::wire
