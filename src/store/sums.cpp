// What people ask of the books by the hour and the day: answered from the rollups, and from the journals' tail.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/books.h"
#include "store/ledger_inside.h"

namespace fw::store {
namespace {

constexpr std::string_view kTagPrefix = "tag:";
constexpr std::string_view kOther = "*";  // the tag set of those beyond the limit
constexpr std::int64_t kHourS = 3'600;
constexpr std::int64_t kDayS = 86'400;

// Where a part of the sums belongs.
struct Where {
  std::int64_t start = 0;  // seconds since 1970
  std::string_view tenant, key, team, model, deployment, cloud, scope, account, tags;
};

constexpr std::array<std::pair<std::string_view, std::string_view Where::*>, 8> kDimensions{{{"tenant", &Where::tenant},
                                                                                             {"key", &Where::key},
                                                                                             {"team", &Where::team},
                                                                                             {"model", &Where::model},
                                                                                             {"deployment", &Where::deployment},
                                                                                             {"cloud", &Where::cloud},
                                                                                             {"scope", &Where::scope},
                                                                                             {"account", &Where::account}}};

std::string_view value_of(const Where& where, std::string_view dimension) {
  if (dimension.starts_with(kTagPrefix)) return where.tags == kOther ? kOther : ledger::tag_of(where.tags, dimension.substr(kTagPrefix.size()));
  const auto at = std::ranges::find(kDimensions, dimension, [](const auto& d) { return d.first; });
  return at == kDimensions.end() ? std::string_view() : where.*(at->second);
}

class Gathered {
 public:
  explicit Gathered(const SumsQuery& query) : query_(query) {}
  void add(const Where& where, const Sums& sums) {
    const auto start = where.start * 1'000'000'000;
    if ((query_.from && start < query_.from->ns) || (query_.until && start >= query_.until->ns) || !admits(where)) return;
    std::vector<std::string> values;
    for (const auto& dimension : query_.by) values.emplace_back(value_of(where, dimension));
    rows_[{query_.each_span ? where.start : 0, std::move(values)}].add(sums);
  }
  std::vector<SumsRow> rows() && {
    std::vector<SumsRow> out;
    for (auto& [key, sums] : rows_)
      if (!(sums == Sums{})) out.push_back({{key.first * 1'000'000'000}, key.second, sums});
    return out;
  }

 private:
  bool admits(const Where& w) const {
    const auto is = [](const std::string& wanted, std::string_view found) { return wanted.empty() || wanted == found; };
    return is(query_.tenant, w.tenant) && is(query_.key, w.key) && is(query_.team, w.team) && is(query_.model, w.model) && is(query_.deployment, w.deployment) &&
           is(query_.cloud, w.cloud) && is(query_.scope, w.scope) && is(query_.account, w.account) &&
           std::ranges::all_of(query_.tags, [&w](const auto& tag) { return ledger::has_tag(w.tags, tag); });
  }
  const SumsQuery& query_;
  std::map<std::pair<std::int64_t, std::vector<std::string>>, Sums> rows_;
};

Where where_of(const ledger::Booked& a, std::int64_t span) {
  const auto s = a.time.seconds();
  return {.start = s - s % span, .tenant = a.tenant, .key = a.key, .team = a.team(), .model = a.model, .deployment = a.deployment, .cloud = a.cloud,
          .scope = a.scope, .account = ledger::name(a.account()), .tags = a.tags};
}

}  // namespace

std::string unknown_dimension(const std::vector<std::string>& by) {
  for (const auto& dimension : by) {
    const bool known = std::ranges::find(kDimensions, dimension, [](const auto& d) { return d.first; }) != kDimensions.end() ||
                       (dimension.starts_with(kTagPrefix) && ledger::is_tag_name(std::string_view(dimension).substr(kTagPrefix.size())));
    if (!known) return fmt::format("found '{}', expected tenant, key, team, model, deployment, cloud, scope, account or tag:NAME", dimension);
  }
  return {};
}

Result<std::vector<SumsRow>> Books::sums(const SumsQuery& query) {
  Gathered out(query);
  const auto span = query.hourly ? kHourS : kDayS;
  if (db_) {
    std::map<std::int64_t, std::string> sets;
    for (Statement r(*db_, "SELECT id,text FROM tag_sets"); r.row();) {
      const auto id = r.integer();
      sets.emplace(id, r.text());
    }
    Statement r(*db_, "SELECT * FROM rollups WHERE span=? AND start>=? AND start<?");
    constexpr WallTime kLast{INT64_MAX};
    r.put(span).put(query.from.value_or(WallTime{}).seconds()).put(query.until.value_or(kLast).seconds());
    while (r.row()) {
      const auto [group, sums] = rollup_of(r);
      const auto& w = group.words;
      const auto set = sets.find(w[kTagsColumn]);
      out.add({.start = group.start, .tenant = word(w[0]), .key = word(w[1]), .team = word(w[kTeamColumn]), .model = word(w[2]), .deployment = word(w[3]),
               .cloud = word(w[4]), .scope = word(w[5]), .account = account_text(w[kAccountColumn]),
               .tags = set == sets.end() ? std::string_view() : std::string_view(set->second)},
              sums);
    }
    if (!db_->ok()) return std::unexpected(db_->error());
  }
  const auto read = each_in_tail([&](const ledger::Booked* before, const ledger::Booked& now) {
    if (before) {
      Sums none;
      none.subtract(sums_of(*before));
      out.add(where_of(*before, span), none);
    }
    out.add(where_of(now, span), sums_of(now));
  });
  if (!read) return std::unexpected(read.error());
  return std::move(out).rows();
}

}  // namespace fw::store
