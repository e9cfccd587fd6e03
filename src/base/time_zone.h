// Time zones as the IANA database has them: which clock time a place shows at a moment, and when it
// first shows one. Pure: whoever has the bytes of a compiled zone (TZif, RFC 9636) makes one.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/posix_zone.h"

namespace fw {

// Seconds are those since 1970-01-01T00:00:00Z; local seconds are what a clock of the zone shows,
// counted as if it were UTC. From year -6000 to 8000; what lies beyond is as at that end.
class TimeZone {
 public:
  TimeZone() = default;  // UTC
  // The bytes of a file of version 2 or later, at most kFileBytesMax of them, without leap seconds.
  // The error says what is wrong with them.
  static std::expected<TimeZone, std::string> read(std::string_view name, std::string_view bytes);
  static constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;
  // "Europe/Berlin": letters, digits and _+- in parts between slashes, at most 64 bytes, so no way out of a folder.
  static bool is_name(std::string_view text);

  const std::string& name() const { return name_; }

  // A stretch of time under one offset: `from` is in it, `until` is not.
  struct Span {
    std::int64_t from = INT64_MIN;
    std::int64_t until = INT64_MAX;
    std::int32_t offset = 0;  // seconds east of UTC
  };
  Span span_at(std::int64_t second) const;
  std::int64_t local_at(std::int64_t second) const { return second + span_at(second).offset; }
  // The first second at which the clock shows this or later. Where a gap swallows it: the end of the gap.
  // Where the clock shows it twice: the first time.
  std::int64_t first_second(std::int64_t local) const;

 private:
  struct Change {
    std::int64_t at = 0;
    std::int32_t offset = 0;  // from then on
  };
  Span listed_span(std::int64_t second) const;
  Span ruled_span(std::int64_t second, std::int64_t ruled_from) const;

  std::string name_ = "UTC";
  std::int32_t first_offset_ = 0;     // before the first change
  std::vector<Change> changes_;       // ascending
  std::optional<PosixZone> rule_;     // after the last one; absent: its offset stays
};

// The names in the database's own source (`tzdata.zi`), links included, for "did you mean".
std::vector<std::string> zone_names(std::string_view tzdata_zi);

}  // namespace fw
