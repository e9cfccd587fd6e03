#include "dialect/inner_walk.h"

namespace fw::dialect::inner {

// One bracket is open.
void Walk::nested() {
  std::size_t depth = 1;
  while (at_ != end_ && depth != 0) {
    const char c = *at_++;
    if (c == '"')
      string();
    else if (c == '{' || c == '[')
      ++depth;
    else if (c == '}' || c == ']')
      --depth;
  }
}

Raw member_of(Raw object, std::string_view key) {
  if (!is_object(object)) return {};
  Walk walk(object);
  walk.open();
  for (std::string_view found; walk.key(found);) {
    const Raw value = walk.take();
    if (found == key) return value;
  }
  return {};
}

}  // namespace fw::dialect::inner
