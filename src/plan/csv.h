// Lines of comma-separated values, read in place. Quotes have no meaning but around a whole cell.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace fw::plan {

class CsvLines {
 public:
  explicit CsvLines(std::string_view text) : left_(text) {}
  // False: the end. Empty lines and a carriage return at the end of a line are passed over.
  bool next();
  int line() const { return line_; }
  const std::vector<std::string_view>& cells() const { return cells_; }
  // Where a cell begins in its line, 1-based.
  int column(std::size_t cell) const { return static_cast<int>(cells_[cell].data() - start_) + 1; }

 private:
  std::string_view left_;
  const char* start_ = nullptr;
  int line_ = 0;
  std::vector<std::string_view> cells_;
};

// A decimal number, all of the text; nothing for anything else, NaN and infinities included.
std::optional<double> number_of(std::string_view text);

}  // namespace fw::plan
