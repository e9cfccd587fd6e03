// Comparing a key with a word that is known when compiling: no call, one or two machine words.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace fw::dialect {

template <std::size_t N>
bool is(std::string_view key, const char (&word)[N]) {
  return key.size() == N - 1 && std::memcmp(key.data(), word, N - 1) == 0;
}

}  // namespace fw::dialect
