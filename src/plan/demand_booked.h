// Demand from the books: what clients asked for and were answered, by class and step.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ledger/booked.h"
#include "plan/demand_rows.h"

namespace fw::plan {

// What the class of a request is.
enum class ClassBy : std::uint8_t {
  rule,    // "RESIDENCY/TIER/WARMTH", as class_by_rule() makes it
  key, tenant, policy, model
};

// Of a prompt, what a cache held: "cold" below a tenth of it, "warm" from six tenths on, "mixed" between.
inline constexpr double kColdBelow = 0.1;
inline constexpr double kWarmFrom = 0.6;

// "eu/standard/warm". `residency`: of the request's policy; empty: "any".
std::string class_by_rule(std::string_view residency, const ledger::Booked& attempt);

class BookedDemand {
 public:
  // `residency`: by the name of a policy; what is not there is named by the policy itself.
  BookedDemand(ClassBy by, std::int64_t step_s, std::map<std::string, std::string, std::less<>> residency);
  // Of each request the attempt that the client was answered by counts. `policy`: that it ran under; empty: none.
  void add(const ledger::Booked& attempt, std::string_view policy);
  // Notes say what was not counted, and why.
  DemandRead finish();

 private:
  std::string class_of(const ledger::Booked& attempt, std::string_view policy) const;

  ClassBy by_;
  std::map<std::string, std::string, std::less<>> residency_;
  DemandRows rows_;
  struct Left {
    std::uint64_t uncounted = 0;                // answered without a count of tokens
    std::uint64_t estimated = 0;                // counted by us, not by the cloud
    std::uint64_t unknown = 0;                  // it is not known how they ended
    std::uint64_t failed = 0, failed_tokens = 0;  // attempts that answered nobody but used tokens
  } left_;
};

}  // namespace fw::plan
