#include "base/time_zone.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace fw {
namespace {

constexpr std::int32_t kOffsetMaxS = 26 * 3600;         // RFC 9636 §3.2
constexpr std::int64_t kSecondMax = 200'000'000'000;    // year 8307: far inside what <chrono> counts
constexpr std::size_t kHeaderBytes = 44;
constexpr std::size_t kNameBytesMax = 64;

std::unexpected<std::string> fault(std::string_view text) { return std::unexpected(std::string(text)); }

// Numbers are big-endian, in two's complement.
std::int64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = size < 8 && (static_cast<unsigned char>(bytes[at]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<std::int64_t>(value);
}

// RFC 9636 §3.1.
struct Header {
  char version = 0;
  std::size_t ut_marks = 0, standard_marks = 0, leaps = 0, times = 0, types = 0, letters = 0;
  std::size_t block_bytes(std::size_t time_bytes) const {
    return times * (time_bytes + 1) + types * 6 + letters + leaps * (time_bytes + 4) + standard_marks + ut_marks;
  }
};

// Counts are checked against the size of the file, so that sums of them cannot overflow.
std::optional<Header> read_header(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with("TZif")) return std::nullopt;
  Header header{.version = bytes[4]};
  std::size_t at = 20;
  for (auto* count : {&header.ut_marks, &header.standard_marks, &header.leaps, &header.times, &header.types, &header.letters}) {
    const auto value = number(bytes, at, 4);
    if (value < 0 || static_cast<std::size_t>(value) > bytes.size()) return std::nullopt;
    *count = static_cast<std::size_t>(value);
    at += 4;
  }
  return header;
}

}  // namespace

bool TimeZone::is_name(std::string_view text) {
  if (text.empty() || text.size() > kNameBytesMax || text.front() == '/' || text.back() == '/' || text.contains("//")) return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("_+-/").contains(c);
  });
}

std::expected<TimeZone, std::string> TimeZone::read(std::string_view name, std::string_view bytes) {
  if (bytes.size() > kFileBytesMax) return fault(fmt::format("more than {} bytes", kFileBytesMax));
  const auto first = read_header(bytes);
  if (!first) return fault("no TZif file");
  if (first->version < '2') return fault("a TZif file of version 1, which ends in 2038");
  const auto skipped = kHeaderBytes + first->block_bytes(4);
  if (skipped > bytes.size()) return fault("a TZif file that is cut off");
  bytes.remove_prefix(skipped);
  const auto header = read_header(bytes);
  if (!header || kHeaderBytes + header->block_bytes(8) > bytes.size()) return fault("a TZif file that is cut off");
  if (header->leaps > 0) return fault("a zone with leap seconds, which our clock does not count");
  if (header->types == 0) return fault("a TZif file without an offset");

  TimeZone zone;
  zone.name_ = name;
  const auto times = kHeaderBytes, indices = times + header->times * 8, types = indices + header->times;
  std::vector<std::int32_t> offsets;
  for (std::size_t i = 0; i < header->types; ++i) {
    const auto offset = number(bytes, types + i * 6, 4);
    if (offset < -kOffsetMaxS || offset > kOffsetMaxS) return fault("an offset of more than 26 hours");
    offsets.push_back(static_cast<std::int32_t>(offset));
  }
  zone.first_offset_ = offsets.front();
  for (std::size_t i = 0; i < header->times; ++i) {
    const auto at = number(bytes, times + i * 8, 8);
    const auto type = static_cast<unsigned char>(bytes[indices + i]);
    if (type >= offsets.size()) return fault("a change to an offset that is not there");
    if (!zone.changes_.empty() && at <= zone.changes_.back().at) return fault("changes that are out of order");
    zone.changes_.push_back({at, offsets[type]});
  }

  auto footer = bytes.substr(kHeaderBytes + header->block_bytes(8));
  const auto end = footer.find('\n', 1);
  if (!footer.starts_with('\n') || end == footer.npos) return fault("a TZif file without its last line");
  footer = footer.substr(1, end - 1);
  if (footer.empty()) return zone;
  zone.rule_ = PosixZone::read(footer);
  if (!zone.rule_) return fault("a rule for the years to come that is none");
  return zone;
}

TimeZone::Span TimeZone::listed_span(std::int64_t second) const {
  const auto next = std::ranges::upper_bound(changes_, second, {}, &Change::at);
  Span span;
  if (next != changes_.end()) span.until = next->at;
  if (next == changes_.begin()) {
    span.offset = first_offset_;
  } else {
    span.from = std::prev(next)->at;
    span.offset = std::prev(next)->offset;
  }
  return span;
}

TimeZone::Span TimeZone::ruled_span(std::int64_t second, std::int64_t ruled_from) const {
  Span span{.from = ruled_from, .until = INT64_MAX, .offset = rule_->standard};
  if (!rule_->summer) return span;
  using namespace std::chrono;
  const auto day = floor<days>(sys_seconds(seconds(second)));
  const int year = static_cast<int>(year_month_day(day).year());
  std::int64_t began = INT64_MIN;
  // A change may lie some days outside its year, so the neighbours are looked at too. Of two at one moment the
  // later year's counts: with summer time all year, the end of one is the beginning of the next.
  for (int near = year - 1; near <= year + 1; ++near)
    for (const auto& change : rule_->changes(near)) {
      if (change.at > second) {
        span.until = std::min(span.until, change.at);
      } else if (change.at >= began) {
        began = change.at;
        span.offset = change.offset;
      }
    }
  span.from = std::max(ruled_from, began);
  return span;
}

TimeZone::Span TimeZone::span_at(std::int64_t second) const {
  second = std::clamp(second, -kSecondMax, kSecondMax);
  const auto ruled_from = changes_.empty() ? INT64_MIN : changes_.back().at;
  return rule_ && second >= ruled_from ? ruled_span(second, ruled_from) : listed_span(second);
}

std::int64_t TimeZone::first_second(std::int64_t local) const {
  local = std::clamp(local, -kSecondMax + 2 * kOffsetMaxS, kSecondMax - 2 * kOffsetMaxS);
  auto span = span_at(local - kOffsetMaxS - 1);  // surely before it
  for (;;) {
    const auto at = std::max(span.from, local - span.offset);
    if (at < span.until) return at;
    span = span_at(span.until);
  }
}

std::vector<std::string> zone_names(std::string_view tzdata_zi) {
  std::vector<std::string> names;
  while (!tzdata_zi.empty()) {
    const auto end = std::min(tzdata_zi.find('\n'), tzdata_zi.size());
    const auto line = tzdata_zi.substr(0, end);
    tzdata_zi.remove_prefix(std::min(end + 1, tzdata_zi.size()));
    // "Z NAME offset …" and "L TARGET NAME".
    std::string_view word;
    if (line.starts_with("Z ")) word = line.substr(2, line.find(' ', 2) - 2);
    if (line.starts_with("L ")) word = line.substr(line.rfind(' ') + 1);
    if (TimeZone::is_name(word)) names.emplace_back(word);
  }
  return names;
}

}  // namespace fw
