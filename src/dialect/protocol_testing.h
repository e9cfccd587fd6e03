// For tests: what a strict client demands of a stream and of a whole answer.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/json.h"

namespace fw::dialect::testing {

// A JSON value as a tree. Reading what is not there gives an absent value.
class Json {
 public:
  Json() = default;
  explicit Json(std::string_view text);

  bool absent() const { return raw_.empty(); }
  bool is(wire::JsonKind kind) const { return !absent() && kind_ == kind; }
  const std::string& raw() const { return raw_; }
  std::string text() const { return std::string(wire::json_text(raw_)); }  // still escaped
  std::int64_t number() const { return wire::json_int(raw_).value_or(-1); }
  const Json& operator[](std::string_view key) const;
  const Json& at(std::size_t index) const;
  std::size_t size() const { return members_.size(); }
  const std::vector<std::pair<std::string, Json>>& members() const { return members_; }

 private:
  std::string raw_;
  wire::JsonKind kind_ = wire::JsonKind::null;
  std::vector<std::pair<std::string, Json>> members_;
};

struct StreamEvent {
  std::string name;
  std::string text;
};
// The events of a stream; what is not canonical or has no data becomes an event named "odd".
std::vector<StreamEvent> events_of(std::string_view stream);

// What is wrong, or nothing.
std::string check_responses_stream(std::string_view stream);
std::string check_response(const Json& response);
std::string check_chat_stream(std::string_view stream);
std::string check_chat_completion(const Json& body);

}  // namespace fw::dialect::testing
