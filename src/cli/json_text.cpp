#include "cli/json_text.h"

#include "wire/json.h"

namespace fw::cli {

namespace {
constexpr int kDepth = 32;
}

std::string plain(std::optional<std::string_view> token) {
  if (!token || *token == "null") return "";
  std::string out;
  if (token->starts_with('"')) wire::json_unescape(wire::json_text(*token), out);
  else out = *token;
  return out;
}

std::string at(std::string_view object, std::initializer_list<std::string_view> path) { return plain(wire::json_find(object, path)); }

std::vector<std::string_view> elements(std::optional<std::string_view> array) {
  std::vector<std::string_view> out;
  if (!array) return out;
  wire::JsonArray list(*array, kDepth);
  for (wire::JsonMember m; list.next(m);) out.push_back(m.value);
  return out;
}

}  // namespace fw::cli
