#include "wire/json.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "wire/http1_bytes.h"
#include "wire/json_bytes.h"
#include "wire/utf8.h"

namespace fw::wire {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(JsonFault::count_)> kTexts{
    "there is nothing wrong",
    "the text ends before the value does",
    "expected a value: an object, an array, a string, a number, true, false or null",
    "expected true, false or null, in lower case",
    "a number is malformed; expected digits without leading zeros, with an optional fraction and exponent",
    "a control character stands in a string; it must be escaped",
    "an escape is malformed; after a backslash expected one of \" \\ / b f n r t or u with four hex digits",
    "the bytes are not valid UTF-8",
    "expected a key in double quotes",
    "expected a colon after the key",
    "expected a comma or the closing bracket",
    "a comma stands before the closing bracket; expected another value",
    "objects and arrays nest deeper than the limit",
    "something follows the value; expected the end of the text",
    "expected an object",
    "expected an array",
    "the text starts with a byte order mark; expected plain UTF-8",
};

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The closing quote of a key as nearly all are written: under 16 bytes, nothing escaped, a colon and a value right behind
// it. Null: any other, or none.
[[gnu::always_inline]] inline const char* plain_key_end([[maybe_unused]] const char* key, [[maybe_unused]] const char* end) {
#ifdef __SSE2__
  if (end - key >= 20 && *key == '"') {
    const char* const hit = key + 1 + std::countr_zero(json_bytes::special_bits(key + 1) | 0x8000);
    if (*hit == '"' && hit[1] == ':' && static_cast<unsigned char>(hit[2]) > ' ') return hit;
  }
#endif
  return nullptr;
}

}  // namespace

std::string_view say(JsonFault fault) { return kTexts[static_cast<std::size_t>(fault)]; }

namespace detail {

// The open brackets as bits: one for an object.
class JsonCursor::Levels {
 public:
  bool empty() const { return depth_ == 0; }
  bool in_object() const { return (word() >> bit() & 1) != 0; }
  bool push(bool object, int depth_max) {
    if (depth_ == depth_max) return false;
    ++depth_;
    const std::uint64_t mask = std::uint64_t{1} << bit();
    word() = object ? word() | mask : word() & ~mask;
    return true;
  }
  void pop() { --depth_; }

 private:
  std::uint64_t& word() { return words_[static_cast<std::size_t>(depth_ - 1) / 64]; }
  const std::uint64_t& word() const { return words_[static_cast<std::size_t>(depth_ - 1) / 64]; }
  unsigned bit() const { return static_cast<unsigned>(depth_ - 1) % 64; }

  int depth_ = 0;
  std::uint64_t words_[json_depth_cap / 64];  // only bits below depth_ are ever read
};

JsonCursor::JsonCursor(std::string_view text, int depth_max)
    : begin_(text.data()),
      at_(begin_),
      end_(begin_ + text.size()),
      levels_left_(std::clamp(depth_max, 0, json_depth_cap)) {}

bool JsonCursor::fail(JsonFault fault) {
  error_ = {fault, offset()};
  return false;
}

void JsonCursor::skip_space() {
  while (at_ != end_ && is_space(*at_)) ++at_;
}

bool JsonCursor::space() {
  if (at_ != end_ && static_cast<unsigned char>(*at_) > ' ') return true;
  skip_space();
  return at_ != end_ || fail(JsonFault::ended_early);
}

bool JsonCursor::start() {
  if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with("\xEF\xBB\xBF"))
    return fail(JsonFault::byte_order_mark);
  return space();
}

bool JsonCursor::finish() {
  skip_space();
  return at_ == end_ || fail(JsonFault::trailing_bytes);
}

bool JsonCursor::open(char bracket, JsonFault otherwise) {
  if (*at_ != bracket) return fail(otherwise);
  if (levels_left_ == 0) return fail(JsonFault::too_deep);
  --levels_left_;
  ++at_;
  return space();
}

// Most strings are short words: found by one look at sixteen bytes, inline.
inline bool JsonCursor::string(bool& escaped) {
  ++at_;
#ifdef __SSE2__
  if (end_ - at_ >= 16) {
    const unsigned hits = json_bytes::special_bits(at_);
    const char* const hit = at_ + (hits == 0 ? 15 : std::countr_zero(hits));
    if (hits != 0 && *hit == '"') {
      at_ = hit + 1;
      return true;
    }
  }
#endif
  return rest_of_string(escaped);
}

bool JsonCursor::value(JsonMember& out) {
  const char* const start = at_;
  out.value_escaped = false;
  bool good = false;
  if (*at_ == '{' || *at_ == '[') {
    out.kind = *at_ == '{' ? JsonKind::object : JsonKind::array;
    good = nested();
  } else {
    good = scalar(out);
  }
  out.value = {start, static_cast<std::size_t>(at_ - start)};
  return good;
}

