// How clouds count what is asked of them against a quota, as far as they document it.
#pragma once

#include <cstdint>
#include <string_view>

namespace fw::cloud {

struct Accounting {
  std::int64_t tokens_window_s = 60;    // so many seconds of a quota of tokens may come at once
  std::int64_t requests_window_s = 60;  // likewise of requests
  bool counts_cached = true;            // tokens read from a cache count
  bool tells_wait = true;               // a 429 says when to come again
  bool tells_left = false;              // heads say what is left of the quota of tokens
};

// Of a cloud the table does not have: as above.
Accounting accounting(std::string_view cloud);

}  // namespace fw::cloud
