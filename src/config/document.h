// A YAML file as a tree that remembers where everything stood. The strict half of YAML only:
// one document, string keys, no duplicates, anchors, aliases or tags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fw::config {

class Report;

struct Spot {
  std::size_t offset = 0;  // bytes from the beginning of the text
  int line = 0;            // 1-based
  int column = 0;          // 1-based, in characters
};

enum class NodeKind : std::uint8_t { scalar, list, map, nothing, broken };

struct Member;

struct Node {
  NodeKind kind = NodeKind::nothing;  // broken: already reported, to be passed over
  Spot at;
  std::string text;    // of a scalar
  bool plain = false;  // a scalar written without quotes
  std::vector<Node> items;
  std::vector<Member> members;  // in the order of the file
  mutable bool shown = false;   // read as something that is no secret, so an excerpt may show it

  const Node* find(std::string_view key) const;
};

// Marks everything below as harmless, except what stands under `auth`.
void show_tree(const Node& node);

struct Member {
  std::string key;
  Spot key_at;
  Node value;
};

inline constexpr std::size_t kFileBytesMax = std::size_t{4} << 20;
inline constexpr std::size_t kDepthMax = 32;
inline constexpr std::size_t kNodesMax = 200'000;

// The text as lines, to turn offsets into places for people.
class Lines {
 public:
  explicit Lines(std::string_view text);
  Spot spot(std::size_t offset) const;
  std::string_view line(int number) const;  // without its end; empty when there is none
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
  mutable Spot last_;  // where the last answer stood: one long line asked from left to right stays linear
};

// The tree of a text without byte order mark; what is wrong goes to the report. A broken root means
// that there is nothing to decode. Never throws.
Node parse_document(const Lines& lines, Report& report);

// The same tree of a text that is JSON, by a faster way; nothing: it is not, or has a fault for parse_document to explain.
std::optional<Node> parse_json(const Lines& lines);

// A file's text and its tree; both bytes and tree were looked at, and what is wrong is in the report.
struct Text {
  Text(std::string_view text, Report& report);
  Lines lines;
  Node root;  // broken: nothing to decode
};

// Behind the quote that closes the one at `begin`; npos when none does, `begin` when no quote stands there.
std::size_t quoted_end(std::string_view text, std::size_t begin);

// "a text", "a list" ... of what stands there.
std::string_view kind_name(NodeKind kind);

}  // namespace fw::config
