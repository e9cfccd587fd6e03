// What most files read, read once: precompiled where FAIRWAY_PRECOMPILED is on, read by force there and never included
// by a file. dev compiles without it, so that a file which forgets an include is found.
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>
#include <fmt/format.h>

// Compiled in standard.cpp; without this line each file that formats into a string compiles it again (0.8 s). (libfmt has
// one too, but GCC gives it another name.)
extern template void fmt::detail::vformat_to<char>(fmt::detail::buffer<char>&, fmt::string_view, fmt::format_args,
                                                   fmt::detail::locale_ref);
