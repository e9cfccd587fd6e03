#include "plan/sim/setting.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "base/date.h"
#include "offer/scope.h"
#include "plan/number.h"
#include "route/policy.h"

namespace fw::plan::sim {
namespace {

using Faults = std::vector<offer::Fault>;

struct Range {
  double least, most;
};
constexpr Range kAmount{0, 1e15}, kMs{0, 3'600'000}, kSpread{0, 3}, kShare{0, 1}, kTimes{0, 1'000}, kCount{1, 65'000}, kSeconds{1, 86'400}, kSince{0, 1e10};

std::optional<double> read(const std::string& text, std::string path, const Range& range, Faults& faults) {
  if (text.empty()) return std::nullopt;
  const auto value = number_of(text);
  if (value && *value >= range.least && *value <= range.most) return value;
  faults.push_back({-1, std::move(path), fmt::format("'{}'", text), fmt::format("a number from {:g} to {:g}", range.least, range.most), ""});
  return std::nullopt;
}

std::optional<bool> read_bool(const std::string& text, std::string path, Faults& faults) {
  if (text == "true" || text == "false") return text == "true";
  if (!text.empty()) faults.push_back({-1, std::move(path), fmt::format("'{}'", text), "true or false", ""});
  return std::nullopt;
}

template <class Text>
Which which_of(const Text& text) {
  return {text.deployments, text.clouds, text.scopes};
}

Terms read_terms(const TermsText& text, const std::string& at, Faults& faults) {
  Terms out;
  out.which = which_of(text);
  struct Column {
    const std::string& text;
    std::optional<double>& to;
    std::string_view name;
    Range range;
  };
  const std::array<Column, 9> columns{{{text.tokens_per_minute, out.tokens_per_minute, "tokens_per_minute", kAmount},
                                       {text.requests_per_minute, out.requests_per_minute, "requests_per_minute", kAmount},
                                       {text.window_s, out.window_s, "window_s", kSeconds},
                                       {text.first_token_ms, out.first_token_ms, "first_token_ms", kMs},
                                       {text.spread, out.spread, "spread", kSpread},
                                       {text.per_1k_ms, out.per_1k_ms, "per_1k_ms", kMs},
                                       {text.per_token_ms, out.per_token_ms, "per_token_ms", kMs},
                                       {text.congestion, out.congestion, "congestion", kTimes},
                                       {text.errors, out.errors, "errors", kShare}}};
  for (const auto& c : columns) c.to = read(c.text, fmt::format("{}.{}", at, c.name), c.range, faults);
  out.tells_wait = read_bool(text.tells_wait, at + ".tells_wait", faults);
  out.tells_left = read_bool(text.tells_left, at + ".tells_left", faults);
  return out;
}

Manner read_manner(const MannerText& text, Faults& faults) {
  Manner out;
  out.input_spread = read(text.input_spread, "requests.input_spread", kSpread, faults).value_or(out.input_spread);
  out.output_spread = read(text.output_spread, "requests.output_spread", kSpread, faults).value_or(out.output_spread);
  out.burst = read(text.burst, "requests.burst", kCount, faults).value_or(out.burst);
  out.tokens_each = read(text.tokens_each, "requests.tokens_each", {1, 1e6}, faults).value_or(out.tokens_each);
  out.tenants = static_cast<std::uint16_t>(read(text.tenants, "requests.tenants", {1, 100}, faults).value_or(out.tenants));
  return out;
}

Moment read_moment(const std::string& text, const std::string& path, Faults& faults) {
  if (const auto s = number_of(text); s && *s >= kSince.least && *s <= kSince.most) return {.s = *s, .time = {}};
  if (const auto time = parse_date(text)) return {.s = 0, .time = time};
  faults.push_back({-1, path, text.empty() ? "nothing" : fmt::format("'{}'", text), "seconds since the demand begins, a day, or a time in RFC 3339", ""});
  return {};
}

IncidentTerms read_incident(const IncidentText& text, const std::string& at, Faults& faults) {
  IncidentTerms out{.which = which_of(text), .what = Trouble::slow, .from = {}, .until = {}};
  if (const auto what = trouble_of(text.what)) out.what = *what;
  else {
    std::string words;
    for (std::size_t i = 0; i < kTroubles; ++i) words += fmt::format("{}{}", i ? ", " : "one of ", name(static_cast<Trouble>(i)));
    faults.push_back({-1, at + ".what", fmt::format("'{}'", text.what), words, ""});
  }
  const auto before = faults.size();
  out.from = read_moment(text.from, at + ".from", faults);
  out.until = read_moment(text.until, at + ".until", faults);
  const bool alike = out.from.time.has_value() == out.until.time.has_value();
  if (before == faults.size() && !alike) faults.push_back({-1, at + ".until", fmt::format("'{}'", text.until), "the same kind as `from`: both seconds, or both times", ""});
  else if (before == faults.size() && out.until.seconds_after({}) <= out.from.seconds_after({}))
    faults.push_back({-1, at + ".until", fmt::format("'{}'", text.until), fmt::format("later than from, which is {}", text.from), ""});
  out.factor = read(text.factor, at + ".factor", {1, 1'000}, faults).value_or(0);
  out.part = read(text.part, at + ".part", kShare, faults).value_or(0);
  return out;
}

template <class T>
void set(T& to, const std::optional<double>& value, double factor = 1) {
  if (value) to = *value * factor;
}

void apply(const Terms& t, Place& p) {
  constexpr double kPerMinute = 1 / 60.0, kPerMs = 1e-3;
  const auto limit = [](Bucket& bucket, const std::optional<double>& per_minute) {
    set(bucket.per_s, per_minute, kPerMinute);
    if (per_minute) bucket.limited = true;
  };
  limit(p.tokens, t.tokens_per_minute);
  limit(p.requests, t.requests_per_minute);
  set(p.tokens.seconds, t.window_s);
  set(p.pace.first_token_s, t.first_token_ms, kPerMs);
  set(p.pace.spread, t.spread);
  set(p.pace.per_1k_s, t.per_1k_ms, kPerMs);
  set(p.pace.per_token_s, t.per_token_ms, kPerMs);
  set(p.pace.congestion, t.congestion);
  set(p.pace.usual_errors, t.errors);
  p.tells_wait = t.tells_wait.value_or(p.tells_wait);
  p.tells_left = t.tells_left.value_or(p.tells_left);
}

}  // namespace

bool Which::holds(const Place& place) const {
  const auto among = [](const std::vector<std::string>& all, const std::string& one) { return all.empty() || std::ranges::find(all, one) != all.end(); };
  return among(deployments, place.name) && among(clouds, place.cloud) &&
         (scopes.empty() || std::ranges::any_of(scopes, [&place](const auto& scope) { return route::within(place.scope, scope); }));
}

Setting read_setting(const SettingText& text, Faults& faults) {
  Setting out;
  for (std::size_t i = 0; i < text.places.size(); ++i) out.places.push_back(read_terms(text.places[i], fmt::format("places[{}]", i), faults));
  out.manner = read_manner(text.requests, faults);
  out.crowding = read(text.crowding, "crowding", kTimes, faults);
  for (std::size_t i = 0; i < text.incidents.size(); ++i) out.incidents.push_back(read_incident(text.incidents[i], fmt::format("incidents[{}]", i), faults));
  return out;
}

void apply(const std::vector<Terms>& terms, std::vector<Place>& places) {
  for (auto& place : places)
    for (const auto& t : terms)
      if (t.which.holds(place)) apply(t, place);
}

std::vector<Incident> incidents_at(const std::vector<IncidentTerms>& terms, const std::vector<Place>& places, WallTime begin, std::vector<std::size_t>& strange) {
  std::vector<Incident> out;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto& t = terms[i];
    Incident made{.what = t.what, .places = {}, .from_s = t.from.seconds_after(begin), .to_s = t.until.seconds_after(begin), .factor = t.factor, .part = t.part};
    for (std::size_t p = 0; p < places.size(); ++p)
      if (t.which.holds(places[p])) made.places.push_back(static_cast<std::uint16_t>(p));
    if (made.places.empty()) strange.push_back(i);
    else out.push_back(std::move(made));
  }
  return out;
}

}  // namespace fw::plan::sim
