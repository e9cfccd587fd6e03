// The query of a page's address: which of its parameters are there, and nothing else. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace fw::admin {

using Query = std::map<std::string, std::string, std::less<>>;

// Values with %XX and + decoded. An error names the first parameter that is not `known`, stands twice or is spelt wrong.
Result<Query> read_query(std::string_view text, std::span<const std::string_view> known);

// A whole number from 1 to `most`; `otherwise` where the parameter is missing.
Result<std::size_t> number_of(const Query& query, std::string_view name, std::size_t otherwise, std::size_t most);

}  // namespace fw::admin
