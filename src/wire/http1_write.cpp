#include "wire/http1_write.h"

#include <algorithm>
#include <charconv>

#include "wire/http1_bytes.h"

namespace fw::wire {
namespace {

bool holds_only(std::string_view text, std::uint8_t bits) {
  return std::ranges::all_of(text, [bits](char c) { return bytes::is(c, bits); });
}

bool fits_in_value(std::string_view text) {
  return bytes::value_end(text.data(), text.data() + text.size()) == text.data() + text.size();
}

}  // namespace

bool HeadWriter::request(Method method, std::string_view target) { return request(method_text(method), target); }

bool HeadWriter::request(std::string_view method, std::string_view target) {
  if (!is_token(method) || target.empty() || !holds_only(target, bytes::target)) return false;
  out_.append(method).append(1, ' ').append(target).append(" HTTP/1.1\r\n");
  return true;
}

bool HeadWriter::response(int status) {
  if (status < 100 || status > 599) return false;
  const char digits[] = {static_cast<char>('0' + status / 100), static_cast<char>('0' + status / 10 % 10),
                         static_cast<char>('0' + status % 10)};
  out_.append("HTTP/1.1 ").append(digits, 3).append(1, ' ').append(reason_phrase(status)).append("\r\n");
  return true;
}

bool HeadWriter::field(std::string_view name, std::string_view value) {
  if (!is_token(name) || !fits_in_value(value)) return false;
  out_.append(name).append(": ").append(value).append("\r\n");
  return true;
}

bool HeadWriter::field(std::string_view name, std::uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return field(name, std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

void HeadWriter::end() { out_.append("\r\n"); }

std::string_view chunk_start(std::size_t n, char (&space)[20]) {
  char* end = std::to_chars(space, space + 16, n, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return {space, static_cast<std::size_t>(end - space)};
}

}  // namespace fw::wire
