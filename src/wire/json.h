// JSON read by scanning (RFC 8259): nothing is built, views point into the text. Everything that
// is passed over is validated, so a text that was read to its end is valid JSON.
// Writing stands in `wire/json_write.h`, which comes with this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "wire/json_write.h"

namespace fw::wire {

enum class JsonKind : std::uint8_t { object, array, string, number, boolean, null };

enum class JsonFault : std::uint8_t {
  none,
  ended_early,
  value_expected,
  literal_invalid,
  number_invalid,
  control_in_string,
  escape_invalid,
  utf8_invalid,
  key_expected,
  colon_expected,
  comma_expected,
  trailing_comma,
  too_deep,
  trailing_bytes,
  not_an_object,
  not_an_array,
  byte_order_mark,
  count_
};

// One English sentence without the offset.
std::string_view say(JsonFault fault);

struct JsonError {
  JsonFault fault = JsonFault::none;
  std::size_t offset = 0;  // of the first byte that cannot be right; the length if the text ended early
};

// No text may nest deeper, whatever depth_max says.
inline constexpr int json_depth_cap = 1024;

// Validates exactly one value with white space around it; nothing means valid. `depth_max` counts
// open objects and arrays: 1 admits `[]`. Lone surrogate escapes (\ud800) are accepted, duplicate
// keys too: who cares about a key looks for duplicates with JsonObject.
std::optional<JsonError> json_check(std::string_view text, int depth_max);

struct JsonMember {
  std::string_view key;    // raw, between the quotes
  std::string_view value;  // the raw token, a string with its quotes
  JsonKind kind = JsonKind::null;
  bool key_escaped = false;    // the key is spelt with a backslash
  bool value_escaped = false;  // the value is a string with a backslash in it
};

// Tells of every member with this key that stands inside of what is passed over, in order and at any depth below the
// members that next() itself gives. `rest` is the text from the first byte of its value, which was not read yet.
struct JsonWatch {
  std::string_view key;  // raw
  void (*found)(void* whose, std::string_view rest) = nullptr;
  void* whose = nullptr;
};

namespace detail {

// The position in a text and the first fault found there. A step that fails returns false and
// leaves the fault; after that the cursor is not to be used.
class JsonCursor {
 public:
  JsonCursor(std::string_view text, int depth_max);
  bool value(JsonMember& out);                   // any value; the cursor stands on its first byte
  bool key(JsonMember& out);                     // a key and its colon; the cursor stands where the key must start
  bool start();                                  // to the first byte of the text's one value
  bool finish();                                 // nothing but white space is left
  bool open(char bracket, JsonFault otherwise);  // into a container: one level down
  void close() { ++levels_left_; }               // out of it again
  bool space();                                  // to the next byte that counts; false: the text ended early
  char peek() const { return *at_; }
  void step() { ++at_; }
  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
  bool fail(JsonFault fault);  // at the cursor
  const JsonError& error() const { return error_; }
  bool failed() const { return error_.fault != JsonFault::none; }
  void watch(const JsonWatch* watch) { watch_ = watch; }

 private:
  class Levels;
  bool scalar(JsonMember& out);
  bool nested();
  bool pass_space(const char*& p);
  bool pass_key(const char*& p);
  bool pass_scalar(const char*& p);
  void tell(std::string_view key, const char* value) const;
  bool string(bool& escaped);  // the cursor stands on the opening quote
  bool rest_of_string(bool& escaped);
  bool number();
  bool fraction_and_exponent();
  bool digits();
  bool literal(std::string_view word);
  bool escape();
  bool utf8();
  void skip_space();

  const char* begin_;
  const char* at_;
  const char* end_;
  const JsonWatch* watch_ = nullptr;
  int levels_left_;
  JsonError error_;
};

// A pull scan over one container: what JsonObject and JsonArray have in common.
class JsonContainer {
 public:
  JsonContainer(const JsonContainer&) = delete;
  JsonContainer& operator=(const JsonContainer&) = delete;
  // False: the end, or an error. Only after the end is the whole text known to be valid.
  bool next(JsonMember& out) { return next_key(out) && read(out); }
  // The same in two steps, between which a container inside of this one may be read instead of passed over:
  // next_key() tells the key, and the kind by the first byte; read() takes the value.
  bool next_key(JsonMember& out);
  bool read(JsonMember& out) { return cursor_->value(out); }
  // Until the end, what is left is passed over. False: an error.
  bool pass_rest();
  // Before the first next(). The watch must live as long.
  void watch(const JsonWatch& watch) { cursor_->watch(&watch); }
  const JsonError* error() const { return cursor_->failed() ? &cursor_->error() : nullptr; }
  // Offsets of the brackets in the text; the first after one next(), the second after the end.
  std::size_t open_offset() const { return open_; }
  std::size_t close_offset() const { return close_; }

 protected:
  JsonContainer(std::string_view text, int depth_max, bool object) : own_(text, depth_max), cursor_(&own_), object_(object) {}
  JsonContainer(JsonContainer& outer, bool object) : own_({}, 0), cursor_(outer.cursor_), object_(object) {}

 private:
  enum class Stage : std::uint8_t { before, inside, over };
  bool to_member();
  bool over();
  bool is_inner() const { return cursor_ != &own_; }
  JsonCursor own_;
  JsonCursor* cursor_;  // of the outermost container
  std::size_t open_ = 0;
  std::size_t close_ = 0;
  bool object_;
  Stage stage_ = Stage::before;
};

}  // namespace detail

// The members of one object, in order; duplicates are given as they come. `depth_max` as in
// json_check: this object is the first level. Anything but white space after } is an error.
class JsonObject : public detail::JsonContainer {
 public:
  JsonObject(std::string_view text, int depth_max) : JsonContainer(text, depth_max, true) {}
  // The value of the member whose key `outer` gave last: read to its end or an error before outer is used again.
  static JsonObject inside(JsonContainer& outer) { return JsonObject(outer); }

 private:
  explicit JsonObject(JsonContainer& outer) : JsonContainer(outer, true) {}
};

// The elements of one array; JsonMember::key stays empty.
class JsonArray : public detail::JsonContainer {
 public:
  JsonArray(std::string_view text, int depth_max) : JsonContainer(text, depth_max, false) {}
  static JsonArray inside(JsonContainer& outer) { return JsonArray(outer); }

 private:
  explicit JsonArray(JsonContainer& outer) : JsonContainer(outer, false) {}
};

// The raw token at a path of keys in a small object that is known to be valid; nothing if a key is
// missing or a value on the way is no object. The first of duplicate keys counts; keys compare raw.
std::optional<std::string_view> json_find(std::string_view object, std::initializer_list<std::string_view> path);

// A whole number without fraction or exponent that fits; nothing for any other token.
std::optional<std::int64_t> json_int(std::string_view token);

// What a string says, appended to `out` as UTF-8; `raw` stands between the quotes. A lone surrogate
// escape becomes U+FFFD. False, and `out` as it was, if an escape is malformed.
bool json_unescape(std::string_view raw, std::string& out);

// A string token without its quotes, still escaped. Any other token: empty.
std::string_view json_text(std::string_view token);

}  // namespace fw::wire
