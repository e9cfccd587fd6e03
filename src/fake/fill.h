// Templates: text with holes `$x`, one letter each, filled with raw JSON.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace fw::fake {

class Slots {
 public:
  Slots& set(char name, std::string_view value) {
    values_[static_cast<std::size_t>(name - 'A')] = value;
    return *this;
  }
  std::string_view get(char name) const { return values_[static_cast<std::size_t>(name - 'A')]; }

 private:
  std::array<std::string_view, 'z' - 'A' + 1> values_{};
};

// Appends the template; `write(out, hole)` fills every hole.
template <class Write>
void fill_with(std::string& out, std::string_view pattern, Write&& write) {
  for (;;) {
    const auto hole = pattern.find('$');
    out.append(pattern.substr(0, hole));
    if (hole == std::string_view::npos) return;
    write(out, pattern[hole + 1]);
    pattern.remove_prefix(hole + 2);
  }
}

// Appends the template; a slot that was not set is empty.
inline void fill(std::string& out, std::string_view pattern, const Slots& slots) {
  fill_with(out, pattern, [&slots](std::string& to, char hole) { to.append(slots.get(hole)); });
}

}  // namespace fw::fake
