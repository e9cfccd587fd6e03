#include "plan/demand_rows.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/date.h"

namespace fw::plan {
namespace {

constexpr std::int64_t kRegularFrom = 300;

auto key(const DemandClass& c) { return std::tie(c.model, c.name, c.place); }

}  // namespace

bool DemandRead::ok() const {
  return std::ranges::all_of(notes, &Note::warning);
}

std::string say(const Note& note) {
  std::string text;
  if (note.line > 0) text = note.column > 0 ? fmt::format("line {}, column {}: ", note.line, note.column) : fmt::format("line {}: ", note.line);
  text += note.found;
  if (!note.expected.empty()) text += fmt::format("; expected {}", note.expected);
  if (!note.hint.empty()) text += fmt::format(". {}", note.hint);
  return text;
}

std::uint32_t DemandRows::class_of(std::string_view model, std::string_view name, std::string_view place, int line, int column) {
  // Rows of a file come class after class or take turns; few classes, so the last one asked for is close.
  const auto at = std::ranges::find_if(classes_, [&](const DemandClass& c) { return c.model == model && c.name == name && c.place == place; });
  if (at != classes_.end()) return static_cast<std::uint32_t>(at - classes_.begin());
  auto& made = classes_.emplace_back();
  made.model = model;
  made.name = name;
  made.place = place;
  made.line = line;
  made.column = column;
  return static_cast<std::uint32_t>(classes_.size() - 1);
}

// By time, then class; the classes by their words, so that the order of a file does not show.
void DemandRows::sort() {
  std::vector<std::uint32_t> order(classes_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [this](std::uint32_t a, std::uint32_t b) { return key(classes_[a]) < key(classes_[b]); });
  std::vector<std::uint32_t> place(order.size());
  std::vector<DemandClass> sorted;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted.push_back(std::move(classes_[order[i]]));
  }
  classes_ = std::move(sorted);
  for (auto& row : rows_) row.of = place[row.of];
  if (step_s_ > 0)
    for (auto& row : rows_) row.time_s -= row.time_s % step_s_;
  const auto before = [](const DemandRow& a, const DemandRow& b) { return std::tie(a.time_s, a.of, a.line) < std::tie(b.time_s, b.of, b.line); };
  const auto late = std::ranges::is_sorted_until(rows_, {}, &DemandRow::time_s);
  if (late != rows_.end() && step_s_ == 0)
    note({late->line, 0, "rows that are not in the order of time", "", "They were put in order.", true});
  std::ranges::sort(rows_, before);
}

// A row stands for a minute, unless the file says otherwise by its own regularity: most times are the same five minutes
// or more apart, and none is off that grid.
void DemandRows::find_step() {
  if (step_s_ > 0) return;
  step_s_ = kMinuteS;
  std::map<std::int64_t, std::size_t> apart;
  std::size_t differences = 0;
  for (std::size_t i = 1; i < rows_.size(); ++i)
    if (const auto seconds = rows_[i].time_s - rows_[i - 1].time_s; seconds > 0) ++apart[seconds], ++differences;
  const auto most = std::ranges::max_element(apart, {}, &std::pair<const std::int64_t, std::size_t>::second);
  if (most == apart.end() || most->second * 2 <= differences) return;
  const auto step = most->first;
  const bool grid = std::ranges::all_of(apart, [step](const auto& each) { return each.first % step == 0; });
  if (!grid || step < kRegularFrom) return;
  if (kHourS % step != 0 && step % kHourS != 0)
    return note({0, 0, fmt::format("rows {} s apart", step), "a divisor or a multiple of an hour", "Write a row per minute or per hour."});
  step_s_ = step;
  note({0, 0, fmt::format("rows {} s apart", step), "", "Each row counts as that long; bursts inside it are not seen.", true});
}

void DemandRows::find_duplicates() {
  for (std::size_t i = 1; i < rows_.size() && !full(); ++i)
    if (rows_[i].time_s == rows_[i - 1].time_s && rows_[i].of == rows_[i - 1].of) {
      const auto& c = classes_[rows_[i].of];
      note({rows_[i].line, 1, fmt::format("a second row of {} {} {} at {}", c.model, c.name, c.place, rfc3339_text({rows_[i].time_s * kSecondNs})),
            fmt::format("one; the other is in line {}", rows_[i - 1].line), "Add them up, or drop one if an export overlaps another."});
    }
}

void DemandRows::find_holes(Demand& demand) const {
  std::int64_t end = rows_.front().time_s;
  for (const auto& row : rows_) {
    if (row.tokens.total() == 0) continue;
    if (row.time_s - end >= kHourS) demand.holes.push_back({{end * kSecondNs}, {row.time_s * kSecondNs}});
    end = row.time_s + step_s_;
  }
  if (demand.until().seconds() - end >= kHourS) demand.holes.push_back({{end * kSecondNs}, demand.until()});
}

void DemandRows::fill(Demand& demand) const {
  std::vector<std::vector<std::size_t>> of(classes_.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) of[rows_[i].of].push_back(i);
  const auto column = [&](std::size_t c, auto value) {
    std::vector<double> made(demand.steps, 0.0);
    for (const auto i : of[c]) made[static_cast<std::size_t>((rows_[i].time_s - demand.from.seconds()) / step_s_)] += value(rows_[i]);
    return Series(std::move(made));
  };
  for (std::size_t c = 0; c < classes_.size(); ++c) {
    auto& made = demand.classes.emplace_back(classes_[c]);
    made.input = column(c, [](const DemandRow& row) { return row.tokens.input; });
    made.cached = column(c, [](const DemandRow& row) { return row.tokens.cached; });
    made.output = column(c, [](const DemandRow& row) { return row.tokens.output; });
    made.requests = column(c, [](const DemandRow& row) { return row.requests; });
  }
}

DemandRead DemandRows::finish() {
  DemandRead read;
  if (rows_.empty() && notes_.empty()) note({0, 0, "no rows", "one row per class and minute", ""});
  const bool single = step_s_ > 0;
  if (!rows_.empty()) sort();
  if (!rows_.empty()) find_step();
  if (!single) find_duplicates();
  const bool tokens = std::ranges::any_of(rows_, [](const DemandRow& row) { return row.tokens.total() > 0; });
  if (!rows_.empty() && !tokens) note({0, 0, "no tokens at all", "one row with tokens at least", "Is it the right range of time?"});
  read.notes = std::move(notes_);
  if (!read.ok()) return read;
  auto& demand = read.demand;
  demand.step_s = step_s_;
  demand.from = {rows_.front().time_s * kSecondNs};
  const auto steps = static_cast<std::size_t>((rows_.back().time_s - rows_.front().time_s) / step_s_) + 1;
  if (steps > kStepsMax) {
    read.notes.push_back({0, 0, fmt::format("{} steps from first to last row", steps), fmt::format("at most {}", kStepsMax), "Is one time far from the others?"});
    return read;
  }
  demand.steps = steps;
  fill(demand);
  find_holes(demand);
  return read;
}

}  // namespace fw::plan
