#include "offer/decimal.h"

#include <charconv>

namespace fw::offer {
namespace {

constexpr std::size_t kDigitsMax = 64;
constexpr int kExponentMax = 64;

bool is_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

// The digits with the point behind the first `whole` of them, which may lie outside.
std::string with_point(std::string digits, int whole) {
  while (digits.size() > 1 && digits.front() == '0' && whole > 1) digits.erase(0, 1), --whole;
  if (whole <= 0) {
    digits.insert(0, static_cast<std::size_t>(1 - whole), '0');
    whole = 1;
  }
  if (digits.size() < static_cast<std::size_t>(whole)) digits.append(static_cast<std::size_t>(whole) - digits.size(), '0');
  auto fraction = digits.substr(static_cast<std::size_t>(whole));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  auto out = digits.substr(0, static_cast<std::size_t>(whole));
  out.erase(0, std::min(out.find_first_not_of('0'), out.size() - 1));
  return fraction.empty() ? out : out + "." + fraction;
}

}  // namespace

std::optional<std::string> shifted(std::string_view number, int shift) {
  const auto e = number.find_first_of("eE");
  const auto mantissa = number.substr(0, e);
  int exponent = 0;
  if (e != number.npos) {
    auto text = number.substr(e + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc{} || end != text.data() + text.size() || exponent > kExponentMax || exponent < -kExponentMax) return std::nullopt;
  }
  const auto point = mantissa.find('.');
  const auto whole = mantissa.substr(0, point);
  const auto fraction = point == mantissa.npos ? std::string_view{} : mantissa.substr(point + 1);
  if (!is_digits(whole) || (point != mantissa.npos && !is_digits(fraction)) || mantissa.size() > kDigitsMax) return std::nullopt;
  return with_point(std::string(whole).append(fraction), static_cast<int>(whole.size()) + exponent + shift);
}

}  // namespace fw::offer
