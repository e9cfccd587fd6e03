// What reading Chat and reading Responses have in common. Functions return false once an error is
// noted; then nothing more is to be read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "dialect/inner.h"
#include "dialect/inner_top.h"
#include "dialect/inner_walk.h"

namespace fw::dialect::inner {

// Parts that were read: Request::parts, half open.
struct PartRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool only_text = true;
};

class Reader {
 public:
  Reader(Dialect dialect, std::string_view body, Request& out) : walk_(body), out_(out) {
    out_.from = dialect;
    out_.body = body;
  }
  Error take_error() { return std::move(error_); }

 protected:
  // Where in the body an error is, as far as it is in a list: messages[2].content[1].
  struct Place {
    std::string_view list;
    std::size_t index = 0;
    std::string_view inner;
    std::size_t inner_index = 0;
  };

  void into(std::string_view list) {
    place_ = Place();
    place_.list = list;
  }
  // `field` under the place; empty: the place itself. "must be {expected}".
  bool wrong(std::string_view field, std::string_view expected);
  bool missing(std::string_view field);

  // Text without its escapes; copied only if it has any.
  std::string_view unescaped(std::string_view text);
  // The key of the next member, unescaped.
  bool next_key(Walk& walk, std::string_view& key);
  // What a string says.
  std::string_view plain(Raw token) { return unescaped(inside(token)); }
  // A string or null. `field` is for the error.
  bool text(Walk& walk, std::string_view field, Raw& into);
  // A value that has to be one of `kinds`, or null, which is stored as absent.
  bool value(Walk& walk, std::string_view field, std::uint8_t kinds, Raw& into);
  void need(Need need) { set(out_.needs, need); }
  // Something nobody knows: a need unless it says nothing.
  void unknown(Walk& walk, Need need);

  // A string or an array of parts; null is no part at all. `field` names it in errors.
  bool content(Walk& walk, std::string_view field, PartRange& range);
  bool tools(Walk& walk);
  bool tool_choice(Walk& walk);
  bool format(Raw format, std::string_view field);
  // A field of the top level that is a mere value, or one nobody knows.
  bool top_value(std::string_view raw_key, const TopField* field);

  Raw make(std::string text) { return out_.made.emplace_back(std::move(text)); }

  Walk walk_;
  Request& out_;
  Place place_;

 private:
  bool part(Walk& walk);
  bool part_member(Walk& walk, std::string_view key, Part& part);
  bool image_member(Walk& walk, Part& part);
  bool file_members(Walk& walk, Part& part);
  bool audio_members(Walk& walk, Part& part);
  bool finish_part(Raw type, Part& part);
  void part_needs(const Part& part);
  bool tool(Walk& walk);
  bool tool_member(Walk& walk, std::string_view key, Tool& tool);
  bool finish_tool(Raw type, Tool& tool);
  Raw flat_format(Raw format);
  bool schema_members(Raw schema, std::string_view field);
  std::string path(std::string_view field) const;

  Error error_;
};

}  // namespace fw::dialect::inner
