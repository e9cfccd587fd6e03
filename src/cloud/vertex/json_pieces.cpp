#include "cloud/vertex/json_pieces.h"

namespace fw::cloud::vertex {

std::size_t JsonPieces::scan() {
  std::size_t at = 0;
  while (at < fed_.size()) {
    const char c = fed_[at++];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      continue;
    }
    if (c == '"') in_string_ = true;
    if (c == '{' || c == '[') ++depth_;
    if ((c == '}' || c == ']') && --depth_ == 0) break;
  }
  return at;
}

// To the next object; false: something that cannot stand between two.
bool JsonPieces::skip_between() {
  while (!fed_.empty() && fed_.front() != '{') {
    const char c = fed_.front();
    if (c != '[' && c != ']' && c != ',' && c != ' ' && c != '\n' && c != '\r' && c != '\t') return false;
    fed_.remove_prefix(1);
  }
  return true;
}

JsonPieces::Next JsonPieces::next(std::string_view& object) {
  if (give_back_) held_.clear();
  give_back_ = false;
  if (depth_ == 0) {
    if (!skip_between()) return Next::bad;
    if (fed_.empty()) return Next::need_more;
  }
  const std::size_t taken = scan();
  const std::string_view part = fed_.substr(0, taken);
  fed_.remove_prefix(taken);
  if (held_.size() + part.size() > object_bytes_max_) return Next::bad;
  const bool complete = depth_ == 0;
  if (complete && held_.empty()) {
    object = part;
    return Next::object;
  }
  held_ += part;
  if (!complete) return Next::need_more;
  object = held_;
  give_back_ = true;
  return Next::object;
}

}  // namespace fw::cloud::vertex
