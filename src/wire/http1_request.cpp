#include <algorithm>

#include "wire/http1.h"
#include "wire/http1_bytes.h"
#include "wire/http1_scan.h"
#include "wire/url.h"

namespace fw::wire {
namespace {

constexpr int kEmptyLinesMax = 4;               // RFC 9112 §2.2: at least one should be ignored
constexpr std::ptrdiff_t kMethodBytesMax = 32;  // the longest registered one has 17

Parse skip_empty_lines(HeadScan& scan) {
  for (int lines = 0; !scan.at_end(); ++lines) {
    if (*scan.at != '\r' && *scan.at != '\n') return Parse::done;
    const Parse line = scan.line_feed();
    if (line != Parse::done) return line;
    if (lines == kEmptyLinesMax) return scan.fail(HttpFault::too_many_empty_lines);
  }
  return scan.run_out();
}

Parse read_method(HeadScan& scan, RequestHead& out) {
  const char* const start = scan.at;
  for (; !scan.at_end(); ++scan.at) {
    const char c = *scan.at;
    if (bytes::is_tchar(c)) {
      if (scan.at - start == kMethodBytesMax) return scan.fail(HttpFault::method_too_long);
      continue;
    }
    if (scan.at == start) return scan.fail(HttpFault::method_invalid);
    if (c == '\r' || c == '\n') return scan.fail(HttpFault::target_missing);
    if (c != ' ') return scan.fail(HttpFault::method_invalid);
    out.method_text = {start, static_cast<std::size_t>(scan.at - start)};
    out.method = method_of(out.method_text);
    if (out.method_text == "PRI") return scan.fail(HttpFault::http2_preface);  // RFC 9113 §3.4
    ++scan.at;
    return Parse::done;
  }
  return scan.run_out();
}

Parse read_target(HeadScan& scan, std::size_t target_bytes_max, RequestHead& out) {
  const char* const start = scan.at;
  for (; !scan.at_end(); ++scan.at) {
    const char c = *scan.at;
    if (bytes::is(c, bytes::target)) {
      if (static_cast<std::size_t>(scan.at - start) == target_bytes_max) return scan.fail(HttpFault::target_too_long);
      continue;
    }
    if (scan.at == start && (c == ' ' || c == '\r' || c == '\n')) return scan.fail(HttpFault::target_missing);
    if (c == '\r' || c == '\n') return scan.fail(HttpFault::version_missing);
    if (c != ' ') return scan.fail(HttpFault::target_invalid);
    out.target = {start, static_cast<std::size_t>(scan.at - start)};
    ++scan.at;
    return Parse::done;
  }
  return scan.run_out();
}

void split_query(std::string_view path_and_query, RequestHead& out) {
  const std::size_t mark = path_and_query.find('?');
  out.path = path_and_query.substr(0, mark);
  if (mark != std::string_view::npos) out.query = path_and_query.substr(mark + 1);
}

// "http://authority/path?query"; the authority, empty if this is something else.
std::string_view split_absolute(std::string_view target, RequestHead& out) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return {};
  const std::string_view scheme = target.substr(0, colon);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) return {};
  const std::string_view rest = target.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  split_query(rest.substr(end), out);
  if (out.path.empty()) out.path = "/";
  return rest.substr(0, end);
}

// The four forms of RFC 9112 §3.2. `authority` is that of the absolute and the authority form.
HttpFault read_form(RequestHead& out, std::string_view& authority) {
  const std::string_view target = out.target;
  if (out.method == Method::connect) {
    authority = target;
    const bool with_port = bytes::is_digit(target.back()) && target.find(':') != std::string_view::npos;
    return with_port && valid_authority(target) ? HttpFault::none : HttpFault::target_form;
  }
  if (target.find('#') != std::string_view::npos) return HttpFault::target_invalid;
  if (target.front() == '/') {
    split_query(target, out);
    return HttpFault::none;
  }
  if (target == "*") {
    out.path = target;
    return out.method == Method::options ? HttpFault::none : HttpFault::target_form;
  }
  authority = split_absolute(target, out);
  return valid_authority(authority) ? HttpFault::none : HttpFault::target_form;
}

Parse read_request_line(HeadScan& scan, const HttpLimits& limits, RequestHead& out, std::string_view& authority) {
  Parse step = skip_empty_lines(scan);
  if (step == Parse::done) step = read_method(scan, out);
  if (step == Parse::done) step = read_target(scan, limits.target_bytes, out);
  if (step != Parse::done) return step;
  const HttpFault form = read_form(out, authority);
  if (form != HttpFault::none) return scan.fail(form);
  step = read_version(scan, out.minor);
  if (step == Parse::done && !scan.at_end() && *scan.at != '\r' && *scan.at != '\n')
    return scan.fail(HttpFault::version_malformed);
  return step == Parse::done ? scan.line_feed() : step;
}

HttpFault check_host(const FieldFacts& facts, std::string_view authority) {
  if (!facts.host_seen) return facts.minor == 1 ? HttpFault::host_missing : HttpFault::none;
  if (authority.empty() || equal_ignoring_case(facts.host, authority)) return HttpFault::none;
  return HttpFault::host_differs;
}

void conclude(const FieldFacts& facts, std::string_view authority, RequestHead& out) {
  out.host = facts.host_seen ? facts.host : authority;
  out.content_length = facts.length;
  out.framing = facts.chunked ? Framing::chunked : facts.length_seen ? Framing::length : Framing::none;
  out.keep_alive = facts.keeps();
  out.expect_continue = facts.expect_continue;
  out.upgrade = facts.upgrade_nominated && facts.upgrade_seen && facts.minor == 1;
}

}  // namespace

Parse parse_request(std::string_view in, const HttpLimits& limits, std::span<HeaderField> store, RequestHead& out,
                    HttpFault& fault) {
  HeadScan scan(in, limits);
  FieldFacts facts;
  std::string_view authority;
  std::size_t count = 0;
  out = RequestHead{};
  Parse step = read_request_line(scan, limits, out, authority);
  facts.minor = out.minor;
  if (step == Parse::done) step = read_fields(scan, limits.fields, store, facts, count);
  if (step == Parse::done) {
    const HttpFault host = check_host(facts, authority);
    if (host != HttpFault::none) step = scan.fail(host);
  }
  fault = scan.fault;
  if (step != Parse::done) return step;
  conclude(facts, authority, out);
  out.fields = store.first(count);
  out.size = static_cast<std::size_t>(scan.at - scan.begin);
  return Parse::done;
}

}  // namespace fw::wire
