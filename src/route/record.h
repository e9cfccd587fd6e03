// A decision as one line of JSON: all that was seen and all that followed, so that anybody can
// decide again from the line alone, on any machine, with this policy or with another.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "route/decision.h"

namespace fw::route {

struct Recorded {
  std::string_view request_id;
  std::string_view time;  // RFC 3339
  std::string_view model;
  Policy policy;
  Decision decision;
};

// Appends the object, without a line end.
void write_record(const Recorded& recorded, std::string& out);
// Views point into `line`. Errors say what was found and what was expected.
Result<Recorded> read_record(std::string_view line);

// Decides again. Empty: the same came out; else the first difference, for people.
std::string difference(const Recorded& recorded);

}  // namespace fw::route
