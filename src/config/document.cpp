#include "config/document.h"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <unordered_map>
#include <utility>

#include "config/report.h"

namespace fw::config {
namespace {

// Ends the parse from inside an event; never leaves parse_document.
struct Stop {};

// Yaml-cpp reads streams; this one reads memory without copying it.
class MemoryStream : private std::streambuf, public std::istream {
 public:
  explicit MemoryStream(std::string_view text) : std::istream(this) {
    char* begin = const_cast<char*>(text.data());  // a get area is char*, nothing writes to it
    setg(begin, begin, begin + text.size());
  }
};

struct Frame {
  Node node;
  std::string key = {};
  Spot key_at = {};
  bool has_key = false;
  bool key_broken = false;
  std::unordered_map<std::string, int> seen = {};  // key -> line
};

class Builder : public YAML::EventHandler {
 public:
  Builder(const Lines& lines, Report& report) : lines_(lines), report_(report) {}
  Node take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ < 2) return;
    complain(mark, "a second document", "one document", "remove the `---` line and what follows it");
    throw Stop{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(made(mark, NodeKind::nothing));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    complain(mark, "an alias (*name)", "the value itself", "anchors and aliases are not part of this format; repeat the value");
    add(made(mark, NodeKind::broken));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    Node node = made(mark, NodeKind::scalar);
    if (tag != "?" && tag != "!") {
      refuse_tag(mark, tag);
      node.kind = NodeKind::broken;
    }
    node.text = value;
    node.plain = tag == "?";
    refuse_open_quote(node);
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, NodeKind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, NodeKind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  Spot spot(const YAML::Mark& mark) const {
    return lines_.spot(mark.pos < 0 ? lines_.text().size() : static_cast<std::size_t>(mark.pos));
  }
  void complain(const YAML::Mark& mark, std::string found, std::string expected, std::string hint) {
    report_.add(spot(mark), "", {std::move(found), std::move(expected), std::move(hint)});
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor) return;
    complain(mark, "an anchor (&name)", "the value alone", "anchors and aliases are not part of this format; repeat the value");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    complain(mark, "the tag " + quoted(tag), "a value without a tag", "quotes make a text: \"5\"");
  }

  // Yaml-cpp takes the end of the file for the closing quote.
  void refuse_open_quote(const Node& node) {
    if (node.plain || quoted_end(lines_.text(), node.at.offset) <= lines_.text().size()) return;
    report_.add(node.at, "", {"a quote that is not closed", "YAML", ""});
    throw Stop{};
  }

  Node made(const YAML::Mark& mark, NodeKind kind) {
    if (++nodes_ > kNodesMax) {
      complain(mark, "more than " + std::to_string(kNodesMax) + " values", "a smaller file", "");
      throw Stop{};
    }
    Node node;
    node.kind = kind;
    node.at = spot(mark);
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, NodeKind kind) {
    refuse_anchor(mark, anchor);
    if (tag != "?" && tag != "!" && !tag.empty()) refuse_tag(mark, tag);
    if (stack_.size() >= kDepthMax) {
      complain(mark, "values nested deeper than " + std::to_string(kDepthMax), "a flatter file", "");
      throw Stop{};
    }
    stack_.push_back({made(mark, kind)});
  }

  void close() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
    } else if (Frame& top = stack_.back(); top.node.kind == NodeKind::list) {
      top.node.items.push_back(std::move(node));
    } else if (!top.has_key) {
      take_key(top, std::move(node));
    } else {
      top.has_key = false;
      if (node.kind == NodeKind::nothing) node.at = top.key_at;  // yaml-cpp says where the next thing stands
      if (!top.key_broken) top.node.members.push_back({std::move(top.key), top.key_at, std::move(node)});
    }
  }

  void take_key(Frame& frame, Node node) {
    frame.has_key = true;
    frame.key_at = node.at;
    frame.key_broken = true;
    if (node.kind == NodeKind::broken) return;
    if (node.kind != NodeKind::scalar) {
      report_.add(node.at, "", {std::string(kind_name(node.kind)) + " as a key", "a name", ""});
      return;
    }
    const auto [at, fresh] = frame.seen.emplace(node.text, node.at.line);
    if (!fresh) {
      report_.add(node.at, "", {"the key " + quoted(node.text) + " a second time", "each key once",
                                "it stands on line " + std::to_string(at->second) + " already"});
      return;
    }
    frame.key_broken = false;
    frame.key = std::move(node.text);
  }

  const Lines& lines_;
  Report& report_;
  std::vector<Frame> stack_;
  Node root_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

