// Which deployments may serve a request, in the order to try them, and why the others may not.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "dialect/dialect.h"
#include "health/account_marks.h"

namespace fw::route {

inline constexpr std::size_t kCandidatesMax = 64;  // deployments of one model

enum class Verdict : std::uint8_t {
  admissible,
  operation,  // its cloud does not speak this operation
  residency,  // it would process the request outside the policy's scopes
  marked,     // admissible, but its account said no a moment ago: tried last
};
std::string_view name(Verdict verdict);

// What the choice knows of one deployment.
struct Place {
  std::uint16_t deployment = 0;  // the snapshot's index
  std::uint16_t provider = 0;
  std::string_view scope;        // "global", "eu", "eu/sweden-central", "on-premises"
  std::uint32_t operations = 0;  // bit n: it speaks Operation n
};

struct Needs {
  dialect::Operation operation = dialect::Operation::chat;
  std::span<const std::string> residency;  // scopes that are allowed; empty: any
};

struct Candidate {
  std::uint16_t place = 0;  // index into the places given
  Verdict verdict = Verdict::admissible;
};

// In the order to try: the admissible ones as the config wrote them, then the marked ones; `tried`
// of them may be tried, the rest is there to explain.
struct Candidates {
  std::array<Candidate, kCandidatesMax> all;
  std::uint16_t count = 0;
  std::uint16_t tried = 0;
};

// True if what runs in `scope` stays inside `allowed`: the same path or one below it.
bool within(std::string_view scope, std::string_view allowed);

// Deterministic. At most kCandidatesMax places.
Candidates choose(const Needs& needs, std::span<const Place> places, const health::AccountMarks& marks, MonoTime now);

}  // namespace fw::route
