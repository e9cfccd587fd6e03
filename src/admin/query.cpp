#include "admin/query.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fw::admin {
namespace {

constexpr std::size_t kToldBytes = 64;  // of what a client wrote

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    unsigned value = 0;
    const auto* const begin = text.data() + i + 1;
    if (i + 2 >= text.size() || std::from_chars(begin, begin + 2, value, 16).ptr != begin + 2) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

}  // namespace

Result<Query> read_query(std::string_view text, std::span<const std::string_view> known) {
  Query out;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto sign = pair.find('=');
    const auto name = pair.substr(0, sign);
    const auto value = sign == pair.npos ? std::optional(std::string()) : decoded(pair.substr(sign + 1));
    const std::string said(name.substr(0, kToldBytes));
    if (std::ranges::find(known, name) == known.end())
      return std::unexpected(client_error(Code::invalid_value, fmt::format("the unknown parameter '{}' in the query; known: {}", said, fmt::join(known, ", ")), said));
    if (!value) return std::unexpected(client_error(Code::invalid_value, fmt::format("{} has a % that no two hex digits follow", said), said));
    if (!out.emplace(name, *value).second) return std::unexpected(client_error(Code::invalid_value, fmt::format("{} stands twice in the query; write it once", said), said));
  }
  return out;
}

Result<std::size_t> number_of(const Query& query, std::string_view name, std::size_t otherwise, std::size_t most) {
  const auto at = query.find(name);
  if (at == query.end()) return otherwise;
  std::size_t value = 0;
  const auto* const end = at->second.data() + at->second.size();
  const auto read = std::from_chars(at->second.data(), end, value);
  if (read.ec == std::errc{} && read.ptr == end && value > 0 && value <= most) return value;
  return std::unexpected(client_error(Code::invalid_value, fmt::format("{}: found '{}', expected a whole number from 1 to {}", name, at->second.substr(0, kToldBytes), most), std::string(name)));
}

}  // namespace fw::admin
