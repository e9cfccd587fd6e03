#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "cloud/openai_http/failure.h"

namespace fw::cloud::openai_http {
namespace {

using wire::HeaderId;

std::uint32_t whole_ms(double ms) {
  if (!(ms > 0)) return 0;
  return ms >= 4294967295.0 ? 4294967295u : static_cast<std::uint32_t>(std::ceil(ms));
}

std::optional<double> unit_ms(std::string_view& text) {
  struct Unit {
    std::string_view word;
    double ms;
  };
  constexpr std::array<Unit, 5> kUnits{{{"ms", 1}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"d", 86'400'000}}};
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.word)) continue;
    text.remove_prefix(unit.word.size());
    return unit.ms;
  }
  return std::nullopt;
}

// "20ms", "1.2s", "6m0s": the longest such text at the start, which is taken off; nothing if there is none.
std::optional<double> take_duration_ms(std::string_view& text) {
  double total = 0;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (read.ec != std::errc()) break;
    auto rest = text.substr(static_cast<std::size_t>(read.ptr - text.data()));
    const auto unit = unit_ms(rest);
    if (!unit) break;
    text = rest;
    total += value * *unit;
    any = true;
  }
  return any ? std::optional(total) : std::nullopt;
}

int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::uint32_t reset_ms(std::string_view remaining, std::string_view reset) {
  return remaining == "0" ? whole_ms(span_ms(reset).value_or(0)) : 0;
}

}  // namespace

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<double> span_ms(std::string_view text) {
  if (const auto seconds = decimal(text)) return *seconds >= 0 ? std::optional(*seconds * 1000) : std::nullopt;
  const auto ms = take_duration_ms(text);
  return text.empty() ? ms : std::nullopt;
}

std::optional<std::int64_t> http_date_seconds(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT") || text[19] != ':' || text[22] != ':') return std::nullopt;
  const auto month = kMonths.find(text.substr(8, 3));
  const std::array<int, 5> part{digits(text, 5, 2), digits(text, 12, 4), digits(text, 17, 2), digits(text, 20, 2),
                                digits(text, 23, 2)};
  if (month == std::string_view::npos || month % 3 != 0 || std::ranges::min(part) < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(part[1]),
                                         std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                         std::chrono::day(static_cast<unsigned>(part[0]))};
  if (!date.ok() || part[2] > 23 || part[3] > 59 || part[4] > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return std::int64_t{days} * 86'400 + part[2] * 3600 + part[3] * 60 + part[4];
}

std::uint32_t retry_after_ms(std::span<const wire::HeaderField> fields, WallTime now) {
  const auto get = [&fields](HeaderId id) { return wire::field_value(fields, id); };
  if (const auto ms = decimal(get(HeaderId::retry_after_ms)); ms && *ms >= 0) return whole_ms(*ms);
  const std::string_view after = get(HeaderId::retry_after);
  if (const auto seconds = decimal(after)) return whole_ms(*seconds * 1000);
  if (const auto date = http_date_seconds(after))
    return whole_ms(static_cast<double>(*date - now.seconds()) * 1000);
  return std::max(reset_ms(get(HeaderId::ratelimit_remaining_requests), get(HeaderId::ratelimit_reset_requests)),
                  reset_ms(get(HeaderId::ratelimit_remaining_tokens), get(HeaderId::ratelimit_reset_tokens)));
}

std::uint32_t retry_after_ms(std::string_view message) {
  for (const std::string_view lead : {"retry after ", "try again in "}) {
    const auto at = find_phrase(message, lead);
    if (at == std::string_view::npos) continue;
    std::string_view rest = message.substr(at + lead.size());
    if (const auto duration = take_duration_ms(rest)) return whole_ms(*duration);
    const auto end = std::min(rest.find(' '), rest.size());
    if (const auto seconds = decimal(rest.substr(0, end)); seconds && rest.substr(end).starts_with(" second"))
      return whole_ms(*seconds * 1000);
  }
  return 0;
}

}  // namespace fw::cloud::openai_http
