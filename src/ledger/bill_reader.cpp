#include "ledger/bill_reader.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/date.h"
#include "ledger/bill_words.h"

namespace fw::ledger::bills {
namespace {

constexpr int kDecimals = 15;
constexpr int kWholeDigits = 18;
constexpr std::size_t kShown = 60;

Int128 power(int n) {
  Int128 out = 1;
  for (; n > 0; --n) out *= 10;
  return out;
}

std::optional<int> two(std::string_view text) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  int out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + (c - '0');
  }
  return out;
}

// "07/30/2026", as Azure writes days.
std::optional<WallTime> american(std::string_view text) {
  const auto first = text.find('/'), second = text.rfind('/');
  if (first == text.npos || second == first || text.size() != second + 5) return std::nullopt;
  const auto month = two(text.substr(0, first)), day = two(text.substr(first + 1, second - first - 1));
  if (!month || !day) return std::nullopt;
  return parse_date(fmt::format("{}-{:02}-{:02}", text.substr(second + 1), *month, *day));
}

}  // namespace

std::int64_t Figure::whole() const {
  const auto one = power(kDecimals);
  const auto half = units < 0 ? -one / 2 : one / 2;
  return static_cast<std::int64_t>((units + half) / one);
}

std::optional<Figure> parse_figure(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  if (const auto e = text.find_first_of("eE"); e != text.npos) {
    auto tail = text.substr(e + 1);
    if (tail.starts_with('+')) tail.remove_prefix(1);
    const auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), exponent);
    if (error != std::errc{} || end != tail.data() + tail.size() || exponent < -40 || exponent > kWholeDigits) return std::nullopt;
    text = text.substr(0, e);
  }
  const auto point = text.find('.');
  std::string digits(text.substr(0, point));
  const auto part = point == text.npos ? std::string_view() : text.substr(point + 1);
  if (digits.empty() && part.empty()) return std::nullopt;
  digits += part;
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  const int decimals = static_cast<int>(part.size()) - exponent;
  // Where the point stands among the digits; what is more than 15 behind it is rounded away.
  const int keep = static_cast<int>(digits.size()) - decimals + kDecimals;
  if (keep - kDecimals > kWholeDigits) return std::nullopt;
  Figure out;
  for (int i = 0; i < keep; ++i) out.units = out.units * 10 + (i < static_cast<int>(digits.size()) ? digits[static_cast<std::size_t>(i)] - '0' : 0);
  if (keep >= 0 && keep < static_cast<int>(digits.size()) && digits[static_cast<std::size_t>(keep)] >= '5') ++out.units;
  if (negative) out.units = -out.units;
  out.decimals = std::clamp(decimals, 0, kDecimals);
  return out;
}

