#include "route/pacer.h"

#include <algorithm>

namespace fw::route {

void Pacer::observe(const At& at) {
  if (at.window != window_) {
    window_ = at.window;
    elapsed_ = at.elapsed;
    pressure_ = 0;
    return;
  }
  const auto passed = std::clamp<std::int64_t>(at.elapsed - elapsed_, 0, 65'536);
  if (passed == 0) return;
  elapsed_ = at.elapsed;
  const auto ahead = std::clamp<std::int64_t>(at.spent - at.elapsed - kAhead, -65'536, 65'536);
  constexpr std::int64_t kMost = (std::int64_t{1} << 32) - 1;
  pressure_ = std::clamp<std::int64_t>(pressure_ + kGain * ahead * passed, 0, kMost);
}

}  // namespace fw::route
