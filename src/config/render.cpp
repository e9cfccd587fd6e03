#include <algorithm>

#include <fmt/format.h>

#include "config/load.h"

namespace fw::config {
namespace {

constexpr std::size_t kWidthMax = 110;  // characters of the line that are shown
constexpr std::size_t kBeforeMax = 60;  // ... of these before the caret

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }

// Bytes of the first `count` characters.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && (count > 0 || !begins_character(text[at])))
    if (begins_character(text[at++])) --count;
  return at;
}

// The line with a caret under its column; a long line is cut around it.
std::string excerpt(const Problem& problem) {
  std::string_view line = problem.excerpt;
  auto before = static_cast<std::size_t>(std::max(problem.column - 1, 0));
  std::string_view cut_left;
  if (before > kBeforeMax + 1) {
    line.remove_prefix(bytes_of(line, before - kBeforeMax));
    before = kBeforeMax + 1;
    cut_left = "…";
  }
  const auto shown = line.substr(0, bytes_of(line, kWidthMax));
  std::string text(shown);
  std::replace(text.begin(), text.end(), '\t', ' ');
  const auto number = fmt::format("{}", problem.line);
  const std::string gutter(number.size(), ' ');
  return fmt::format("{0} |\n{1} | {2}{3}{4}\n{0} | {5}^\n", gutter, number, cut_left, text,
                     shown.size() < line.size() ? "…" : "", std::string(before, ' '));
}

}  // namespace

std::string render(const Problem& problem, std::string_view file_name) {
  std::string out = problem.severity == Severity::error ? "error: " : "warning: ";
  if (!problem.path.empty()) out += problem.path + ": ";
  out += problem.expected.empty() ? problem.found : fmt::format("found {}, expected {}", problem.found, problem.expected);
  out += '\n';
  if (!problem.file.empty()) file_name = problem.file;
  const auto indent = std::string(std::max<std::size_t>(fmt::format("{}", problem.line).size(), 1), ' ');
  out += problem.line > 0 ? fmt::format("{}--> {}:{}:{}\n", indent, file_name, problem.line, problem.column)
                          : fmt::format("{}--> {}\n", indent, file_name);
  if (problem.line > 0) out += excerpt(problem);
  if (!problem.hint.empty()) out += fmt::format("{} = hint: {}\n", indent, problem.hint);
  return out;
}

}  // namespace fw::config