std::optional<WallTime> parse_bill_time(std::string_view text) {
  if (text.ends_with(" UTC")) text.remove_suffix(4);
  if (const auto time = parse_instant(text)) return time;
  if (const auto time = parse_date(text)) return time;
  if (const auto time = american(text)) return time;
  const auto seconds = parse_figure(text);
  if (!seconds || seconds->units <= 0) return std::nullopt;
  const auto whole = seconds->whole();
  if (whole < 100'000'000 || whole > 9'000'000'000) return std::nullopt;
  return WallTime{whole * 1'000'000'000};
}

std::string quoted(std::string_view text) { return fmt::format("'{}{}'", text.substr(0, kShown), text.size() > kShown ? "…" : ""); }

std::expected<std::int64_t, BillFault> tokens_of(const char* at, const Figure& quantity, std::int64_t unit) {
  const auto most = Int128{kTokensMax} / unit * power(kDecimals);
  if (quantity.units > most || quantity.units < -most) return refuse(at, "more tokens than a line can have", fmt::format("at most {}", kTokensMax));
  return Figure{quantity.units * unit, 0}.whole();
}

std::expected<Money, BillFault> usd_of(const char* at, const Figure& amount) {
  const auto most = Int128{kUsdMax} * power(kDecimals);
  if (amount.units > most || amount.units < -most) return refuse(at, "a larger amount than a line can have", fmt::format("at most {} USD", kUsdMax));
  return amount.money();
}

// ---- Filling

int Filling::line_of(const char* at) {
  if (!seen_ || at < seen_) {
    seen_ = text_.data();
    lines_ = 1;
  }
  lines_ += static_cast<int>(std::count(seen_, at, '\n'));
  seen_ = at;
  return lines_;
}

void Filling::saw_amount(const Figure& figure) { amount_decimals_ = std::max(amount_decimals_, figure.decimals); }

void Filling::saw_tokens(const Figure& figure, std::int64_t unit) {
  token_decimals_ = std::max(token_decimals_, figure.decimals);
  token_unit_ = std::max(token_unit_, unit);
}

Read Filling::add(BillLine line) {
  if (bill_.lines.size() >= kBillLinesMax) return refuse(nullptr, "more lines", fmt::format("at most {}; split the file", kBillLinesMax));
  bill_.lines.push_back(std::move(line));
  return {};
}

Read Filling::add(BilledAttempt attempt) {
  if (bill_.attempts.size() >= kBillLinesMax) return refuse(nullptr, "more entries", fmt::format("at most {}; split the file", kBillLinesMax));
  bill_.attempts.push_back(std::move(attempt));
  return {};
}

std::string Filling::say(const BillFault& fault) const {
  const bool inside = fault.at && fault.at >= text_.data() && fault.at <= text_.data() + text_.size();
  if (!inside) return fmt::format("{}: found {}, expected {}", bill_.file, fault.found, fault.expected);
  const auto before = text_.substr(0, static_cast<std::size_t>(fault.at - text_.data()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto column = before.size() - (before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1) + 1;
  return fmt::format("{}:{}:{}: found {}, expected {}", bill_.file, line, column, fault.found, fault.expected);
}

void Filling::finish() {
  bill_.amount_unit = Money::of_units(power(kDecimals - amount_decimals_));
  bill_.tokens_unit = std::max<std::int64_t>(1, static_cast<std::int64_t>(Int128{token_unit_} / power(token_decimals_)));
}

// ---- JSON

std::expected<Members, BillFault> Members::of(std::string_view object) {
  Members out;
  out.at_ = object.data();
  wire::JsonObject members(object, kJsonDepth);
  wire::JsonMember member;
  while (members.next(member)) out.members_.push_back(member);
  if (const auto* error = members.error()) return refuse(object.data() + error->offset, std::string(say(error->fault)), "a JSON object");
  return out;
}

std::string_view Members::raw(std::string_view key) const {
  const auto it = std::ranges::find(members_, key, &wire::JsonMember::key);
  return it == members_.end() || it->kind == wire::JsonKind::null ? std::string_view() : it->value;
}

std::string Members::text(std::string_view key) const {
  const auto token = raw(key);
  if (!token.starts_with('"')) return std::string(token);
  std::string out;
  wire::json_unescape(wire::json_text(token), out);
  return out;
}

std::optional<Figure> Members::figure(std::string_view key) const {
  const auto token = raw(key);
  return token.empty() ? std::nullopt : parse_figure(token.starts_with('"') ? wire::json_text(token) : token);
}

const char* Members::place(std::string_view key) const {
  const auto token = raw(key);
  return token.empty() ? at_ : token.data();
}

Read each_element(std::string_view array, const std::function<Read(const Members&)>& visit) {
  wire::JsonArray elements(array, kJsonDepth);
  wire::JsonMember each;
  while (elements.next(each)) {
    const auto members = Members::of(each.value);
    if (!members) return std::unexpected(members.error());
    if (auto read = visit(*members); !read) return read;
  }
  if (const auto* error = elements.error()) return refuse(array.data() + error->offset, std::string(say(error->fault)), "a JSON array of objects");
  return {};
}

Read each_object(std::string_view text, const char* under, const std::function<Read(const Members&)>& visit) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return refuse(text.data(), "an empty file", "JSON");
  text.remove_prefix(first);
  if (text.starts_with('[')) return each_element(text, visit);
  if (under) {
    const auto whole = Members::of(text);
    if (whole && !whole->raw(under).empty()) return each_element(whole->raw(under), visit);
  }
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const auto members = Members::of(line);
    if (!members) return std::unexpected(members.error());
    if (auto read = visit(*members); !read) return read;
  }
  return {};
}

std::string column_word(std::string_view header) {
  std::string out;
  for (const char c : header)
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  return out;
}

Read usd_only(const char* at, std::string_view currency) {
  if (currency == "USD" || currency == "usd") return {};
  return refuse(at, fmt::format("the currency {}", quoted(currency)), "USD: amounts of other currencies are not compared; export the bill in USD");
}

void put_words(BillLine& line, std::string_view what) {
  auto words = read_meter(what);
  line.what = what;
  line.model = std::move(words.model);
  line.meter = std::move(words.meter);
  line.lifetime = std::move(words.lifetime);
  line.tier = std::move(words.tier);
  line.long_context = words.long_context;
  line.reach = std::move(words.reach);
}

}  // namespace fw::ledger::bills
