#include "base/posix_zone.h"

#include <chrono>

#include "base/clock.h"

namespace fw {
namespace {

constexpr int kOffsetHoursMax = 24;
constexpr int kChangeHoursMax = 167;

// Takes pieces off the front of a text. What does not fit makes the whole text unfit.
class Pieces {
 public:
  explicit Pieces(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool starts_with_one_of(std::string_view chars) const { return !rest_.empty() && chars.contains(rest_.front()); }

  std::optional<int> number(int min, int max) {
    int value = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && digits < 4 && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits)
      value = value * 10 + (rest_[digits] - '0');
    if (digits == 0 || value < min || value > max) return std::nullopt;
    rest_.remove_prefix(digits);
    return value;
  }

  // Letters, or anything between < and >; it is not kept.
  bool name() {
    if (take('<')) {
      const auto end = rest_.find('>');
      if (end == rest_.npos) return false;
      rest_.remove_prefix(end + 1);
      return end >= 3;
    }
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::size_t letters = 0;
    while (letters < rest_.size() && is_letter(rest_[letters])) ++letters;
    rest_.remove_prefix(letters);
    return letters >= 3;
  }

  // [+-]hh[:mm[:ss]] in seconds.
  std::optional<std::int32_t> clock(int hours_max) {
    const bool negative = take('-');
    if (!negative) take('+');
    const auto hours = number(0, hours_max);
    if (!hours) return std::nullopt;
    std::int32_t seconds = *hours * 3600;
    for (const int unit : {60, 1}) {
      if (!take(':')) break;
      const auto part = number(0, 59);
      if (!part) return std::nullopt;
      seconds += *part * unit;
    }
    return negative ? -seconds : seconds;
  }

  // "M3.5.0/2", "J60", "59".
  std::optional<YearPoint> point() {
    YearPoint made;
    if (take('M')) {
      const auto month = number(1, 12);
      if (!month || !take('.')) return std::nullopt;
      const auto week = number(1, 5);
      if (!week || !take('.')) return std::nullopt;
      const auto day = number(0, 6);
      if (!day) return std::nullopt;
      made = {YearPoint::Form::month_week_day, static_cast<std::uint8_t>(*month), static_cast<std::uint8_t>(*week),
              static_cast<std::uint16_t>(*day)};
    } else {
      const bool julian = take('J');
      const auto day = number(julian ? 1 : 0, 365);
      if (!day) return std::nullopt;
      made.form = julian ? YearPoint::Form::julian : YearPoint::Form::zero_based;
      made.day = static_cast<std::uint16_t>(*day);
    }
    if (!take('/')) return made;
    const auto second = clock(kChangeHoursMax);
    if (!second) return std::nullopt;
    made.second = *second;
    return made;
  }

 private:
  std::string_view rest_;
};

// Days since 1970 of a point's day.
std::int64_t day_of(const YearPoint& point, int year) {
  using namespace std::chrono;
  const auto y = std::chrono::year(year);
  const auto first = sys_days(y / January / 1).time_since_epoch().count();
  switch (point.form) {
    case YearPoint::Form::zero_based: return first + point.day;
    case YearPoint::Form::julian: return first + point.day - 1 + (y.is_leap() && point.day >= 60 ? 1 : 0);
    case YearPoint::Form::month_week_day: break;
  }
  const auto of_month = y / month(point.month);
  const weekday wanted(point.day);
  if (point.week == 5) return sys_days(of_month / weekday_last(wanted)).time_since_epoch().count();
  return sys_days(of_month / weekday_indexed(wanted, point.week)).time_since_epoch().count();
}

}  // namespace

std::optional<PosixZone> PosixZone::read(std::string_view text) {
  Pieces pieces(text);
  if (!pieces.name()) return std::nullopt;
  const auto west = pieces.clock(kOffsetHoursMax);
  if (!west) return std::nullopt;
  PosixZone zone{.standard = -*west, .summer = {}};
  if (pieces.done()) return zone;
  if (!pieces.name()) return std::nullopt;
  Summer summer{.offset = zone.standard + 3600, .begin = {}, .end = {}};
  if (pieces.starts_with_one_of("+-0123456789")) {
    const auto summer_west = pieces.clock(kOffsetHoursMax);
    if (!summer_west) return std::nullopt;
    summer.offset = -*summer_west;
  }
  if (!pieces.take(',')) return std::nullopt;
  const auto begin = pieces.point();
  if (!begin || !pieces.take(',')) return std::nullopt;
  const auto end = pieces.point();
  if (!end || !pieces.done()) return std::nullopt;
  summer.begin = *begin;
  summer.end = *end;
  zone.summer = summer;
  return zone;
}

std::array<PosixZone::Change, 2> PosixZone::changes(int year) const {
  const Change begin{day_of(summer->begin, year) * kDayS + summer->begin.second - standard, summer->offset};
  const Change end{day_of(summer->end, year) * kDayS + summer->end.second - summer->offset, standard};
  if (end.at < begin.at) return {end, begin};
  return {begin, end};
}

}  // namespace fw
