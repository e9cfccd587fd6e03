#include "cloud/vertex/partial_args.h"

#include <algorithm>

#include "wire/json.h"

namespace fw::cloud::vertex {
namespace {

constexpr std::size_t kSegmentsMax = 64;
constexpr int kDepthMax = 16;

// The value a partial carries, as JSON; empty: none. A string is told by its quotes.
std::string_view value_of(std::string_view partial) {
  for (const std::string_view key : {"stringValue", "numberValue", "boolValue"}) {
    const auto value = wire::json_find(partial, {key});
    if (value && *value != "null") return *value;
  }
  return wire::json_find(partial, {"nullValue"}) ? std::string_view("null") : std::string_view{};
}

// "'a b'" or "\"a\"" or "12" between brackets.
bool is_quoted(std::string_view text) {
  return text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front();
}

bool is_index(std::string_view text) {
  return !text.empty() && text.size() <= 9 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

// The part of RFC 9535 that names one place: $, .name, ['name'], [index]; "[]" at the end is
// Google's word for an array that is complete.
bool PartialArgs::parse(std::string_view path, Path& out, bool& ends_array) {
  ends_array = path.ends_with("[]");
  if (ends_array) path.remove_suffix(2);
  if (path.starts_with('$')) path.remove_prefix(1);
  while (!path.empty() && out.size() < kSegmentsMax) {
    if (path.front() == '[') {
      const auto close = path.find(']');
      if (close == path.npos) return false;
      const std::string_view inside = path.substr(1, close - 1);
      if (is_quoted(inside)) {
        out.push_back({std::string(inside.substr(1, inside.size() - 2)), false});
      } else if (is_index(inside)) {
        out.push_back({std::string(inside), true});
      } else {
        return false;
      }
      path.remove_prefix(close + 1);
      continue;
    }
    if (path.front() == '.') path.remove_prefix(1);
    const auto end = std::min(path.find_first_of(".["), path.size());
    if (end == 0) return false;
    out.push_back({std::string(path.substr(0, end)), false});
    path.remove_prefix(end);
  }
  return path.empty() && !out.empty();
}

bool PartialArgs::add(std::string_view partial_args_array, std::string& text) {
  if (!partial_args_array.starts_with('[')) return partial_args_array == "null";
  wire::JsonArray partials(partial_args_array, kDepthMax);
  for (wire::JsonMember partial; partials.next(partial);)
    if (partial.kind != wire::JsonKind::object || !add_one(partial.value, text)) return false;
  return partials.error() == nullptr;
}

bool PartialArgs::add_one(std::string_view partial, std::string& text) {
  std::string path_text;
  wire::json_unescape(wire::json_text(wire::json_find(partial, {"jsonPath"}).value_or("")), path_text);
  if (path_text == "$") return true;
  Path path;
  bool ends_array = false;
  if (!parse(path_text, path, ends_array)) return false;
  const std::string_view value = value_of(partial);
  const bool string = value.starts_with('"');
  if (in_string_ && string && path == leaf_) {
    text += wire::json_text(value);
    return true;
  }
  if (value.empty() || ends_array) {
    // Nothing under a path of its own is an empty container; under a known one the end of it.
    const bool goes_on = wire::json_find(partial, {"willContinue"}) == "true";
    if (path == leaf_ || is_open(path) || goes_on) return true;
    go_to(path, path.size(), ends_array, text);
    return true;
  }
  go_to(path, path.size() - 1, path.back().element, text);
  write_name(path.back(), text);
  text += string ? value.substr(0, value.size() - 1) : value;
  in_string_ = string;
  leaf_ = std::move(path);
  return true;
}

void PartialArgs::go_to(const Path& path, std::size_t depth, bool array, std::string& text) {
  end_string(text);
  if (open_.empty()) {
    open_.emplace_back();
    text += '{';
  }
  std::size_t common = 0;
  while (common < depth && common + 1 < open_.size() && open_[common + 1].at == path[common]) ++common;
  close_to(common + 1, text);
  for (std::size_t i = common; i < depth; ++i) {
    const bool is_array = i + 1 < path.size() ? path[i + 1].element : array;
    write_name(path[i], text);
    text += is_array ? '[' : '{';
    open_.push_back({path[i], is_array, true});
  }
}

void PartialArgs::close_to(std::size_t open, std::string& text) {
  for (; open_.size() > open; open_.pop_back()) text += open_.back().array ? ']' : '}';
}

void PartialArgs::write_name(const Segment& segment, std::string& text) {
  Open& container = open_.back();
  if (!container.empty) text += ',';
  container.empty = false;
  if (container.array) return;
  text += '"';
  wire::json_escape(text, segment.name);
  text += "\":";
}

bool PartialArgs::is_open(const Path& path) const {
  if (open_.size() < path.size() + 1) return false;
  return std::ranges::equal(
      path, std::ranges::subrange(open_.begin() + 1, open_.begin() + 1 + static_cast<std::ptrdiff_t>(path.size())), {},
      {}, &Open::at);
}

void PartialArgs::end_string(std::string& text) {
  if (in_string_) text += '"';
  in_string_ = false;
}

void PartialArgs::finish(std::string& text) {
  end_string(text);
  if (open_.empty()) text += '{';
  if (open_.empty()) text += '}';
  close_to(0, text);
  leaf_.clear();
}

}  // namespace fw::cloud::vertex
