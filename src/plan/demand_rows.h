// From rows to a Demand: the one place that sorts, adds up, finds the step and the holes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/demand.h"

namespace fw::plan {

// Something wrong in a file, or worth saying (`warning`).
struct Note {
  int line = 0;  // 1-based; 0: the file as a whole
  int column = 0;
  std::string found, expected, hint;
  bool warning = false;
};

struct DemandRead {
  Demand demand;            // without classes when any note is no warning
  std::vector<Note> notes;  // in the order of the file, at most kNotesMax
  bool ok() const;
};

inline constexpr std::size_t kNotesMax = 50;

// "line 3, column 7: found …, expected …. …" for people.
std::string say(const Note& note);

struct DemandRow {
  std::int64_t time_s = 0;  // since 1970, UTC
  std::uint32_t of = 0;     // the class
  int line = 0;
  Tokens tokens;
  double requests = 0;
};

class DemandRows {
 public:
  // The number of a class, the same for the same words. `line` and `column`: where its model stands first; 0: in no file.
  std::uint32_t class_of(std::string_view model, std::string_view name, std::string_view place, int line = 0, int column = 0);
  void add(const DemandRow& row) { rows_.push_back(row); }
  // Counts within the same step are added up: rows are single requests. Otherwise two rows of a class at one time are
  // an error.
  void adds_up(std::int64_t step_s) { step_s_ = step_s; }
  bool empty() const { return rows_.empty(); }
  bool full() const { return notes_.size() >= kNotesMax; }
  void note(Note note) { if (!full()) notes_.push_back(std::move(note)); }
  DemandRead finish();

 private:
  void sort();
  void find_step();
  void find_duplicates();
  void find_holes(Demand& demand) const;
  void fill(Demand& demand) const;

  std::vector<DemandClass> classes_;
  std::vector<DemandRow> rows_;
  std::vector<Note> notes_;
  std::int64_t step_s_ = 0;  // 0: to be found
};

}  // namespace fw::plan