// Yaml-cpp says what it met in few words; add what usually causes it.
Complaint syntax_complaint(const std::string& message, std::string_view line) {
  Complaint complaint{"text that is not YAML: " + message, "YAML", ""};
  if (message.find("tab") != message.npos || line.substr(0, line.find_first_not_of(" \t")).find('\t') != line.npos)
    complaint.hint = "indent with spaces, not with tabs";
  else if (line.find("${") != line.npos)
    complaint.hint = "put references in quotes: \"${env:NAME}\"";
  else if (message.find("map value") != message.npos)
    complaint.hint = "a value that holds `: ` needs quotes; check the indentation";
  else if (message.find("end of map flow") != message.npos)
    complaint.hint = "a `{` has no `}`";
  else if (message.find("end of sequence flow") != message.npos)
    complaint.hint = "a `[` has no `]`";
  else if (message.find("unknown token") != message.npos)
    complaint.hint = "a value that begins with one of @ ` % needs quotes";
  else if (message.find("end of") != message.npos)
    complaint.hint = "check the indentation";
  return complaint;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const auto& member : members)
    if (member.key == key) return &member.value;
  return nullptr;
}

void show_tree(const Node& node) {
  node.shown = true;
  for (const auto& item : node.items) show_tree(item);
  for (const auto& member : node.members)
    if (member.key != "auth") show_tree(member.value);
}

Lines::Lines(std::string_view text) : text_(text) {
  starts_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') starts_.push_back(i + 1);
}

Spot Lines::spot(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<int>(after - starts_.begin());
  if (last_.line != line || last_.offset > offset) last_ = {*(after - 1), line, 1};
  for (; last_.offset < offset; ++last_.offset)
    if ((static_cast<unsigned char>(text_[last_.offset]) & 0xC0u) != 0x80u) ++last_.column;
  return last_;
}

std::string_view Lines::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > starts_.size()) return {};
  const auto start = starts_[static_cast<std::size_t>(number) - 1];
  auto line = text_.substr(start, text_.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t quoted_end(std::string_view text, std::size_t begin) {
  const char quote = begin < text.size() ? text[begin] : ' ';
  if (quote != '"' && quote != '\'') return begin;
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return text.npos;
}

Node parse_document(const Lines& lines, Report& report) {
  Builder builder(lines, report);
  Node broken;
  broken.kind = NodeKind::broken;
  try {
    MemoryStream stream(lines.text());
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return broken;
  } catch (const YAML::Exception& error) {
    const auto spot = lines.spot(error.mark.pos < 0 ? lines.text().size() : static_cast<std::size_t>(error.mark.pos));
    report.add(spot, "", syntax_complaint(error.msg, lines.line(spot.line)));
    return broken;
  } catch (const std::exception& error) {
    report.add({}, "", {std::string("text that is not YAML: ") + error.what(), "YAML", ""});
    return broken;
  }
  return builder.take_root();
}

std::string_view kind_name(NodeKind kind) {
  switch (kind) {
    case NodeKind::scalar: return "a single value";
    case NodeKind::list: return "a list";
    case NodeKind::map: return "a mapping";
    case NodeKind::nothing: return "nothing";
    case NodeKind::broken: break;
  }
  return "an unreadable value";
}

}  // namespace fw::config
