#include "config/mask.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace fw::config {
namespace {

struct Layout {
  std::vector<std::size_t> starts;   // of every key and value, in the order of the file
  std::vector<const Node*> secrets;  // scalars that may not be shown
  std::vector<const Member*> names;  // members whose names may not
};

void collect(const Node& node, Layout& layout) {
  layout.starts.push_back(node.at.offset);
  if (node.kind == NodeKind::scalar && (!node.shown || may_be_secret(node.text))) layout.secrets.push_back(&node);
  for (const auto& item : node.items) collect(item, layout);
  for (const auto& member : node.members) {
    layout.starts.push_back(member.key_at.offset);
    if (may_be_secret(member.key)) layout.names.push_back(&member);
    collect(member.value, layout);
  }
}

std::size_t scalar_end(std::string_view text, const Node& node, const std::vector<std::size_t>& starts) {
  const auto begin = node.at.offset;
  if (begin >= text.size()) return begin;
  if (text.substr(begin).starts_with(node.text)) return begin + node.text.size();
  if (const auto end = quoted_end(text, begin); end != begin) return std::min(end, text.size());
  const auto next = std::upper_bound(starts.begin(), starts.end(), begin);
  return next == starts.end() ? text.size() : *next;
}

bool whole_reference(std::string_view text) {
  return text.starts_with("${") && text.find('}') == text.size() - 1;
}

void cover(std::string& text, std::size_t begin, std::size_t end) {
  for (auto i = begin; i < std::min(end, text.size()); ++i) {
    const char c = text[i];
    if (c != '\n' && c != '\r' && c != '"' && c != '\'') text[i] = '*';
  }
}

}  // namespace

bool may_be_secret(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kBeginnings{"sk-", "AKIA", "ASIA", "eyJ", "AIza", "ghp_", "xoxb-", "whsec_", "-----BEGIN "};
  static constexpr std::size_t kSecretBytesMin = 20;
  static constexpr std::size_t kPlainBytesMin = 32;
  static constexpr int kChangesMin = 5;
  if (text.size() < kSecretBytesMin) return false;
  if (std::ranges::any_of(kBeginnings, [text](std::string_view beginning) { return text.starts_with(beginning); })) return true;
  // Words and numbers change seldom from letter to digit without a sign between them.
  int changes = 0;
  char before = '-';
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!digit && !letter && std::string_view("+/=_-").find(c) == std::string_view::npos) return false;
    const char kind = digit ? '0' : letter ? 'a' : '-';
    changes += kind != before && kind != '-' && before != '-' ? 1 : 0;
    before = kind;
  }
  return text.size() >= kPlainBytesMin && changes >= kChangesMin;
}

std::string masked(std::string_view text, const Node& root) {
  Layout layout;
  collect(root, layout);
  std::sort(layout.starts.begin(), layout.starts.end());
  std::string shown(text);
  for (const auto* node : layout.secrets)
    if (!whole_reference(node->text)) cover(shown, node->at.offset, scalar_end(text, *node, layout.starts));
  for (const auto* member : layout.names) cover(shown, member->key_at.offset, member->key_at.offset + member->key.size());
  return shown;
}

std::string masked_line(std::string_view line) {
  static constexpr std::array<std::string_view, 4> kWords{"key", "token", "secret", "password"};
  std::string lower(line);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  auto from = line.size();
  for (const auto word : kWords) {
    const auto at = lower.find(word);
    if (at == lower.npos) continue;
    if (const auto colon = lower.find(':', at); colon != lower.npos) from = std::min(from, colon + 1);
  }
  std::string shown(line);
  const auto value = shown.find_first_not_of(" \"'", from);
  if (value == shown.npos || whole_reference(std::string_view(shown).substr(value, shown.find_last_not_of(" \"'") - value + 1)))
    return shown;
  cover(shown, value, shown.size());
  return shown;
}

}  // namespace fw::config
