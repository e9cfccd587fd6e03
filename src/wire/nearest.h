// "Did you mean": the known words closest to a mistyped one.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fw::wire {

// Words longer than this are not compared: the word comes from a client.
inline constexpr std::size_t nearest_word_bytes_max = 128;

// At most `count` of `known`, nearest first, only such as are plausibly meant (edits up to a third
// of the word's length, or a common beginning); case does not count. Views into `known`.
std::vector<std::string_view> nearest(std::string_view word, std::span<const std::string> known, std::size_t count);

}  // namespace fw::wire
