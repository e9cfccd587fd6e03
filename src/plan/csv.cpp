#include "plan/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace fw::plan {

bool CsvLines::next() {
  while (!left_.empty()) {
    const auto end = std::min(left_.find('\n'), left_.size());
    auto line = left_.substr(0, end);
    left_.remove_prefix(std::min(end + 1, left_.size()));
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    start_ = line.data();
    cells_.clear();
    for (;;) {
      const auto comma = line.find(',');
      auto cell = line.substr(0, comma);
      if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
      cells_.push_back(cell);
      if (comma == line.npos) return true;
      line.remove_prefix(comma + 1);
    }
  }
  return false;
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace fw::plan
