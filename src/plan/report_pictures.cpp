#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/date.h"
#include "plan/report.h"
#include "wire/json.h"

namespace fw::plan {
namespace {

constexpr double kWidth = 720;
constexpr double kLeft = 60;
constexpr double kPointsMax = 360;
constexpr std::array<std::string_view, 3> kTerms = {"year", "month", "hour"};

double usd_of(Money money) { return static_cast<double>(money.units()) * 1e-15; }

std::string picture(double height, const std::string& label) {
  return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\">\n", kWidth, height, escaped(label));
}

std::string text_at(double x, double y, const char* anchor, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, escaped(text));
}

// One slot of a pool: what its classes ask for, and the units there by term.
struct Level {
  double load = 0;
  std::array<double, 3> held{};
};

std::size_t slot_at(const Problem& problem, WallTime time) {
  const auto slot = (time.ns - problem.demand->from.ns) / (problem.slot_hours * kHourNs);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(slot, 0, static_cast<std::int64_t>(problem.slots)));
}

void add_load(const Problem& problem, const Pool& pool, std::vector<Level>& levels) {
  const auto& group = problem.groups[pool.uses.front().group];
  for (std::size_t k = 0; k < group.classes.size(); ++k) {
    if (!group.admits[k][pool.uses.front().source]) continue;
    const auto& c = problem.demand->classes[group.classes[k]];
    for (std::size_t step = 0; step < problem.demand->steps; ++step)
      levels[step / problem.steps_per_slot].load += weigh(group.sources[pool.uses.front().source].units, c.at(step)) / static_cast<double>(problem.steps_per_slot);
  }
}

// Units of the pool's family by term, no more than are deployed for this pool; long terms first.
void add_held(const Report& report, const Pool& pool, std::vector<Level>& levels) {
  const auto& problem = report.problem;
  std::vector<double> deployed(problem.slots);
  for (const auto& each : report.plan.deployed)
    if (each.offer == (*problem.offers)[pool.offer].name)
      for (auto slot = slot_at(problem, each.from); slot < slot_at(problem, each.until); ++slot) deployed[slot] += static_cast<double>(each.units);
  for (std::size_t term = 0; term < kTerms.size(); ++term)
    for (const auto& each : report.plan.purchases)
      if (each.family == problem.families[pool.family].name && each.term == kTerms[term])
        for (auto slot = slot_at(problem, each.from); slot < slot_at(problem, each.until); ++slot) {
          const double more = std::min(static_cast<double>(each.units), deployed[slot]);
          levels[slot].held[term] += more;
          deployed[slot] -= more;
        }
}

double upto(const Level& level, std::size_t terms) {
  double sum = 0;
  for (std::size_t t = 0; t < terms; ++t) sum += level.held[t];
  return std::min(sum, level.load);
}

std::string area(const std::vector<Level>& levels, double top, double height, std::size_t terms, std::string_view css) {
  const auto apart = std::max(1.0, static_cast<double>(levels.size()) / kPointsMax);
  std::string points = fmt::format("{:.1f},{:.1f}", kLeft, height - 30);
  double x = kLeft;
  for (double at = 0; at < static_cast<double>(levels.size()); at += apart) {
    const auto& level = levels[static_cast<std::size_t>(at)];
    const double y = height - 30 - (height - 50) * (terms > kTerms.size() ? level.load : upto(level, terms)) / top;
    points += fmt::format(" {:.1f},{:.1f}", x, y);
    x = kLeft + (kWidth - kLeft - 10) * std::min((at + apart) / static_cast<double>(levels.size()), 1.0);
    points += fmt::format(" {:.1f},{:.1f}", x, y);
  }
  return fmt::format("<polygon class=\"{}\" points=\"{} {:.1f},{:.1f}\"/>\n", css, points, x, height - 30);
}

}  // namespace

std::string load_picture(const Report& report, std::size_t p) {
  const auto& problem = report.problem;
  const auto& pool = problem.pools[p];
  std::vector<Level> levels(problem.slots);
  add_load(problem, pool, levels);
  add_held(report, pool, levels);
  std::ranges::sort(levels, std::greater{}, &Level::load);
  const double top = std::max(levels.empty() ? 0 : levels.front().load, 1e-9), height = 260;
  const auto& name = (*problem.offers)[pool.offer].name;
  auto out = picture(height, fmt::format("Load of {} by falling size, in units", name));
  out += area(levels, top, height, kTerms.size() + 1, "elsewhere");
  for (std::size_t terms = kTerms.size(); terms > 0; --terms) out += area(levels, top, height, terms, kTerms[terms - 1]);
  out += text_at(kLeft - 6, 24, "end", fmt::format("{:.1f}", top)) + text_at(kLeft - 6, height - 30, "end", "0");
  out += text_at(kLeft, height - 12, "start", "busiest slot") + text_at(kWidth - 10, height - 12, "end", fmt::format("quietest of {} slots", problem.slots));
  return out + "</svg>\n";
}

