// Exact money. The unit is 10^-15 US dollar, in which every list price per single token is a
// whole number: a price of up to nine decimals per million tokens.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fw {

using Int128 = __int128;

class Money {
 public:
  constexpr Money() = default;
  static constexpr Money of_units(Int128 units) { return Money(units); }
  // "12.50" -> 12.5 USD. Plain decimals only, at most 15 of them; nothing otherwise.
  static std::optional<Money> parse_usd(std::string_view text);

  constexpr Int128 units() const { return units_; }
  // Plain exact decimals in USD, never rounded, no trailing zeros: "0.00012", "3", "-1.5".
  std::string usd() const;

  constexpr Money operator+(Money o) const { return Money(units_ + o.units_); }
  constexpr Money operator-(Money o) const { return Money(units_ - o.units_); }
  constexpr Money operator*(std::int64_t n) const { return Money(units_ * n); }
  constexpr Money& operator+=(Money o) { units_ += o.units_; return *this; }
  constexpr auto operator<=>(const Money&) const = default;

 private:
  constexpr explicit Money(Int128 units) : units_(units) {}
  Int128 units_ = 0;
};

// The price of one token; written as USD per million tokens.
class TokenPrice {
 public:
  constexpr TokenPrice() = default;
  // "0.125" USD per million. At most 9 decimals, not negative; nothing otherwise.
  static std::optional<TokenPrice> parse_per_million(std::string_view text);
  constexpr Money operator*(std::int64_t tokens) const { return per_token_ * tokens; }
  std::string per_million() const;
  constexpr bool operator==(const TokenPrice&) const = default;

 private:
  constexpr explicit TokenPrice(Money per_token) : per_token_(per_token) {}
  Money per_token_;
};

}  // namespace fw
