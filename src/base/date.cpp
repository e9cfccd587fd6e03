#include "base/date.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace fw {
namespace {


std::optional<std::int64_t> number_at(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// "Z", "+01:00" or nothing: seconds east of UTC.
std::optional<std::int64_t> offset_seconds(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const auto hours = number_at(text, 1, 2);
  const auto minutes = number_at(text, 4, 2);
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-') || !hours || !minutes)
    return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

}  // namespace

std::optional<WallTime> parse_instant(std::string_view text) {
  const auto year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = number_at(text, 8, 2);
  const auto hour = number_at(text, 11, 2), minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::string_view rest = text.substr(19);
  std::int64_t fraction = 0;
  if (rest.starts_with('.')) {
    const auto digits = rest.substr(1, rest.find_first_not_of("0123456789", 1) - 1);
    for (std::size_t i = 0, unit = kSecondNs / 10; i < digits.size() && unit > 0; ++i, unit /= 10) fraction += (digits[i] - '0') * static_cast<std::int64_t>(unit);
    rest.remove_prefix(1 + digits.size());
  }
  const auto offset = offset_seconds(rest);
  if (!offset) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86'400 + *hour * 3600 + *minute * 60 + *second - *offset;
  constexpr std::int64_t kEndS = INT64_MAX / kSecondNs;
  if (seconds < 0 || seconds >= kEndS) return std::nullopt;
  return WallTime{seconds * kSecondNs + fraction};
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  const auto time = parse_instant(text);
  return time ? std::optional(WallTime{time->ns - time->ns % kSecondNs}) : std::nullopt;
}

std::string rfc3339_text(WallTime time) {
  const std::chrono::sys_seconds point{std::chrono::seconds(time.seconds())};
  const auto days = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(days);
  const auto of_day = (point - days).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), of_day / 3600,
                     of_day / 60 % 60, of_day % 60);
}

std::string rfc3339_ms_text(WallTime time) {
  const auto since = std::chrono::nanoseconds(time.ns);
  const auto second = std::chrono::floor<std::chrono::seconds>(since);
  auto text = rfc3339_text({std::chrono::nanoseconds(second).count()});
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, (since - second).count() / 1'000'000);
}

std::optional<WallTime> parse_date(std::string_view text) {
  if (text.size() != std::string_view("2026-11-22").size()) return parse_rfc3339(text);
  return parse_rfc3339(std::string(text) + "T00:00:00Z");
}

std::string date_text(WallTime time) {
  auto text = rfc3339_text(time);
  if (time.ns % kDayNs == 0) text.resize(text.find('T'));
  return text;
}

}  // namespace fw
