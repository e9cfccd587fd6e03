// JSON is YAML too, but can be read twenty times faster: offers as they are printed, catalogues, the embedded book.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "config/document.h"
#include "wire/json.h"

namespace fw::config {
namespace {

constexpr int kDepth = static_cast<int>(kDepthMax);

// Of a text that is known to be valid JSON.
class TreeReader {
 public:
  explicit TreeReader(const Lines& lines) : lines_(lines) {}

  Node node(std::string_view token, wire::JsonKind kind) {
    Node made;
    made.at = spot(token);
    ++nodes_;
    switch (kind) {
      case wire::JsonKind::object: read_object(token, made); break;
      case wire::JsonKind::array: read_array(token, made); break;
      case wire::JsonKind::null: break;
      case wire::JsonKind::string:
        made.kind = NodeKind::scalar;
        wire::json_unescape(wire::json_text(token), made.text);
        break;
      case wire::JsonKind::number:
      case wire::JsonKind::boolean:
        made.kind = NodeKind::scalar;
        made.plain = true;
        made.text = token;
    }
    return made;
  }
  // More than a file may hold, or a key twice: the other parser says so in its words.
  bool fits() const { return nodes_ <= kNodesMax && !duplicate_; }

 private:
  Spot spot(std::string_view token) const {
    return lines_.spot(static_cast<std::size_t>(token.data() - lines_.text().data()));
  }

  void read_object(std::string_view token, Node& to) {
    to.kind = NodeKind::map;
    wire::JsonObject object(token, kDepth);
    for (wire::JsonMember member; fits() && object.next(member);) {
      ++nodes_;
      auto& made = to.members.emplace_back();
      made.key_at = spot({member.key.data() - 1, 1});
      wire::json_unescape(member.key, made.key);
      made.value = node(member.value, member.kind);
    }
    std::unordered_set<std::string_view> keys;
    for (const auto& member : to.members) duplicate_ = !keys.insert(member.key).second || duplicate_;
  }

  void read_array(std::string_view token, Node& to) {
    to.kind = NodeKind::list;
    wire::JsonArray array(token, kDepth);
    for (wire::JsonMember member; fits() && array.next(member);) to.items.push_back(node(member.value, member.kind));
  }

  const Lines& lines_;
  std::size_t nodes_ = 0;
  bool duplicate_ = false;
};

}  // namespace

std::optional<Node> parse_json(const Lines& lines) {
  const auto text = lines.text();
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos || (text[begin] != '{' && text[begin] != '[') || wire::json_check(text, kDepth)) return std::nullopt;
  TreeReader reader(lines);
  const auto value = text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
  auto root = reader.node(value, text[begin] == '{' ? wire::JsonKind::object : wire::JsonKind::array);
  if (!reader.fits()) return std::nullopt;
  return root;
}

}  // namespace fw::config
