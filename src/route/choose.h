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
#include "dialect/needs.h"
#include "health/account_marks.h"
#include "offer/book.h"

namespace fw::route {

inline constexpr std::size_t kCandidatesMax = 64;  // deployments of one model

enum class Verdict : std::uint8_t {
  admissible,
  lossy,       // admissible, but something the request says is lost there, as the policy allows
  marked,      // admissible, but its account said no a moment ago: tried last
  operation,   // its cloud does not speak this operation
  residency,   // it would process the request outside the policy's scopes
  capability,  // it cannot serve what the request asks for
  loss,        // it would lose what the policy wants kept
};
std::string_view name(Verdict verdict);

// What may be lost on the way to a deployment that speaks another language.
enum class Lossy : std::uint8_t { hints, refuse, allow };

// What the choice knows of one deployment.
struct Place {
  std::uint16_t deployment = 0;  // the snapshot's index
  std::uint16_t provider = 0;
  std::string_view scope;        // "global", "eu", "eu/sweden-central", "on-premises"
  std::uint32_t operations = 0;  // bit n: it speaks Operation n
  std::uint32_t translated = 0;  // bit n: in another dialect than the client's
  const offer::Timeline* prices = nullptr;  // what its tokens cost and when; null: nothing is known
  std::array<dialect::Fates, 2> fates{};  // of chat and responses; only what is dropped counts where nothing is translated
};

struct Needs {
  dialect::Operation operation = dialect::Operation::chat;
  std::span<const std::string> residency;  // scopes that are allowed; empty: any
  dialect::Needs asked = {};  // all the request asks for; without it nothing may be translated
  Lossy lossy = Lossy::hints;
};

// What a request loses at a place.
dialect::Needs lost(const Needs& needs, const Place& place);
// Why it cannot be served there: needs that are refused, or lost against the policy. None: it can.
dialect::Needs unmet(const Needs& needs, const Place& place);

struct Candidate {
  std::uint16_t place = 0;  // index into the places given
  Verdict verdict = Verdict::admissible;
};

// In the order to try: the admissible ones as the config wrote them, then the lossy ones, then the
// marked ones; `tried` of them may be tried, the rest is there to explain.
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
