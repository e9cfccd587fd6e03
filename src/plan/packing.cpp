#include "plan/packing.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fw::plan {
namespace {

constexpr double kExact = 1e-11;
constexpr std::size_t kNone = SIZE_MAX;

}  // namespace

void Packing::reset(std::size_t rows, std::size_t columns) {
  rows_ = rows;
  columns_ = columns;
  width_ = columns + rows + 1;
  table_.assign((rows + 1) * width_, 0.0);
  basis_.resize(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    basis_[r] = columns + r;
    table_[r * width_ + columns + r] = 1;
  }
}

std::size_t Packing::entering(bool first) const {
  std::size_t best = kNone;
  double worth = tiny_;
  for (std::size_t c = 0; c < columns_ + rows_; ++c)
    if (const double here = table_[rows_ * width_ + c]; here > worth) {
      best = c;
      worth = here;
      if (first) break;
    }
  return best;
}

std::size_t Packing::leaving(std::size_t column) const {
  std::size_t best = kNone;
  double least = 0;
  for (std::size_t r = 0; r < rows_; ++r) {
    const double a = table_[r * width_ + column];
    if (a <= kExact) continue;
    const double ratio = std::max(table_[r * width_ + width_ - 1], 0.0) / a;
    if (best == kNone || ratio < least || (ratio == least && basis_[r] < basis_[best])) best = r, least = ratio;
  }
  return best;
}

void Packing::pivot(std::size_t row, std::size_t column) {
  double* const at = &table_[row * width_];
  const double inverse = 1 / at[column];
  for (std::size_t c = 0; c < width_; ++c) at[c] *= inverse;
  for (std::size_t r = 0; r <= rows_; ++r) {
    double* const other = &table_[r * width_];
    const double factor = other[column];
    if (r == row || factor == 0) continue;
    for (std::size_t c = 0; c < width_; ++c) other[c] -= factor * at[c];
    other[column] = 0;
  }
  basis_[row] = column;
}

void Packing::solve() {
  double greatest = 0;
  for (std::size_t c = 0; c < columns_; ++c) greatest = std::max(greatest, std::abs(worth(c)));
  tiny_ = greatest * kExact;
  // The steepest column first; after many steps the first one, which cannot go in circles (Bland).
  const std::size_t patience = 20 * (rows_ + columns_) + 100;
  for (std::size_t step = 0; step < 4 * patience; ++step) {
    const auto column = entering(step > patience);
    if (column == kNone) break;
    const auto row = leaving(column);
    if (row == kNone) break;  // without a limit: callers give each column one
    pivot(row, column);
  }
  x_.assign(columns_, 0);
  for (std::size_t r = 0; r < rows_; ++r)
    if (basis_[r] < columns_) x_[basis_[r]] = std::max(limit(r), 0.0);
  price_.resize(rows_);
  for (std::size_t r = 0; r < rows_; ++r) price_[r] = std::max(-table_[rows_ * width_ + columns_ + r], 0.0);
  value_ = -table_[rows_ * width_ + width_ - 1];
}

}  // namespace fw::plan
