// A decision as few bytes: what the gateway journals for each request. The policy stands apart, once
// for many decisions, as the JSON of record.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "route/record.h"

namespace fw::route {

// What the decision stands under.
struct Decided {
  WallTime time;
  std::string_view policy_hash;  // under which the policy's text is kept
  const Decision& decision;
};

// The record; it lies in `room`, which only ever grows. The same decision gives the same bytes.
std::string_view write_compact(const Decided& decided, std::string& room);

struct ReadDecided {
  WallTime time;
  std::string_view policy_hash;
  Decision decision;
};
// Views point into `bytes`. Errors: cut short, or written by a version that this one does not know.
Result<ReadDecided> read_compact(std::string_view bytes);

// A policy's text, and the hash it goes by: 16 hex digits.
std::string policy_text(const Policy& policy);
std::string policy_hash(std::string_view text);
Result<Policy> read_policy(std::string_view text);

}  // namespace fw::route
