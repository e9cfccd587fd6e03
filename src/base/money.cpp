#include "base/money.h"

#include <algorithm>
#include <array>

namespace fw {
namespace {

constexpr int kUsdDecimals = 15;
constexpr int kPerMillionDecimals = 9;
constexpr int kIntegerDigitsMax = 18;  // 10^18 USD in 10^-15 units stays far inside 128 bits

// Digits with at most `decimals` of them behind the point, as a whole number of 10^-decimals.
std::optional<Int128> parse_decimal(std::string_view text, int decimals) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const auto part = point == text.npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (point != text.npos && part.empty())) return std::nullopt;
  if (whole.size() > kIntegerDigitsMax || part.size() > static_cast<std::size_t>(decimals)) return std::nullopt;
  Int128 value = 0;
  for (const auto digits : {whole, part})
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
  for (auto i = static_cast<int>(part.size()); i < decimals; ++i) value *= 10;
  return value;
}

std::string print_decimal(Int128 value, int decimals) {
  // From the last digit on. Division in 128 bits is slow, so it is done once for 18 of them.
  constexpr std::uint64_t kEighteen = 1'000'000'000'000'000'000;
  std::array<char, 64> digits;
  char* const end = digits.data() + digits.size();
  char* at = end;
  const bool negative = value < 0;
  if (negative) value = -value;
  int made = 0;
  do {
    auto low = static_cast<std::uint64_t>(value % kEighteen);
    value /= kEighteen;
    for (int i = 0; i < 18 && (low != 0 || value != 0 || made <= decimals); ++i, ++made, low /= 10) {
      if (made == decimals) *--at = '.';
      *--at = static_cast<char>('0' + low % 10);
    }
  } while (value != 0 || made <= decimals);
  if (negative) *--at = '-';
  std::string text(at, end);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::optional<Money> Money::parse_usd(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto value = parse_decimal(text.substr(negative ? 1 : 0), kUsdDecimals);
  if (!value) return std::nullopt;
  return Money(negative ? -*value : *value);
}

std::string Money::usd() const { return print_decimal(units_, kUsdDecimals); }

std::optional<TokenPrice> TokenPrice::parse_per_million(std::string_view text) {
  const auto value = parse_decimal(text, kPerMillionDecimals);
  if (!value) return std::nullopt;
  return TokenPrice(Money::of_units(*value));  // 10^-9 USD per 10^6 tokens = 10^-15 USD per token
}

std::string TokenPrice::per_million() const { return print_decimal(per_token_.units(), kPerMillionDecimals); }

}  // namespace fw
