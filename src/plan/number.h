// Numbers in texts that others wrote.
#pragma once

#include <optional>
#include <string_view>

namespace fw::plan {

// A decimal number, all of the text; nothing for anything else, NaN and infinities included.
std::optional<double> number_of(std::string_view text);

}  // namespace fw::plan
