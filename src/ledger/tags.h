// Tags: words that an exchange's cost can be sorted by beside its key: `team=search`, `project=x`. Keys carry fixed ones,
// requests may say more. In the books they are one text, sorted by name: "project=x,team=search".
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace fw::ledger {

inline constexpr std::size_t kTagsMax = 10;       // of one exchange
inline constexpr std::size_t kTagNameMax = 32;    // bytes
inline constexpr std::size_t kTagValueMax = 64;
inline constexpr std::size_t kTagsBytesMax = 1'024;  // of the text; what the two before leave room for
static_assert(kTagsMax * (kTagNameMax + kTagValueMax + 2) <= kTagsBytesMax);
// The tag that says which team an exchange is for; a team is nothing else.
inline constexpr std::string_view kTeamTag = "team";

// By name.
using TagMap = std::map<std::string, std::string, std::less<>>;

// Lower case letters, digits, '_', '-' and '.', a letter first; not what exports call something else (key, deployment).
bool is_tag_name(std::string_view text);
// Printable ASCII without , = " and \; no space at either end.
bool is_tag_value(std::string_view text);
// What the two expect, for people.
inline constexpr std::string_view kTagNameWords = "a name of 1 to 32 lower case letters, digits, '_', '-' or '.' that begins with a letter and is not key or deployment";
inline constexpr std::string_view kTagValueWords = "1 to 64 printable ASCII characters without , = \" and \\";

// As a header has them: "team=search, project=x". Error: what was found and what was expected.
std::expected<TagMap, std::string> read_tags(std::string_view text);
// As the books have them.
std::string tags_text(const TagMap& tags);
// Of the books' text: the value of a tag; empty: it is not there.
std::string_view tag_of(std::string_view text, std::string_view name);
// Of the books' text: it has this tag, written NAME=VALUE.
bool has_tag(std::string_view text, std::string_view tag);

// Visits name and value of each tag of the books' text.
template <class F>
void each_tag(std::string_view text, F&& visit) {
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find(','));
    text.remove_prefix(pair.size() < text.size() ? pair.size() + 1 : text.size());
    const auto sign = pair.find('=');
    if (sign != pair.npos) visit(pair.substr(0, sign), pair.substr(sign + 1));
  }
}

}  // namespace fw::ledger
