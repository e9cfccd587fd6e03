#include "ledger/tags.h"

#include <algorithm>

#include <fmt/format.h>

namespace fw::ledger {
namespace {

constexpr std::size_t kToldBytes = 80;  // of what somebody wrote

bool is_name_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string quoted(std::string_view text) { return fmt::format("'{}'{}", text.substr(0, kToldBytes), text.size() > kToldBytes ? " (cut)" : ""); }

}  // namespace

bool is_tag_name(std::string_view text) {
  return !text.empty() && text.size() <= kTagNameMax && text.front() >= 'a' && text.front() <= 'z' && std::ranges::all_of(text, is_name_letter) &&
         text != "key" && text != "deployment";
}

bool is_tag_value(std::string_view text) {
  return !text.empty() && text.size() <= kTagValueMax && text.front() != ' ' && text.back() != ' ' &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '=' && c != '"' && c != '\\'; });
}

std::expected<TagMap, std::string> read_tags(std::string_view text) {
  TagMap out;
  for (auto rest = text; !rest.empty();) {
    const auto pair = trimmed(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(rest.size(), rest.find(',') == rest.npos ? rest.size() : rest.find(',') + 1));
    if (pair.empty()) continue;
    const auto sign = pair.find('=');
    if (sign == pair.npos) return std::unexpected(fmt::format("found {}, expected NAME=VALUE, several with commas between them", quoted(pair)));
    const auto name = trimmed(pair.substr(0, sign)), value = trimmed(pair.substr(sign + 1));
    if (!is_tag_name(name)) return std::unexpected(fmt::format("found the tag name {}, expected {}", quoted(name), kTagNameWords));
    if (!is_tag_value(value)) return std::unexpected(fmt::format("found {} as the value of {}, expected {}", quoted(value), name, kTagValueWords));
    if (!out.emplace(name, value).second) return std::unexpected(fmt::format("found the tag {} a second time, expected each once", name));
    if (out.size() > kTagsMax) return std::unexpected(fmt::format("found more than {} tags, expected at most so many", kTagsMax));
  }
  return out;
}

std::string tags_text(const TagMap& tags) {
  std::string out;
  for (const auto& [name, value] : tags) {
    if (!out.empty()) out += ',';
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string_view tag_of(std::string_view text, std::string_view wanted) {
  std::string_view found;
  each_tag(text, [&](std::string_view name, std::string_view value) {
    if (name == wanted) found = value;
  });
  return found;
}

bool has_tag(std::string_view text, std::string_view tag) {
  const auto sign = tag.find('=');
  return sign != tag.npos && tag.size() > sign + 1 && tag_of(text, tag.substr(0, sign)) == tag.substr(sign + 1);
}

}  // namespace fw::ledger
