// What the readers of all forms of bills share: numbers, dates, places in the file. Only they include this.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/bill.h"
#include "wire/json.h"

namespace fw::ledger::bills {

// A number as exports write it, exponents included; beyond 15 decimals it is rounded, half away from zero: what stands
// there is a floating-point number's noise.
struct Figure {
  Int128 units = 0;  // of 10^-15
  int decimals = 0;  // as written, at most 15
  Money money() const { return Money::of_units(units); }
  std::int64_t whole() const;  // rounded
};
std::optional<Figure> parse_figure(std::string_view text);

// RFC 3339 with a T or a space, "2026-07-30 07:00:00 UTC", a day alone, "07/30/2026", or seconds since 1970.
std::optional<WallTime> parse_bill_time(std::string_view text);

// What is wrong, and where in the text it stands.
struct BillFault {
  const char* at = nullptr;  // null: the whole file
  std::string found, expected;
};
using Read = std::expected<void, BillFault>;

// Fills a bill. What all forms need to be told of each line passes through add().
class Filling {
 public:
  explicit Filling(Bill& bill, std::string_view text) : bill_(bill), text_(text) {}
  Bill& bill() { return bill_; }
  std::string_view text() const { return text_; }
  int line_of(const char* at);
  void saw_amount(const Figure& figure);
  void saw_tokens(const Figure& figure, std::int64_t unit);
  Read add(BillLine line);
  Read add(BilledAttempt attempt);
  // "FILE:LINE:COLUMN: found …, expected …".
  std::string say(const BillFault& fault) const;
  // Once all is read.
  void finish();

 private:
  Bill& bill_;
  std::string_view text_;
  const char* seen_ = nullptr;  // where line_of() counted to
  int lines_ = 1;
  int amount_decimals_ = 0;
  int token_decimals_ = 0;
  std::int64_t token_unit_ = 1;
};

inline std::unexpected<BillFault> refuse(const char* at, std::string found, std::string expected) {
  return std::unexpected(BillFault{at, std::move(found), std::move(expected)});
}
std::string quoted(std::string_view text);  // with what is too long cut

// What no line has; beyond it sums could overflow.
inline constexpr std::int64_t kTokensMax = 1'000'000'000'000'000;
inline constexpr std::int64_t kUsdMax = 1'000'000'000'000;
std::expected<std::int64_t, BillFault> tokens_of(const char* at, const Figure& quantity, std::int64_t unit);
std::expected<Money, BillFault> usd_of(const char* at, const Figure& amount);

// Members of one object by their keys; values are raw tokens.
class Members {
 public:
  static std::expected<Members, BillFault> of(std::string_view object);
  const char* at() const { return at_; }
  std::string_view raw(std::string_view key) const;  // empty: not there or null
  std::string text(std::string_view key) const;      // of a string or a number; empty: the same
  std::optional<Figure> figure(std::string_view key) const;
  std::int64_t count(std::string_view key) const { return figure(key).value_or(Figure{}).whole(); }
  // Where the value stands, else the object.
  const char* place(std::string_view key) const;

 private:
  std::vector<wire::JsonMember> members_;
  const char* at_ = nullptr;
};
inline constexpr int kJsonDepth = 32;
// The objects of a text: of one array, or one after the other (NDJSON). A member `under` of a first object that is alone
// gives the array instead.
Read each_object(std::string_view text, const char* under, const std::function<Read(const Members&)>& visit);
Read each_element(std::string_view array, const std::function<Read(const Members&)>& visit);

// "line_item_usage_type", "lineItem/UsageType" and "LineItemUsageType" are one column.
std::string column_word(std::string_view header);

Read usd_only(const char* at, std::string_view currency);
// `what` and what its words mean; `tells`: the form's meters say tier and step by their words.
void put_words(BillLine& line, std::string_view what);

Read read_openai_usage(Filling& to);
Read read_openai_costs(Filling& to);
Read read_azure(Filling& to);
Read read_aws(Filling& to);
Read read_focus(Filling& to);
Read read_google(Filling& to);
Read read_attempts(Filling& to);

}  // namespace fw::ledger::bills
