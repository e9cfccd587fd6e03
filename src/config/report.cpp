#include "config/report.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "config/mask.h"

namespace fw::config {
namespace {

constexpr std::size_t kStepBytesMax = 64;
constexpr std::size_t kQuotedBytesMax = 80;
constexpr std::size_t kExcerptBytesMax = 400;

// At most `max` bytes, cut between two characters.
std::string_view cut(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0u) == 0x80u) --max;
  return text.substr(0, max);
}

bool is_word(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string visible(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) out += fmt::format("\\x{:02x}", byte);
    else out.push_back(c);
  }
  return out;
}

}  // namespace

void Report::add(Spot at, std::string path, Complaint complaint) {
  if (complaint.severity == Severity::error) ++errors_;
  if (problems_.size() == kProblemsMax) {
    problems_.push_back({0, 0, "", fmt::format("more than {} problems", kProblemsMax), "", "mend these first"});
    ++errors_;
  }
  if (problems_.size() > kProblemsMax) return;
  problems_.push_back({at.line, at.column, std::move(path), std::move(complaint.found), std::move(complaint.expected),
                       std::move(complaint.hint), complaint.severity});
}

void Report::adopt(Problem problem) {
  if (full()) return;
  if (problem.severity == Severity::error) ++errors_;
  problems_.push_back(std::move(problem));
}

Spot Report::spot_of(std::string path) const {
  while (true) {
    if (const auto at = spots_.find(path); at != spots_.end()) return at->second;
    const auto end = path.find_last_of(".[");
    if (end == path.npos) break;
    path.resize(end);
  }
  return {0, 1, 1};
}

bool Report::has_error_under(std::string_view path) const {
  return std::any_of(problems_.begin(), problems_.end(), [&](const Problem& problem) {
    const std::string_view at = problem.path;
    if (problem.severity != Severity::error || !at.starts_with(path)) return false;
    return at.size() == path.size() || at[path.size()] == '.' || at[path.size()] == '[';
  });
}

bool Report::has_error_at(std::string_view path) const {
  return std::any_of(problems_.begin(), problems_.end(), [&](const Problem& problem) {
    return problem.severity == Severity::error && problem.path == path;
  });
}

std::vector<Problem> Report::finish(const Lines& lines, const Node& root) {
  std::sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.file, a.line, a.column, a.path, a.found) < std::tie(b.file, b.line, b.column, b.path, b.found);
  });
  const bool parsed = root.kind != NodeKind::broken;
  const std::string shown = parsed && !problems_.empty() ? masked(lines.text(), root) : std::string();
  const Lines shown_lines(shown);
  for (auto& problem : problems_) {
    if (problem.line < 1 || !problem.file.empty()) continue;
    const auto excerpt = parsed ? std::string(shown_lines.line(problem.line)) : masked_line(lines.line(problem.line));
    problem.excerpt = std::string(cut(excerpt, kExcerptBytesMax));
  }
  return std::move(problems_);
}

std::string path_step(std::string_view parent, std::string_view key) {
  const auto name = cut(key, kStepBytesMax);
  if (!is_word(name)) return fmt::format("{}[\"{}\"]", parent, visible(name));
  return parent.empty() ? std::string(name) : fmt::format("{}.{}", parent, name);
}

std::string path_item(std::string_view parent, std::size_t index) { return fmt::format("{}[{}]", parent, index); }

std::string quoted(std::string_view text) {
  if (may_be_secret(text)) return fmt::format("a text of {} characters that may be a secret", text.size());
  const auto part = cut(text, kQuotedBytesMax);
  return fmt::format("\"{}{}\"", visible(part), part.size() < text.size() ? "…" : "");
}

}  // namespace fw::config
