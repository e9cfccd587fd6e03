#include "offer/book.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <tuple>

#include "offer/scope.h"

namespace fw::offer {
namespace {

bool before(const Row& a, const Row& b) {
  const bool a_other = a.tier != kStandardTier;
  const bool b_other = b.tier != kStandardTier;
  return std::tie(a.model, a.cloud, a.host, a.scope, a_other, a.tier, a.from) <
         std::tie(b.model, b.cloud, b.host, b.scope, b_other, b.tier, b.from);
}

// How closely a row fits a place; nothing: it does not.
std::optional<int> fit(const Row& row, const Place& place) {
  if (row.model != place.model || row.cloud != place.cloud) return std::nullopt;
  if (!row.host.empty() && row.host != place.host) return std::nullopt;
  const auto scope = matches(row.scope, place.scope);
  if (!scope) return std::nullopt;
  return *scope * 2 + (row.host.empty() ? 0 : 1);
}

struct Fitting {
  const Row* row;
  int closeness;
};

std::vector<Fitting> fitting(const std::vector<Row>& rows, const Place& place) {
  std::vector<Fitting> found;
  for (const auto& row : rows)
    if (const auto closeness = fit(row, place)) found.push_back({&row, *closeness});
  return found;
}

// The row of each tier that counts at a time.
std::map<std::string_view, const Row*> counting(const std::vector<Fitting>& rows, WallTime at) {
  std::map<std::string_view, Fitting> best;
  for (const auto& candidate : rows) {
    if (!candidate.row->holds(at)) continue;
    const auto [known, fresh] = best.emplace(candidate.row->tier, candidate);
    if (!fresh && candidate.closeness > known->second.closeness) known->second = candidate;
  }
  std::map<std::string_view, const Row*> rows_by_tier;
  for (const auto& [tier, found] : best) rows_by_tier.emplace(tier, found.row);
  return rows_by_tier;
}

void take(const Row& row, Dated& to) {
  to.rows.push_back(row.id);
  if (row.tier == kStandardTier) {
    to.absent = row.absent;
    to.priced = row.meters.any();
    to.sheet.meters = row.meters;
    to.sheet.long_context = row.long_context;
    to.sheet.row = row.id;
    to.features = row.features;
  } else if (!row.absent && row.meters.any()) {
    to.sheet.tiers.push_back({row.tier, row.meters, row.long_context, row.id});
  }
}

std::optional<Dated> sheet_at(const std::vector<Fitting>& rows, WallTime at) {
  const auto by_tier = counting(rows, at);
  if (by_tier.empty()) return std::nullopt;
  Dated made;
  made.sheet.apart = true;
  for (const auto& [tier, row] : by_tier) take(*row, made);
  return made;
}

// The moments at which what holds may change, in order.
std::set<WallTime> moments(const std::vector<Fitting>& rows) {
  std::set<WallTime> times;
  for (const auto& [row, closeness] : rows) {
    times.insert(row->from);
    if (row->until) times.insert(*row->until);
  }
  return times;
}

}  // namespace

const Dated* Timeline::at(WallTime time) const {
  const auto after = std::ranges::upper_bound(parts_, time, {}, &Dated::from);
  if (after == parts_.begin()) return nullptr;
  const auto& part = *std::prev(after);
  return part.until && *part.until <= time ? nullptr : &part;
}

const PriceSheet* Timeline::price_at(WallTime time) const {
  const auto* const part = at(time);
  return part && (part->priced || !part->sheet.tiers.empty()) ? &part->sheet : nullptr;
}

void Timeline::set_cache_lifetime(dialect::CacheLifetime lifetime) {
  for (auto& part : parts_) part.sheet.cache_lifetime = lifetime;
}

Book::Book(std::vector<Row> rows) : rows_(std::move(rows)) { settle(); }

void Book::settle() {
  for (auto& row : rows_) row.id = row_id(row);
  std::ranges::sort(rows_, before);
}

void Book::lay_over(const std::vector<Row>& later) {
  for (const auto& over : later) {
    std::vector<Row> rest;
    std::erase_if(rows_, [&](const Row& row) {
      if (place_of(row) != place_of(over)) return false;
      if ((row.until && *row.until <= over.from) || (over.until && *over.until <= row.from)) return false;
      if (row.from < over.from) rest.emplace_back(row).until = over.from;
      if (over.until && (!row.until || *over.until < *row.until)) rest.emplace_back(row).from = *over.until;
      return true;
    });
    std::ranges::move(rest, std::back_inserter(rows_));
  }
  std::ranges::copy(later, std::back_inserter(rows_));
  settle();
}

std::optional<Dated> Book::find(const Place& place, WallTime at) const {
  const auto line = timeline(place);
  const auto* const part = line.at(at);
  return part ? std::optional(*part) : std::nullopt;
}

Timeline Book::timeline(const Place& place) const {
  const auto rows = fitting(rows_, place);
  std::vector<Dated> parts;
  for (const auto moment : moments(rows)) {
    if (!parts.empty() && !parts.back().until) parts.back().until = moment;
    auto part = sheet_at(rows, moment);
    if (!part) continue;
    part->from = moment;
    parts.push_back(*std::move(part));
  }
  return Timeline(std::move(parts));
}

std::vector<const Row*> Book::rows(std::string_view model, WallTime at) const {
  std::vector<const Row*> found;
  for (const auto& row : rows_)
    if (row.model == model && row.holds(at)) found.push_back(&row);
  return found;
}

std::string_view Book::model_of(std::string_view cloud, std::string_view id) const {
  for (const auto& row : rows_)
    if (row.cloud == cloud && (row.model == id || std::ranges::find(row.ids, id) != row.ids.end())) return row.model;
  return {};
}

bool Book::has_model(std::string_view model) const {
  return std::ranges::any_of(rows_, [model](const Row& row) { return row.model == model; });
}

std::vector<std::string> Book::models() const {
  std::vector<std::string> names;
  for (const auto& row : rows_)
    if (names.empty() || names.back() != row.model) names.push_back(row.model);
  return names;
}

}  // namespace fw::offer
