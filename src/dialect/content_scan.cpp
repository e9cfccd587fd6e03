#include "dialect/content_scan.h"

namespace fw::dialect {
namespace {

constexpr std::size_t kWordBytesMax = 40;

struct Word {
  std::string_view text;
  Need need;
};
constexpr std::array<Word, 7> kWords{{{"image_url", Need::image},
                                      {"input_image", Need::image},
                                      {"input_audio", Need::audio_input},
                                      {"file", Need::file},
                                      {"input_file", Need::file},
                                      {"custom", Need::custom_tools},
                                      {"item_reference", Need::item_reference}}};

constexpr bool is_dated(std::string_view rest) { return rest.starts_with("_20"); }

void take(std::string_view word, ContentFacts& facts) {
  for (const auto& known : kWords)
    if (known.text == word) return set(facts.needs, known.need);
  for (std::size_t i = 0; i < kHostedTools.size(); ++i) {
    if (!word.starts_with(kHostedTools[i])) continue;
    const auto rest = word.substr(kHostedTools[i].size());
    if (!rest.empty() && !is_dated(rest)) continue;
    facts.hosted |= static_cast<std::uint16_t>(1u << i);
    return set(facts.needs, Need::hosted_tools);
  }
}

// Nearly all are of messages, text and schemas, and say nothing.
bool says_nothing(std::string_view word) {
  return word == "text" || word == "object" || word == "string" || word == "function" || word == "input_text" || word == "message";
}

}  // namespace

void take_type(std::string_view value, ContentFacts& facts) {
  if (!value.starts_with('"')) return;
  const auto rest = value.substr(1, kWordBytesMax);
  const auto end = rest.find('"');
  if (end == rest.npos) return;
  const auto word = rest.substr(0, end);
  if (!says_nothing(word)) take(word, facts);
}

wire::JsonWatch content_watch(ContentFacts& facts) {
  return {"type", [](void* whose, std::string_view rest) { take_type(rest, *static_cast<ContentFacts*>(whose)); }, &facts};
}

ContentFacts scan_content(std::string_view body) {
  ContentFacts facts;
  const auto watch = content_watch(facts);
  wire::JsonObject members(body, wire::json_depth_cap);
  members.watch(watch);
  for (wire::JsonMember member; members.next(member);)
    if (member.key == watch.key) take_type(member.value, facts);
  return facts;
}

}  // namespace fw::dialect
