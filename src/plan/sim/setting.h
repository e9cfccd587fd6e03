// What a file says of the places as they are, of how requests come, and of what goes wrong when.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "offer/row.h"
#include "plan/sim/drawn.h"
#include "plan/sim/world.h"

namespace fw::plan::sim {

// Places by name, cloud or scope (and what lies below it). Whatever is named must hold; nothing: all places.
struct Which {
  std::vector<std::string> deployments, clouds, scopes;
  bool holds(const Place& place) const;
};

// What is not said stays as it was.
struct Terms {
  Which which;
  std::optional<double> tokens_per_minute, requests_per_minute, window_s;
  std::optional<double> first_token_ms, spread, per_1k_ms, per_token_ms, congestion, errors;
  std::optional<bool> tells_wait, tells_left;
};

// Seconds since the demand's beginning, or a time.
struct Moment {
  double s = 0;
  std::optional<WallTime> time;
  double seconds_after(WallTime begin) const { return time ? static_cast<double>(time->ns - begin.ns) / 1e9 : s; }
};

struct IncidentTerms {
  Which which;
  Trouble what = Trouble::slow;
  Moment from, until;
  double factor = 0, part = 0;  // 0: the trouble's own
};

struct Setting {
  std::vector<Terms> places;  // the later ones over the earlier ones
  Manner manner;
  std::optional<double> crowding;
  std::vector<IncidentTerms> incidents;
};

// The same as files spell it; an empty text: not said.
struct TermsText {
  std::vector<std::string> deployments, clouds, scopes;
  std::string tokens_per_minute, requests_per_minute, window_s;
  std::string first_token_ms, spread, per_1k_ms, per_token_ms, congestion, errors;
  std::string tells_wait, tells_left;
};
struct MannerText {
  std::string input_spread, output_spread, burst, tokens_each, tenants;
};
struct IncidentText {
  std::vector<std::string> deployments, clouds, scopes;
  std::string what, from, until, factor, part;
};
struct SettingText {
  std::vector<TermsText> places;
  MannerText requests;
  std::string crowding;
  std::vector<IncidentText> incidents;
};

// What is wrong goes to `faults`, all of it at once; their rows are -1.
Setting read_setting(const SettingText& text, std::vector<offer::Fault>& faults);

void apply(const std::vector<Terms>& terms, std::vector<Place>& places);
// For a demand that begins then. `strange`: the indices of incidents that hit no place.
std::vector<Incident> incidents_at(const std::vector<IncidentTerms>& terms, const std::vector<Place>& places, WallTime begin, std::vector<std::size_t>& strange);

}  // namespace fw::plan::sim
