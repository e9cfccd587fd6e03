#include "cloud/aws/aws_xml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace fw::cloud::aws {
namespace {

constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kElementsMax = 256;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':' ||
         c == '-' || c == '.';
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | point >> 6);
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | point >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

// `name` stands between & and ;
bool append_entity(std::string& out, std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNamed{
      {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [word, letter] : kNamed) {
    if (name != word) continue;
    out += letter;
    return true;
  }
  if (!name.starts_with('#')) return false;
  const bool hex = name.starts_with("#x");
  name.remove_prefix(hex ? 2 : 1);
  std::uint32_t point = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), point, hex ? 16 : 10);
  const bool whole = read.ec == std::errc() && read.ptr == name.data() + name.size() && !name.empty();
  if (!whole || point == 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
  append_utf8(out, point);
  return true;
}

class Reader {
 public:
  explicit Reader(std::string_view document) : left_(document) {}

  std::optional<std::vector<XmlLeaf>> read() {
    if (left_.starts_with("<?xml ") && !skip_past("?>")) return std::nullopt;
    while (step()) {}
    if (failed_ || !open_.empty() || elements_ == 0) return std::nullopt;
    return std::move(leaves_);
  }

 private:
  struct Element {
    std::string path;
    std::string_view name;
    std::string text;
    bool has_elements = false;
  };

  bool fail() {
    failed_ = true;
    return false;
  }

  bool skip_past(std::string_view end) {
    const std::size_t at = left_.find(end);
    if (at == std::string_view::npos) return fail();
    left_.remove_prefix(at + end.size());
    return true;
  }

  // One tag, comment or run of text. False: the end or a fault.
  bool step() {
    if (left_.empty()) return false;
    if (left_.starts_with("<!--")) return skip_past("-->");
    if (left_.starts_with("</")) return end_tag();
    if (left_[0] == '<') return start_tag();
    return text();
  }

  bool text() {
    const std::size_t end = std::min(left_.find('<'), left_.size());
    std::string_view run = left_.substr(0, end);
    left_.remove_prefix(end);
    if (open_.empty()) return std::ranges::all_of(run, is_space) || fail();
    std::string& out = open_.back().text;
    while (!run.empty()) {
      const std::size_t entity = std::min(run.find('&'), run.size());
      out.append(run.substr(0, entity));
      run.remove_prefix(entity);
      if (run.empty()) break;
      const std::size_t close = run.find(';');
      if (close == std::string_view::npos || !append_entity(out, run.substr(1, close - 1))) return fail();
      run.remove_prefix(close + 1);
    }
    return true;
  }

  std::string_view name() {
    std::size_t end = 0;
    while (end < left_.size() && is_name(left_[end])) ++end;
    const std::string_view out = left_.substr(0, end);
    left_.remove_prefix(end);
    return out;
  }

  bool attributes() {
    for (;;) {
      const bool spaced = !left_.empty() && is_space(left_[0]);
      while (!left_.empty() && is_space(left_[0])) left_.remove_prefix(1);
      if (left_.empty()) return fail();
      if (left_[0] == '>' || left_[0] == '/') return true;
      if (!spaced || name().empty() || left_.size() < 3 || left_[0] != '=') return fail();
      const char quote = left_[1];
      const std::size_t end = left_.find(quote, 2);
      if ((quote != '"' && quote != '\'') || end == std::string_view::npos) return fail();
      if (left_.substr(0, end).contains('<')) return fail();
      left_.remove_prefix(end + 1);
    }
  }

  bool start_tag() {
    left_.remove_prefix(1);
    const std::string_view called = name();
    if (called.empty() || open_.size() == kDepthMax || ++elements_ > kElementsMax) return fail();
    if (open_.empty() && elements_ > 1) return fail();
    std::string path = open_.empty() ? std::string() : open_.back().path + "/";
    if (!open_.empty()) open_.back().has_elements = true;
    path += called;
    if (!attributes()) return false;
    open_.push_back({std::move(path), called, {}, false});
    if (left_.starts_with("/>")) {
      left_.remove_prefix(2);
      close();
      return true;
    }
    if (!left_.starts_with('>')) return fail();
    left_.remove_prefix(1);
    return true;
  }

  bool end_tag() {
    left_.remove_prefix(2);
    const std::string_view called = name();
    while (!left_.empty() && is_space(left_[0])) left_.remove_prefix(1);
    if (open_.empty() || open_.back().name != called || !left_.starts_with('>')) return fail();
    left_.remove_prefix(1);
    close();
    return true;
  }

  void close() {
    Element& last = open_.back();
    if (!last.has_elements) leaves_.push_back({std::move(last.path), std::move(last.text)});
    open_.pop_back();
  }

  std::string_view left_;
  std::vector<Element> open_;
  std::vector<XmlLeaf> leaves_;
  std::size_t elements_ = 0;
  bool failed_ = false;
};

}  // namespace

std::optional<std::vector<XmlLeaf>> read_xml(std::string_view document) { return Reader(document).read(); }

std::string xml_text(const std::vector<XmlLeaf>& leaves, std::string_view path) {
  const auto found = std::ranges::find(leaves, path, &XmlLeaf::path);
  if (found == leaves.end()) return {};
  const auto again = std::ranges::find(found + 1, leaves.end(), path, &XmlLeaf::path);
  return again == leaves.end() ? found->text : std::string();
}

}  // namespace fw::cloud::aws
