// Every problem of one load, collected.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/load.h"

namespace fw::config {

inline constexpr std::size_t kProblemsMax = 200;

// What is said about one place.
struct Complaint {
  std::string found = {};
  std::string expected = {};
  std::string hint = {};
  Severity severity = Severity::error;
};

class Report {
 public:
  void add(Spot at, std::string path, Complaint complaint);
  bool has_errors() const { return errors_ > 0; }
  // Nothing more is kept: explaining can be spared.
  bool full() const { return problems_.size() > kProblemsMax; }

  // Where each path of the file stands: noted while reading, asked for by the checks afterwards.
  void note(std::string path, Spot at) { spots_.emplace(std::move(path), at); }
  bool noted(const std::string& path) const { return spots_.contains(path); }
  // The path's own place, or that of the closest thing around it.
  Spot spot_of(std::string path) const;
  void add_at(const std::string& path, Complaint complaint) { add(spot_of(path), path, std::move(complaint)); }
  // At the place of one path, about another.
  void add_at(const std::string& at, const std::string& path, Complaint complaint) {
    add(spot_of(at), path, std::move(complaint));
  }
  // Whether something at this path or below it was an error, so that what follows from it is not said too.
  bool has_error_under(std::string_view path) const;
  bool has_error_at(std::string_view path) const;

  // A problem of another file, complete.
  void adopt(Problem problem);

  // The problems by line and column, each with its excerpt.
  std::vector<Problem> finish(const Lines& lines, const Node& root);

 private:
  std::vector<Problem> problems_;
  std::unordered_map<std::string, Spot> spots_;
  std::size_t errors_ = 0;
};

// "a" -> "a"; "gpt-5.2" -> `["gpt-5.2"]`, so that a path can be read in one way only. Long names are cut.
std::string path_step(std::string_view parent, std::string_view key);
std::string path_item(std::string_view parent, std::size_t index);

// Where the name of an entry of a mapping stands, as opposed to its value.
inline std::string key_path(std::string path) { return std::move(path) + "@"; }

// A quoted, shortened form of what a user wrote, control characters made visible.
std::string quoted(std::string_view text);

}  // namespace fw::config
