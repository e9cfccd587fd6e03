#include "plan/polish.h"

#include <algorithm>
#include <set>
#include <utility>

namespace fw::plan {
namespace {

class Polisher {
 public:
  Polisher(const Problem& problem, Polish polish) : problem_(problem), polish_(std::move(polish)) {}

  void run() {
    bool moved = true;
    while (moved && left()) {
      moved = parts();
      moved = lumps() || moved;
    }
  }

 private:
  bool left() const { return tried_ < polish_.attempts; }

  bool attempt(const Units& units) {
    if (!left() || units == polish_.best()) return false;
    ++tried_;
    return polish_.attempt(units);
  }

  // One pool in one window as another plan has it.
  bool parts() {
    bool moved = false;
    for (const auto& other : polish_.others)
      for (std::size_t p = 0; p < problem_.pools.size(); ++p)
        for (const auto& [from, until] : money_windows(problem_)) {
          auto units = polish_.best();
          for (auto slot = from; slot < until; ++slot) units[p][slot] = other[p][slot];
          moved = attempt(units) || moved;
        }
    return moved;
  }

  // Slots that follow each other with the same units, each window's on their own.
  std::vector<Window> runs(std::size_t p) const {
    std::set<Window> made;
    const auto& units = polish_.best()[p];
    for (const auto& [from, until] : money_windows(problem_)) {
      made.insert({from, until});
      for (auto begin = from; begin < until;) {
        auto end = begin + 1;
        while (end < until && units[end] == units[begin]) ++end;
        made.insert({begin, end});
        if (end - begin > 1) made.insert({begin, begin + 1}), made.insert({end - 1, end});
        begin = end;
      }
    }
    return {made.begin(), made.end()};
  }

  bool lumps() {
    bool moved = false;
    for (std::size_t p = 0; p < problem_.pools.size(); ++p)
      for (const auto& run : runs(p))
        for (const double more : {1.0, -1.0, 0.0})
          while (left() && attempt(changed(p, run, more))) moved = true;
    return moved;
  }

  // A lump more or less in each slot; 0: none at all.
  Units changed(std::size_t p, const Window& run, double more) const {
    auto units = polish_.best();
    const auto& lumps = problem_.pools[p].lumps;
    for (auto slot = run.first; slot < run.second; ++slot) {
      auto& n = units[p][slot];
      if (more == 0) n = 0;
      else if (more > 0) n = n > 0 ? n + lumps.increment : lumps.minimum;
      else n = n > lumps.minimum ? n - lumps.increment : 0;
    }
    return units;
  }

  const Problem& problem_;
  Polish polish_;
  std::size_t tried_ = 0;
};

}  // namespace

std::vector<Window> money_windows(const Problem& problem) {
  std::set<Window> made = {{0, problem.slots}};
  for (const auto& each : problem.budgets) made.insert({each.from, each.until});
  for (const auto& each : problem.contracts) {
    made.insert({each.from, each.until});
    if (each.from > 0) made.insert({0, each.from});
    if (each.until < problem.slots) made.insert({each.until, problem.slots});
  }
  return {made.begin(), made.end()};
}

std::vector<Window> term_windows(const Problem& problem) {
  std::set<std::size_t> begins = {problem.slots};
  for (const auto& family : problem.families)
    for (const auto& term : family.terms)
      if (term.slots > 1) begins.insert(term.starts.begin(), term.starts.end());
  const auto money = money_windows(problem);
  std::set<Window> made(money.begin(), money.end());
  std::size_t from = 0;
  for (const auto until : begins) {
    if (from < until) made.insert({from, until});
    from = until;
  }
  return {made.begin(), made.end()};
}

void polish(const Problem& problem, Polish polish) { Polisher(problem, std::move(polish)).run(); }

}  // namespace fw::plan
