// Reading what the admin plane answered, for printing it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fw::cli {

// A value as people read it: texts without quotes, null and nothing as "".
std::string plain(std::optional<std::string_view> token);
// The value at the end of a path of keys.
std::string at(std::string_view object, std::initializer_list<std::string_view> path);
// The elements of an array; of nothing: none.
std::vector<std::string_view> elements(std::optional<std::string_view> array);

}  // namespace fw::cli
