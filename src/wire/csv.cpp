#include "wire/csv.h"

#include <algorithm>

namespace fw::wire {

namespace {

// Up to where the line goes, its end not included.
std::string_view line_of(std::string_view text) {
  auto line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool CsvLines::next() {
  cells_.clear();
  starts_.clear();
  unquoted_.clear();
  while (!left_.empty() && line_of(left_).empty()) {
    left_.remove_prefix(std::min(left_.find('\n'), left_.size() - 1) + 1);
    ++lines_;
  }
  if (left_.empty()) return false;
  start_ = left_.data();
  line_ = lines_ + 1;
  for (;;) {
    starts_.push_back(left_.data());
    if (!left_.starts_with('"') || !quoted()) plain();
    if (!left_.starts_with(',')) break;
    left_.remove_prefix(1);
  }
  left_.remove_prefix(std::min(left_.find('\n'), left_.size() - (left_.empty() ? 0 : 1)) + (left_.empty() ? 0 : 1));
  ++lines_;
  return true;
}

// False: the quote has no end, or something else stands behind it.
bool CsvLines::quoted() {
  std::size_t at = 1;
  bool doubled = false;
  for (;; at += 2) {
    at = left_.find('"', at);
    if (at == left_.npos) return false;
    if (at + 1 >= left_.size() || left_[at + 1] != '"') break;
    doubled = true;
  }
  const auto behind = left_.substr(at + 1, 1);
  if (!behind.empty() && behind != "," && behind != "\n" && behind != "\r") return false;
  const auto inside = left_.substr(1, at - 1);
  lines_ += static_cast<int>(std::ranges::count(inside, '\n'));
  cells_.push_back(inside);
  left_.remove_prefix(at + 1);
  if (!doubled) return true;
  auto& text = unquoted_.emplace_back();
  for (std::size_t i = 0; i < inside.size(); ++i) {
    text += inside[i];
    if (inside[i] == '"') ++i;
  }
  cells_.back() = text;
  return true;
}

void CsvLines::plain() {
  const auto line = line_of(left_);
  const auto cell = line.substr(0, line.find(','));
  cells_.push_back(cell);
  left_.remove_prefix(cell.size());
}

}  // namespace fw::wire
