#include "plan/demand_csv.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "plan/number.h"
#include "wire/csv.h"
#include "wire/nearest.h"

namespace fw::plan {
namespace {

enum Column : std::size_t { kTime, kModel, kClass, kPlace, kInput, kCached, kOutput, kRequests, kColumns };
const std::vector<std::string> kNames = {"time", "model", "class", "place", "input_tokens", "cached_tokens", "output_tokens", "requests"};
constexpr std::array kNeeded = {kTime, kModel, kInput, kOutput};
constexpr std::size_t kNone = SIZE_MAX;
constexpr std::size_t kShown = 40;

std::string quoted(std::string_view text) { return fmt::format("'{}{}'", text.substr(0, kShown), text.size() > kShown ? "…" : ""); }

class DemandReader {
 public:
  explicit DemandReader(std::string_view text) : lines_(text) { if (text.starts_with("\xEF\xBB\xBF")) lines_ = wire::CsvLines(text.substr(3)); }
  DemandRead read() {
    if (!lines_.next()) {
      rows_.note({0, 0, "an empty file", fmt::format("a header and rows: {}", fmt::join(kNames, ",")), ""});
      return rows_.finish();
    }
    if (header())
      while (!rows_.full() && lines_.next()) row();
    return rows_.finish();
  }

 private:
  bool header() {
    at_.fill(kNone);
    bool good = true;
    for (std::size_t i = 0; i < lines_.cells().size(); ++i) good = name(i) && good;
    for (const auto needed : kNeeded)
      if (at_[needed] == kNone) {
        rows_.note({lines_.line(), 1, fmt::format("no column {}", kNames[needed]), fmt::format("{}", fmt::join(kNames, ",")), ""});
        good = false;
      }
    width_ = lines_.cells().size();
    return good;
  }

  bool name(std::size_t i) {
    const auto cell = lines_.cells()[i];
    const auto known = std::ranges::find(kNames, cell);
    if (known == kNames.end()) {
      const auto near = wire::nearest(cell, kNames, 1);
      complain(i, fmt::format("a column {}", quoted(cell)), fmt::format("{}", fmt::join(kNames, ",")), near.empty() ? "" : fmt::format("Did you mean {}?", near[0]));
      return false;
    }
    auto& at = at_[static_cast<std::size_t>(known - kNames.begin())];
    if (at != kNone) complain(i, fmt::format("a second column {}", cell), "each once", "");
    const bool first = at == kNone;
    at = i;
    return first;
  }

  void row() {
    if (lines_.cells().size() != width_)
      return rows_.note({lines_.line(), 1, fmt::format("{} cells", lines_.cells().size()), fmt::format("{}, as the header has", width_), ""});
    DemandRow made;
    made.line = lines_.line();
    const auto time = time_s();
    const auto input = count(kInput), cached = count(kCached), output = count(kOutput), requests = count(kRequests);
    if (cell(kModel).empty()) complain(at_[kModel], "an empty model", "the name that clients ask for", "");
    if (!time || !input || !cached || !output || !requests || cell(kModel).empty()) return;
    made.time_s = *time;
    made.tokens = {*input, *cached, *output};
    made.requests = *requests;
    made.of = class_of();
    rows_.add(made);
  }

  // The times of a file repeat from row to row, so the last one read is remembered.
  std::optional<std::int64_t> time_s() {
    const auto text = cell(kTime);
    if (text == last_time_) return last_s_;
    const auto bad = [&](std::string found, const char* hint) {
      complain(at_[kTime], std::move(found), "a whole minute in RFC 3339, such as 2026-11-22T10:05:00Z", hint);
      return std::nullopt;
    };
    const bool zoned = text.size() > 19 && text.find_first_of("Zz+-", 19) != text.npos;
    const auto time = parse_rfc3339(text);
    if (!time) return bad(quoted(text), "");
    if (!zoned) return bad(fmt::format("{} without an offset", quoted(text)), "Write Z for UTC, or the offset that held then: local time alone repeats an hour every autumn.");
    if (time->ns % 60'000'000'000 != 0 || text.substr(17, 2) != "00") return bad(fmt::format("{}, not on a minute", quoted(text)), "Add the rows of a minute up.");
    note_offset(text);
    last_time_ = text;
    last_s_ = time->seconds();
    return last_s_;
  }

  void note_offset(std::string_view text) {
    const auto offset = text.substr(text.find_first_of("Zz+-", 19));
    if (!offset_.empty() && offset != offset_)
      rows_.note({lines_.line(), lines_.column(at_[kTime]), fmt::format("the offset changes from {} to {}", offset_, offset), "", "Rows are placed by their time in UTC.", true});
    offset_ = offset;
  }

  std::optional<double> count(Column column) {
    if (at_[column] == kNone) return 0;
    const auto value = number_of(cell(column));
    if (value && *value >= 0 && *value <= kTokensMax) return value;
    complain(at_[column], fmt::format("{} {}", kNames[column], quoted(cell(column))), value && *value > 0 ? fmt::format("at most {:.0e}", kTokensMax) : "a number, not negative", "");
    return std::nullopt;
  }

  std::uint32_t class_of() {
    const auto name = cell(kClass).empty() ? std::string_view("default") : cell(kClass);
    const std::array words{cell(kModel), name, cell(kPlace)};
    if (std::ranges::equal(words, last_words_)) return last_class_;
    last_class_ = rows_.class_of(words[0], words[1], words[2], lines_.line(), lines_.column(at_[kModel]));
    std::ranges::copy(words, last_words_.begin());
    if (last_class_ >= kClassesMax) rows_.note({lines_.line(), 1, "one class more", fmt::format("at most {}", kClassesMax), "Are ids in the columns class or place?"});
    return last_class_;
  }

  std::string_view cell(Column column) const { return at_[column] == kNone ? std::string_view{} : lines_.cells()[at_[column]]; }
  void complain(std::size_t cell, std::string found, std::string expected, std::string hint) {
    rows_.note({lines_.line(), lines_.column(cell), std::move(found), std::move(expected), std::move(hint)});
  }

  wire::CsvLines lines_;
  DemandRows rows_;
  std::array<std::size_t, kColumns> at_{};
  std::size_t width_ = 0;
  std::string last_time_, offset_;  // of their own: a quoted cell lives as long as its line
  std::int64_t last_s_ = 0;
  std::array<std::string, 3> last_words_;
  std::uint32_t last_class_ = 0;
};

}  // namespace

DemandRead read_demand(std::string_view text) { return DemandReader(text).read(); }

}  // namespace fw::plan
