#include "wire/token_pieces.h"

#include <array>

#include "wire/token_table.h"
#include "wire/utf8.h"

namespace fw::wire {
namespace {

using enum CharClass;

constexpr unsigned bit(CharClass kind) { return 1u << static_cast<unsigned>(kind); }
constexpr unsigned kHead = bit(upper) | bit(letter) | bit(mark);   // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
constexpr unsigned kTail = bit(lower) | bit(letter) | bit(mark);   // [\p{Ll}\p{Lm}\p{Lo}\p{M}]
constexpr unsigned kLetters = bit(upper) | bit(lower) | bit(letter);
constexpr unsigned kSigns = bit(other) | bit(mark);                // [^\s\p{L}\p{N}]

constexpr std::array<CharClass, 128> ascii_classes() {
  std::array<CharClass, 128> made{};
  for (int c = 0; c < 128; ++c) {
    auto& kind = made[static_cast<std::size_t>(c)];
    if (c >= 'A' && c <= 'Z') kind = upper;
    if (c >= 'a' && c <= 'z') kind = lower;
    if (c >= '0' && c <= '9') kind = number;
    if (c == ' ' || (c >= 9 && c <= 13)) kind = space;
  }
  return made;
}
constexpr auto kAscii = ascii_classes();

constexpr bool is_break(char c) { return c == '\n' || c == '\r'; }

// A character of the text: its class as a bit and its length. Behind the end: no class, no length.
struct Char {
  unsigned kind = 0;
  std::size_t bytes = 0;
};

Char at(std::string_view text, std::size_t where) {
  if (where >= text.size()) return {};
  const auto lead = static_cast<unsigned char>(text[where]);
  if (lead < 0x80) return {bit(kAscii[lead]), 1};
  const int length = utf8::sequence(text.data() + where, text.data() + text.size());
  if (length == 0) return {bit(other), 1};
  char32_t code = lead & (0xFFu >> (length + 1));
  for (int i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[where + static_cast<std::size_t>(i)]) & 0x3Fu);
  return {bit(char_class(code)), static_cast<std::size_t>(length)};
}

std::size_t run(std::string_view text, std::size_t from, unsigned kinds) {
  for (Char c = at(text, from); (c.kind & kinds) != 0; c = at(text, from)) from += c.bytes;
  return from;
}

// Behind 's, 't, 're, 've, 'm, 'll or 'd in either case, where one begins there; the long s folds to s.
std::size_t contraction(std::string_view text, std::size_t from) {
  if (from + 1 >= text.size() || text[from] != '\'') return from;
  const auto low = [&](std::size_t i) { return i < text.size() ? static_cast<char>(text[i] | 0x20) : '\0'; };
  const char first = low(from + 1);
  const char second = low(from + 2);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return from + 2;
  if (((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l')) return from + 3;
  return text.substr(from + 1).starts_with("\u017f") ? from + 3 : from;
}

// The first alternative behind its optional character: heads, then at least one tail. 0: it does not hold here.
std::size_t cased_word(std::string_view text, std::size_t from) {
  std::size_t both = 0;  // behind the last character that is head and tail
  std::size_t end = from;
  for (Char c = at(text, end); (c.kind & kHead) != 0; c = at(text, end)) {
    end += c.bytes;
    if ((c.kind & kTail) != 0) both = end;
  }
  const std::size_t tails = run(text, end, kTail);
  if (tails > end) return contraction(text, tails);
  return both == 0 ? 0 : contraction(text, both);
}

// The second one: where it is asked the first did not hold, so only heads are left.
std::size_t upper_word(std::string_view text, std::size_t from) {
  const std::size_t end = run(text, from, kHead);
  return end == from ? 0 : contraction(text, run(text, end, kTail));
}

std::size_t word(std::string_view text, Char first) {
  const bool may_precede = (first.kind & (kLetters | bit(number))) == 0 && !is_break(text[0]);
  for (const auto form : {cased_word, upper_word}) {
    if (may_precede)
      if (const auto end = form(text, first.bytes)) return end;
    if (const auto end = form(text, 0)) return end;
  }
  return 0;
}

std::size_t blanks(std::string_view text) {
  std::size_t end = 0;
  std::size_t last = 0;    // where the last blank begins
  std::size_t broken = 0;  // behind the last line break
  for (Char c = at(text, end); (c.kind & bit(space)) != 0; c = at(text, end)) {
    last = end;
    end += c.bytes;
    if (is_break(text[last])) broken = end;
  }
  if (broken > 0) return broken;
  return end == text.size() || last == 0 ? end : last;
}

}  // namespace

std::size_t first_piece(std::string_view text) {
  const Char first = at(text, 0);
  if (const auto end = word(text, first)) return end;
  if ((first.kind & bit(number)) != 0) {
    std::size_t end = first.bytes;
    for (int more = 2; more > 0; --more) {
      const Char next = at(text, end);
      if ((next.kind & bit(number)) == 0) break;
      end += next.bytes;
    }
    return end;
  }
  const std::size_t sign = text[0] == ' ' ? 1 : 0;
  if (std::size_t end = run(text, sign, kSigns); end > sign) {
    while (end < text.size() && (is_break(text[end]) || text[end] == '/')) ++end;
    return end;
  }
  return blanks(text);
}

}  // namespace fw::wire
