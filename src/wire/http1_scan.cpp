#include "wire/http1_scan.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "wire/http1_bytes.h"
#include "wire/url.h"

namespace fw::wire {
namespace {

constexpr std::uint64_t kLengthMax = std::numeric_limits<std::int64_t>::max();

std::string_view trimmed(const char* from, const char* to) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (from != to && blank(*from)) ++from;
  while (from != to && blank(to[-1])) --to;
  return {from, static_cast<std::size_t>(to - from)};
}

HttpFault note_length(FieldFacts& facts, std::string_view value) {
  if (facts.length_seen) return HttpFault::content_length_repeated;
  if (facts.chunked) return HttpFault::length_and_encoding;
  if (value.empty() || !std::ranges::all_of(value, bytes::is_digit)) return HttpFault::content_length_invalid;
  std::uint64_t length = 0;
  for (char c : value) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kLengthMax - digit) / 10) return HttpFault::content_length_overflow;
    length = length * 10 + digit;
  }
  facts.length = length;
  facts.length_seen = true;
  return HttpFault::none;
}

HttpFault note_encoding(FieldFacts& facts, std::string_view value) {
  if (facts.minor == 0) return HttpFault::encoding_in_http10;
  if (facts.chunked) return HttpFault::encoding_repeated;
  if (facts.length_seen) return HttpFault::length_and_encoding;
  if (!equal_ignoring_case(value, "chunked")) return HttpFault::encoding_unknown;
  facts.chunked = true;
  return HttpFault::none;
}

HttpFault note_host(FieldFacts& facts, std::string_view value) {
  if (!facts.of_request) return HttpFault::none;
  if (facts.host_seen) return HttpFault::host_repeated;
  if (!valid_authority(value)) return HttpFault::host_invalid;
  facts.host = value;
  facts.host_seen = true;
  return HttpFault::none;
}

void note_connection(FieldFacts& facts, std::string_view value) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    const std::string_view option = trimmed(value.data(), value.data() + comma);
    if (equal_ignoring_case(option, "close")) facts.close = true;
    if (equal_ignoring_case(option, "keep-alive")) facts.keep_alive = true;
    if (equal_ignoring_case(option, "upgrade")) facts.upgrade_nominated = true;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

HttpFault note_expect(FieldFacts& facts, std::string_view value) {
  if (!facts.of_request || facts.minor == 0) return HttpFault::none;  // RFC 9110 §10.1.1
  if (!equal_ignoring_case(value, "100-continue")) return HttpFault::expectation_unknown;
  facts.expect_continue = true;
  return HttpFault::none;
}

HttpFault note(FieldFacts& facts, const HeaderField& field) {
  switch (field.id) {
    case HeaderId::host: return note_host(facts, field.value);
    case HeaderId::content_length: return note_length(facts, field.value);
    case HeaderId::transfer_encoding: return note_encoding(facts, field.value);
    case HeaderId::connection: note_connection(facts, field.value); return HttpFault::none;
    case HeaderId::expect: return note_expect(facts, field.value);
    case HeaderId::upgrade: facts.upgrade_seen = true; return HttpFault::none;
    default: return HttpFault::none;
  }
}

// At the first byte after a name's last token character.
HttpFault name_fault(const char* name, const char* after) {
  if (*after == ' ' || *after == '\t') return HttpFault::space_before_colon;
  if (*after == '\r' || *after == '\n') return HttpFault::colon_missing;
  return after == name && *after == ':' ? HttpFault::field_name_empty : HttpFault::field_name_invalid;
}

// One field line; the scan stands on its first byte.
Parse read_field(HeadScan& scan, HeaderField& field) {
  const char* const name = scan.at;
  if (*name == ' ' || *name == '\t') return scan.fail(HttpFault::folded_line);
  scan.at = bytes::token_end(scan.at, scan.end);
  if (scan.at_end()) return scan.run_out();
  if (*scan.at != ':' || scan.at == name) return scan.fail(name_fault(name, scan.at));
  const char* const colon = scan.at++;
  scan.at = bytes::value_end(scan.at, scan.end);
  const char* const value_end = scan.at;
  const Parse line = scan.line_feed();
  if (line != Parse::done) return line;
  field.name = {name, static_cast<std::size_t>(colon - name)};
  field.value = trimmed(colon + 1, value_end);
  field.id = header_id(field.name);
  return Parse::done;
}

}  // namespace

HeadScan::HeadScan(std::string_view in, const HttpLimits& limits)
    : begin(in.data()),
      at(begin),
      end(begin + std::min(in.size(), limits.head_bytes)),
      cut(in.size() >= limits.head_bytes) {}

Parse HeadScan::line_feed() {
  if (at_end()) return run_out();
  if (*at == '\n') return fail(HttpFault::bare_lf);
  if (*at != '\r') return fail(HttpFault::control_character);
  if (at + 1 == end) return run_out();
  if (at[1] != '\n') return fail(HttpFault::bare_cr);
  at += 2;
  return Parse::done;
}

Parse HeadScan::expect(std::string_view word, HttpFault otherwise) {
  for (char c : word) {
    if (at_end()) return run_out();
    if (*at != c) return fail(otherwise);
    ++at;
  }
  return Parse::done;
}

Parse read_fields(HeadScan& scan, std::size_t fields_max, std::span<HeaderField> store, FieldFacts& facts,
                  std::size_t& count) {
  const std::size_t room = std::min(fields_max, store.size());
  count = 0;
  for (;;) {
    if (scan.at_end()) return scan.run_out();
    if (*scan.at == '\r' || *scan.at == '\n') return scan.line_feed();
    if (count == room) return scan.fail(HttpFault::too_many_fields);
    HeaderField& field = store[count];
    const Parse read = read_field(scan, field);
    if (read != Parse::done) return read;
    const HttpFault fault = note(facts, field);
    if (fault != HttpFault::none) return scan.fail(fault);
    ++count;
  }
}

Parse read_version(HeadScan& scan, int& minor) {
  const Parse name = scan.expect("HTTP/", HttpFault::version_malformed);
  if (name != Parse::done) return name;
  char digits[3];
  for (char& c : digits) {
    if (scan.at_end()) return scan.run_out();
    c = *scan.at;
    const bool fits = &c == &digits[1] ? c == '.' : bytes::is_digit(c);
    if (!fits) return scan.fail(HttpFault::version_malformed);
    ++scan.at;
  }
  if (digits[0] != '1' || digits[2] > '1') return scan.fail(HttpFault::version_unsupported);
  minor = digits[2] - '0';
  return Parse::done;
}

std::string_view field_value(std::span<const HeaderField> fields, HeaderId id) {
  for (const HeaderField& field : fields)
    if (field.id == id) return field.value;
  return {};
}

std::string_view RequestHead::get(HeaderId id) const { return field_value(fields, id); }

std::string_view ResponseHead::get(HeaderId id) const { return field_value(fields, id); }

bool head_may_be_complete(std::string_view in, const HttpLimits& limits, std::size_t& scanned) {
  if (in.size() >= limits.head_bytes) return true;
  while (scanned < in.size()) {
    const void* found = std::memchr(in.data() + scanned, '\n', in.size() - scanned);
    if (found == nullptr) break;
    const auto i = static_cast<std::size_t>(static_cast<const char*>(found) - in.data());
    scanned = i + 1;
    if (i >= 1 && in[i - 1] == '\n') return true;
    if (i >= 2 && in[i - 1] == '\r' && in[i - 2] == '\n') return true;
  }
  scanned = in.size();
  return false;
}

}  // namespace fw::wire
