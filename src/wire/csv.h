// Lines of comma-separated values (RFC 4180), read in place: cells are views of the text.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace fw::wire {

class CsvLines {
 public:
  explicit CsvLines(std::string_view text) : left_(text) {}
  // False: the end. Empty lines and a carriage return at the end of a line are passed over. A cell that begins with a
  // quote ends with the next single one, whatever is between, line ends too; without one it ends with its line.
  bool next();
  int line() const { return line_; }  // where it begins
  // A cell with doubled quotes lives until the next call, the others as long as the text.
  const std::vector<std::string_view>& cells() const { return cells_; }
  // Where a cell begins in its line, 1-based.
  int column(std::size_t cell) const { return static_cast<int>(starts_[cell] - start_) + 1; }

 private:
  bool quoted();
  void plain();

  std::string_view left_;
  const char* start_ = nullptr;
  int line_ = 0;
  int lines_ = 0;  // passed
  std::vector<std::string_view> cells_;
  std::vector<const char*> starts_;
  std::deque<std::string> unquoted_;
};

}  // namespace fw::wire