bool JsonCursor::key(JsonMember& out) {
  if (const char* const quote = plain_key_end(at_, end_)) [[likely]] {
    out.key = {at_ + 1, quote};
    out.key_escaped = false;
    at_ = quote + 2;
    return true;
  }
  if (*at_ != '"') return fail(JsonFault::key_expected);
  const char* const start = at_ + 1;
  out.key_escaped = false;
  if (!string(out.key_escaped)) return false;
  out.key = {start, static_cast<std::size_t>(at_ - 1 - start)};
  if (!space()) return false;
  if (*at_ != ':') return fail(JsonFault::colon_expected);
  ++at_;
  return space();
}

bool JsonCursor::scalar(JsonMember& out) {
  switch (*at_) {
    case '"': out.kind = JsonKind::string; return string(out.value_escaped);
    case 't': out.kind = JsonKind::boolean; return literal("true");
    case 'f': out.kind = JsonKind::boolean; return literal("false");
    case 'n': out.kind = JsonKind::null; return literal("null");
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': out.kind = JsonKind::number; return number();
    default: return fail(JsonFault::value_expected);
  }
}

// The pass_ functions step over what stands at p, whose copy in the caller stays in a register; in all but the usual
// cases the cursor itself does it and says what is wrong.
[[gnu::always_inline]] inline bool JsonCursor::pass_space(const char*& p) {
  if (p != end_ && static_cast<unsigned char>(*p) > ' ') [[likely]]
    return true;
  at_ = p;
  const bool more = space();
  p = at_;
  return more;
}

[[gnu::always_inline]] inline bool JsonCursor::pass_key(const char*& p) {
  if (const char* const quote = plain_key_end(p, end_)) [[likely]] {
    if (watch_ != nullptr) tell({p + 1, quote}, quote + 2);
    p = quote + 2;
    return true;
  }
  at_ = p;
  JsonMember member;
  const bool good = key(member);
  if (good && watch_ != nullptr) tell(member.key, at_);
  p = at_;
  return good;
}

// Anything but an object or an array.
[[gnu::always_inline]] inline bool JsonCursor::pass_scalar(const char*& p) {
  bool good = false;
  JsonMember ignored;
  at_ = p;
  if (*p == '"') {
    good = string(ignored.value_escaped);
  } else {
    while (p != end_ && bytes::is_digit(*p)) ++p;
    // Behind a whole number that does not begin with 0; whether it may stand there is seen next.
    if (p != at_ && *at_ != '0' && p != end_ && (*p == ',' || *p == '}' || *p == ']')) return true;
    good = scalar(ignored);
  }
  p = at_;
  return good;
}

inline void JsonCursor::tell(std::string_view key, const char* value) const {
  if (key == watch_->key) watch_->found(watch_->whose, {value, end_});
}

// A whole object or array, without recursion.
bool JsonCursor::nested() {
  Levels levels;
  bool object = false;  // the innermost open one
  const char* p = at_;
  const auto fail_here = [&](JsonFault fault) {
    at_ = p;
    return fail(fault);
  };
  for (;;) {
    const char first = *p;
    if (first == '{' || first == '[') {
      object = first == '{';
      if (!levels.push(object, levels_left_)) return fail_here(JsonFault::too_deep);
      ++p;
      if (!pass_space(p)) return false;
      if (*p != (object ? '}' : ']')) {
        if (object && !pass_key(p)) return false;
        continue;
      }
    } else if (!pass_scalar(p)) {
      return false;
    }
    // Past closing brackets and one comma to where the next value starts.
    for (;;) {
      if (!pass_space(p)) return false;
      const char closing = object ? '}' : ']';
      if (*p == ',') {
        ++p;
        if (!pass_space(p)) return false;
        if (*p == closing) return fail_here(JsonFault::trailing_comma);
        if (object && !pass_key(p)) return false;
        break;
      }
      if (*p != closing) return fail_here(JsonFault::comma_expected);
      ++p;
      levels.pop();
      if (levels.empty()) {
        at_ = p;
        return true;
      }
      object = levels.in_object();
    }
  }
}

bool JsonCursor::rest_of_string(bool& escaped) {
  for (;;) {
    at_ = json_bytes::special(at_, end_);
    if (at_ == end_) return fail(JsonFault::ended_early);
    if (*at_ == '"') {
      ++at_;
      return true;
    }
    if (*at_ == '\\') {
      escaped = true;
      if (end_ - at_ > 1 && json_bytes::is_short_escape(at_[1])) {
        at_ += 2;
        continue;
      }
      if (!escape()) return false;
    } else if (static_cast<unsigned char>(*at_) < 0x20) {
      return fail(JsonFault::control_in_string);
    } else if (!utf8()) {
      return false;
    }
  }
}

