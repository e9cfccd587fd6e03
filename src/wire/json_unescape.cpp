#include <algorithm>

#include "wire/http1_bytes.h"
#include "wire/json.h"
#include "wire/utf8.h"

namespace fw::wire {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

bool is_high(std::uint32_t code) { return code >= 0xD800 && code <= 0xDBFF; }
bool is_low(std::uint32_t code) { return code >= 0xDC00 && code <= 0xDFFF; }

// Four hex digits at `at`; above 0xFFFF: there are none.
std::uint32_t four_digits(std::string_view raw, std::size_t at) {
  constexpr std::uint32_t kNone = 0x10000;
  if (at > raw.size() || raw.size() - at < 4) return kNone;
  std::uint32_t code = 0;
  for (char c : raw.substr(at, 4)) {
    const int digit = bytes::hex_digit(c);
    if (digit < 0) return kNone;
    code = code << 4 | static_cast<std::uint32_t>(digit);
  }
  return code;
}

// The escape \uXXXX whose digits start at `at`, with the low surrogate that may follow. Where it
// ends, or kNowhere if it is malformed.
std::size_t unescape_unicode(std::string_view raw, std::size_t at, std::string& out) {
  const std::uint32_t code = four_digits(raw, at);
  if (code > 0xFFFF) return kNowhere;
  if (is_high(code) && raw.substr(at + 4).starts_with("\\u")) {
    const std::uint32_t low = four_digits(raw, at + 6);
    if (is_low(low)) {
      utf8::append(out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
      return at + 10;
    }
  }
  if (is_high(code) || is_low(code))
    out.append(utf8::replacement);
  else
    utf8::append(out, code);
  return at + 4;
}

// What stands for a one-letter escape; NUL: there is no such escape.
char short_escape(char letter) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const std::size_t at = kLetters.find(letter);
  return at == kNowhere ? '\0' : kMeanings[at];
}

}  // namespace

bool json_unescape(std::string_view raw, std::string& out) {
  const std::size_t before = out.size();
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t backslash = std::min(raw.find('\\', at), raw.size());
    out.append(raw.substr(at, backslash - at));
    if (backslash == raw.size()) break;
    const char letter = backslash + 1 < raw.size() ? raw[backslash + 1] : '\0';
    const char meaning = short_escape(letter);
    if (letter == 'u') {
      at = unescape_unicode(raw, backslash + 2, out);
    } else {
      at = meaning == '\0' ? kNowhere : backslash + 2;
      out += meaning;
    }
    if (at == kNowhere) {
      out.resize(before);
      return false;
    }
  }
  return true;
}

}  // namespace fw::wire