std::string calendar_picture(const Report& report) {
  const auto& plan = report.plan;
  std::map<std::pair<std::string, std::string>, std::vector<const Purchase*>> rows;
  auto end = plan.until;
  for (const auto& each : plan.purchases) {
    rows[{each.offer, each.term}].push_back(&each);
    end = std::max(end, each.until);
  }
  const double height = 46 + 28 * static_cast<double>(rows.size()), left = 220;
  const auto x = [&](WallTime time) { return left + (kWidth - left - 10) * static_cast<double>(time.ns - plan.from.ns) / static_cast<double>(std::max<std::int64_t>(end.ns - plan.from.ns, 1)); };
  auto out = picture(height, "Terms that are bought, by time");
  double y = 8;
  for (const auto& [key, list] : rows) {
    std::int64_t most = 1;
    for (const auto* each : list) most = std::max(most, each->units);
    out += text_at(left - 8, y + 14, "end", fmt::format("{} ({}, up to {})", key.first, key.second, most));
    for (const auto* each : list)
      out += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"18\" opacity=\"{:.2f}\"><title>{} units from {} until {}</title></rect>\n", escaped(each->term), x(each->from), y,
                         std::max(x(each->until) - x(each->from), 0.5), 0.35 + 0.65 * static_cast<double>(each->units) / static_cast<double>(most), each->units, rfc3339_text(each->from), rfc3339_text(each->until));
    y += 28;
  }
  out += fmt::format("<line class=\"mark\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1:.1f}\"/>\n", x(plan.until), height - 24);
  out += text_at(left, height - 8, "start", date_text(plan.from)) + text_at(kWidth - 10, height - 8, "end", date_text(end));
  return out + "</svg>\n";
}

std::string cost_picture(const Report& report) {
  struct Bar {
    std::string name;
    double usd;
  };
  std::vector<Bar> bars = {{"this plan", usd_of(report.plan.cost)}};
  if (const auto found = wire::json_find(report.json, {"baselines"}); found && found->starts_with('{')) {
    wire::JsonObject members(*found, 16);
    for (wire::JsonMember m; members.next(m);) {
      if (m.kind != wire::JsonKind::string || !m.key.ends_with("_usd")) continue;
      std::string name(baseline_words(m.key.substr(0, m.key.size() - 4)));
      std::ranges::replace(name, '_', ' ');
      if (const auto usd = Money::parse_usd(wire::json_text(m.value))) bars.push_back({std::move(name), usd_of(*usd)});
    }
  }
  const double bound = usd_of(report.plan.lower_bound);
  double top = std::max(bound, report.high ? usd_of(*report.high) : 0);
  for (const auto& bar : bars) top = std::max(top, bar.usd);
  const double left = 220, height = 40 + 30 * static_cast<double>(bars.size());
  const auto x = [&](double usd) { return left + (kWidth - left - 110) * usd / std::max(top, 1e-9); };
  auto out = picture(height, "Cost by strategy in USD");
  double y = 8;
  for (const auto& bar : bars) {
    out += text_at(left - 8, y + 15, "end", bar.name);
    out += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"20\"/>\n", &bar == &bars.front() ? "ours" : "other", left, y, x(bar.usd) - left);
    out += text_at(x(std::max(bar.usd, &bar == &bars.front() && report.high ? usd_of(*report.high) : 0)) + 6, y + 15, "start", fmt::format("{:.2f}", bar.usd));
    y += 30;
  }
  if (report.low && report.high)
    out += fmt::format("<path class=\"mark\" d=\"M{0:.1f} 12V24M{0:.1f} 18H{1:.1f}M{1:.1f} 12V24\"><title>90 % of scenarios</title></path>\n", x(usd_of(*report.low)), x(usd_of(*report.high)));
  out += fmt::format("<line class=\"bound\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"2\" y2=\"{1:.1f}\"/>\n", x(bound), height - 26) + text_at(x(bound), height - 10, "middle", fmt::format("no plan below {:.2f}", bound));
  return out + "</svg>\n";
}

}  // namespace fw::plan
