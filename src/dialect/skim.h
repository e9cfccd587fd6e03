// Members and elements of containers that are known to be valid JSON, because what they stand in was
// scanned: they are passed over without being checked again. Made and used like wire::JsonObject and
// wire::JsonArray; the depth was checked with the rest.
#pragma once

#include "dialect/inner_walk.h"
#include "wire/json.h"

namespace fw::dialect {

inline wire::JsonKind kind_of_valid(std::string_view token) {
  switch (token.front()) {
    case '{': return wire::JsonKind::object;
    case '[': return wire::JsonKind::array;
    case '"': return wire::JsonKind::string;
    case 't':
    case 'f': return wire::JsonKind::boolean;
    case 'n': return wire::JsonKind::null;
    default: return wire::JsonKind::number;
  }
}

class SkimObject {
 public:
  SkimObject(std::string_view text, int /*depth_max*/) : walk_(text), open_(walk_.peek() == '{') { walk_.open(); }
  bool next(wire::JsonMember& out) {
    if (!open_ || !walk_.key(out.key)) return open_ = false;
    out.key_escaped = walk_.key_escaped();
    out.value = walk_.take();
    if (out.value.empty()) return open_ = false;
    out.kind = kind_of_valid(out.value);
    out.value_escaped = out.kind == wire::JsonKind::string && walk_.key_escaped();
    return true;
  }

 private:
  inner::Walk walk_;
  bool open_;
};

class SkimArray {
 public:
  SkimArray(std::string_view text, int /*depth_max*/) : walk_(text), open_(walk_.peek() == '[') { walk_.open(); }
  bool next(wire::JsonMember& out) {
    if (!open_ || !walk_.element()) return open_ = false;
    out = {};
    out.value = walk_.take();
    if (out.value.empty()) return open_ = false;
    out.kind = kind_of_valid(out.value);
    out.value_escaped = out.kind == wire::JsonKind::string && walk_.key_escaped();
    return true;
  }

 private:
  inner::Walk walk_;
  bool open_;
};

}  // namespace fw::dialect
