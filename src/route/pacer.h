// How much less service counts than usual, so that a budget lasts its window: an integral controller. Pure: what was
// spent and when are arguments.
#pragma once

#include <cstdint>

namespace fw::route {

class Pacer {
 public:
  // What it goes by, all of 65,536: spent of the limit, elapsed of the window.
  struct At {
    std::int64_t window = 0;   // which one; another begins anew
    std::int64_t spent = 0;
    std::int64_t elapsed = 0;
  };
  void observe(const At& at);

  // Of 65,536; 0: what is feared of the service counts in full, 65,535: the price alone counts.
  std::uint16_t pressure() const { return static_cast<std::uint16_t>(pressure_ >> kFine); }

  // 5 % too much spent over 5 % of the window turn it from nothing to full.
  static constexpr std::int64_t kGain = 400;
  // So much may be spent ahead of time: days have nights.
  static constexpr std::int64_t kAhead = 65'536 / 50;

 private:
  static constexpr int kFine = 16;
  std::int64_t window_ = INT64_MIN;
  std::int64_t elapsed_ = 0;
  std::int64_t pressure_ = 0;  // in 2^-32
};

}  // namespace fw::route
