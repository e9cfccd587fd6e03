// What money and records need of an answer that came in one piece.
#pragma once

#include <string_view>

#include "base/error.h"
#include "dialect/dialect.h"
#include "dialect/usage.h"

namespace fw::dialect {

// Views point into the body.
struct WholeAnswer {
  Usage usage;
  std::string_view response_id;
  std::string_view service_tier;  // the one served, if told
  std::string_view model;
  std::string_view finish;  // finish_reason of the first choice; Responses: its status
  bool valid = false;       // a JSON object of this operation's kind
};

// Error (origin provider, another deployment may do better): not one JSON object, or too deep.
Result<WholeAnswer> read_answer(Operation operation, std::string_view body, int depth_max);

}  // namespace fw::dialect
