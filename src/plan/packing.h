// A small linear program: the most valuable x >= 0 with A x <= b, where b >= 0, so that nothing at all is a beginning.
#pragma once

#include <cstddef>
#include <vector>

namespace fw::plan {

// Dense tableau simplex; the cells are used again from one solve to the next.
class Packing {
 public:
  // Forgets everything; all cells are zero.
  void reset(std::size_t rows, std::size_t columns);
  double& cell(std::size_t row, std::size_t column) { return table_[row * width_ + column]; }
  double& limit(std::size_t row) { return table_[row * width_ + width_ - 1]; }
  double& worth(std::size_t column) { return table_[rows_ * width_ + column]; }
  // Afterwards:
  void solve();
  double x(std::size_t column) const { return x_[column]; }
  double price(std::size_t row) const { return price_[row]; }  // what one more of the row's limit is worth
  double value() const { return value_; }

 private:
  std::size_t entering(bool first) const;
  std::size_t leaving(std::size_t column) const;
  void pivot(std::size_t row, std::size_t column);

  std::size_t rows_ = 0, columns_ = 0, width_ = 0;
  std::vector<double> table_;  // rows, then the objective; columns, slacks, limits
  std::vector<std::size_t> basis_;
  std::vector<double> x_, price_;
  double value_ = 0, tiny_ = 0;
};

}  // namespace fw::plan
