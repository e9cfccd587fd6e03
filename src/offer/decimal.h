// Numbers of others' price tables, moved to our unit as text: no floating point, so nothing is rounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fw::offer {

// A JSON number times 10^shift as a plain decimal ("2.2e-05", 4 -> "0.22"); nothing for a negative one or no number.
std::optional<std::string> shifted(std::string_view number, int shift);

}  // namespace fw::offer
