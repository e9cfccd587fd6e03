#include "offer/scope.h"

#include <algorithm>

namespace fw::offer {
namespace {

constexpr std::size_t kPlaceBytesMax = 64;
constexpr std::string_view kAny = "*";

bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_place(std::string_view text) {
  return !text.empty() && text.size() <= kPlaceBytesMax && lower_or_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) { return lower_or_digit(c) || c == '-'; });
}

// These are no geographies.
bool stands_alone(std::string_view text) { return text == "global" || text == "on-premises"; }

struct Path {
  std::string_view geography;
  std::string_view region;
  bool has_region = false;
};

Path split(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return {text, {}, false};
  return {text.substr(0, slash), text.substr(slash + 1), true};
}

std::optional<int> segment(std::string_view pattern, std::string_view place) {
  if (pattern == place) return 1;
  return pattern == kAny ? std::optional(0) : std::nullopt;
}

bool well_formed(std::string_view text, bool with_pattern) {
  if (stands_alone(text)) return true;
  const auto path = split(text);
  const auto good = [with_pattern](std::string_view part) { return is_place(part) || (with_pattern && part == kAny); };
  if (!good(path.geography) || stands_alone(path.geography) || path.geography == "any") return false;
  return !path.has_region || good(path.region);
}

}  // namespace

bool is_scope(std::string_view text) { return well_formed(text, false); }

bool is_scope_pattern(std::string_view text) { return well_formed(text, true); }

std::string_view widest(std::string_view claimed, std::string_view said) {
  if (said.empty() || claimed == "global") return claimed;
  if (said == "global" || stands_alone(claimed)) return "global";
  const auto mine = split(claimed);
  const auto its = split(said);
  if (mine.geography != its.geography) return "global";
  return mine.has_region && (!its.has_region || mine.region != its.region) ? mine.geography : claimed;
}

std::optional<int> matches(std::string_view pattern, std::string_view scope) {
  if (stands_alone(scope) || stands_alone(pattern)) return pattern == scope ? std::optional(1) : std::nullopt;
  const auto wanted = split(pattern);
  const auto given = split(scope);
  if (wanted.has_region != given.has_region) return std::nullopt;
  const auto geography = segment(wanted.geography, given.geography);
  const auto region = given.has_region ? segment(wanted.region, given.region) : std::optional(0);
  if (!geography || !region) return std::nullopt;
  return *geography + 2 * *region;  // a region says more than its geography
}

}  // namespace fw::offer
