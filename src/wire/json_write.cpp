#include "wire/json_write.h"

#include <charconv>
#include <cmath>

#include "wire/json_bytes.h"
#include "wire/utf8.h"

namespace fw::wire {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr int kDecimalsMax = 17;

void escape_ascii(std::string& out, char c) {
  out += '\\';
  switch (c) {
    case '"':
    case '\\': out += c; return;
    case '\b': out += 'b'; return;
    case '\f': out += 'f'; return;
    case '\n': out += 'n'; return;
    case '\r': out += 'r'; return;
    case '\t': out += 't'; return;
    default: break;
  }
  const auto code = static_cast<unsigned char>(c);
  out.append("u00");
  out += kHexDigits[code >> 4];
  out += kHexDigits[code & 15];
}

}  // namespace

void json_escape(std::string& out, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    const char* const next = json_bytes::special(at, end);
    out.append(at, static_cast<std::size_t>(next - at));
    if (next == end) return;
    at = next;
    if (static_cast<unsigned char>(*at) < 0x80) {
      escape_ascii(out, *at++);
      continue;
    }
    const int size = utf8::sequence(at, end);
    if (size == 0)
      out.append(utf8::replacement);
    else
      out.append(at, static_cast<std::size_t>(size));
    at += size == 0 ? 1 : size;
  }
}

// What was written last says whether a comma is due: only an opening bracket, a colon and nothing
// at all can stand right before a value without one.
void JsonWriter::separate() {
  if (out_.size() == start_) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

JsonWriter& JsonWriter::begin_object() {
  separate();
  out_ += '{';
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  out_ += '}';
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  separate();
  out_ += '[';
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  out_ += ']';
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  out_ += ':';
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  out_ += '"';
  json_escape(out_, text);
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value) {
  char space[24];
  const auto end = std::to_chars(space, space + sizeof space, value).ptr;
  return raw({space, static_cast<std::size_t>(end - space)});
}

JsonWriter& JsonWriter::real(double value, int decimals) {
  char space[400];  // the largest double has 309 digits before its point
  const int shown = decimals < 0 ? 0 : decimals > kDecimalsMax ? kDecimalsMax : decimals;
  if (!std::isfinite(value)) return null();
  const auto end = std::to_chars(space, space + sizeof space, value, std::chars_format::fixed, shown).ptr;
  return raw({space, static_cast<std::size_t>(end - space)});
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace fw::wire