bool JsonCursor::escape() {
  ++at_;
  if (at_ == end_) return fail(JsonFault::ended_early);
  if (*at_ != 'u') {
    if (!json_bytes::is_short_escape(*at_)) return fail(JsonFault::escape_invalid);
    ++at_;
    return true;
  }
  ++at_;
  for (int i = 0; i < 4; ++i, ++at_) {
    if (at_ == end_) return fail(JsonFault::ended_early);
    if (bytes::hex_digit(*at_) < 0) return fail(JsonFault::escape_invalid);
  }
  return true;
}

// A run of bytes that are not ASCII.
bool JsonCursor::utf8() {
  do {
    const int size = utf8::sequence(at_, end_);
    if (size == 0) return fail(JsonFault::utf8_invalid);
    at_ += size;
  } while (at_ != end_ && static_cast<unsigned char>(*at_) >= 0x80);
  return true;
}

bool JsonCursor::literal(std::string_view word) {
  for (char c : word) {
    if (at_ == end_) return fail(JsonFault::ended_early);
    if (*at_ != c) return fail(JsonFault::literal_invalid);
    ++at_;
  }
  return true;
}

bool JsonCursor::digits() {
  if (at_ == end_) return fail(JsonFault::ended_early);
  if (!bytes::is_digit(*at_)) return fail(JsonFault::number_invalid);
  while (at_ != end_ && bytes::is_digit(*at_)) ++at_;
  return true;
}

bool JsonCursor::number() {
  if (*at_ == '-') ++at_;
  if (at_ == end_) return fail(JsonFault::ended_early);
  if (*at_ == '0') {
    ++at_;
    if (at_ != end_ && bytes::is_digit(*at_)) return fail(JsonFault::number_invalid);
  } else if (!digits()) {
    return false;
  }
  return fraction_and_exponent();
}

bool JsonCursor::fraction_and_exponent() {
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    return digits();
  }
  return true;
}

bool JsonContainer::next_key(JsonMember& out) {
  out = JsonMember{};
  if (stage_ == Stage::over || cursor_->failed() || !to_member()) return false;
  if (object_ && !cursor_->key(out)) return false;
  const char first = cursor_->peek();
  if (first == '{') out.kind = JsonKind::object;
  if (first == '[') out.kind = JsonKind::array;
  return true;
}

bool JsonContainer::pass_rest() {
  JsonMember ignored;
  while (next(ignored)) {
  }
  return !cursor_->failed();
}

// To the first byte of a key or an element; false: the end or an error.
bool JsonContainer::to_member() {
  const char closing = object_ ? '}' : ']';
  if (stage_ == Stage::before) {
    stage_ = Stage::inside;
    if (!is_inner() && !cursor_->start()) return false;
    open_ = cursor_->offset();
    if (!cursor_->open(object_ ? '{' : '[', object_ ? JsonFault::not_an_object : JsonFault::not_an_array)) return false;
    return cursor_->peek() != closing || over();
  }
  if (!cursor_->space()) return false;
  if (cursor_->peek() == closing) return over();
  if (cursor_->peek() != ',') return cursor_->fail(JsonFault::comma_expected);
  cursor_->step();
  if (!cursor_->space()) return false;
  return cursor_->peek() != closing || cursor_->fail(JsonFault::trailing_comma);
}

bool JsonContainer::over() {
  stage_ = Stage::over;
  close_ = cursor_->offset();
  cursor_->step();
  if (is_inner())
    cursor_->close();
  else
    cursor_->finish();
  return false;
}

}  // namespace detail

std::optional<JsonError> json_check(std::string_view text, int depth_max) {
  detail::JsonCursor cursor(text, depth_max);
  JsonMember whole;
  if (cursor.start() && cursor.value(whole) && cursor.finish()) return std::nullopt;
  return cursor.error();
}

std::optional<std::string_view> json_find(std::string_view object, std::initializer_list<std::string_view> path) {
  std::string_view at = object;
  for (std::string_view key : path) {
    JsonObject members(at, json_depth_cap);
    JsonMember member;
    bool found = false;
    while (!found && members.next(member)) found = member.key == key;
    if (!found) return std::nullopt;
    at = member.value;
  }
  return at;
}

std::optional<std::int64_t> json_int(std::string_view token) {
  std::int64_t value = 0;
  const char* const end = token.data() + token.size();
  const auto [at, error] = std::from_chars(token.data(), end, value);
  if (error != std::errc{} || at != end) return std::nullopt;
  const std::string_view digits = token.starts_with('-') ? token.substr(1) : token;
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
  return value;
}

std::string_view json_text(std::string_view token) {
  const bool quoted = token.size() >= 2 && token.front() == '"' && token.back() == '"';
  return quoted ? token.substr(1, token.size() - 2) : std::string_view();
}

}  // namespace fw::wire
