#include <optional>

#include <fmt/format.h>

#include "config/document.h"
#include "config/report.h"
#include "wire/utf8.h"

namespace fw::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// What has no place in a YAML file of ours, at its offset; nothing: all is well.
struct Oddity {
  std::size_t offset = 0;
  std::string found;
  std::string hint;
};

std::optional<Oddity> first_oddity(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto size = wire::utf8::sequence(text.data() + i, end);
    if (size == 0) return Oddity{i, fmt::format("the byte 0x{:02x}, which is not UTF-8", c), "save the file as UTF-8"};
    if (c == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))
      return Oddity{i, "a carriage return alone", "end lines with a line feed"};
    if (c == 0x7F || (c < 0x20 && c != '\n' && c != '\t' && c != '\r'))
      return Oddity{i, fmt::format("the control character 0x{:02x}", c), "remove it"};
    i += static_cast<std::size_t>(size);
  }
  return std::nullopt;
}

bool is_readable_text(const Lines& lines, Report& report) {
  const auto text = lines.text();
  if (text.size() > kFileBytesMax) {
    report.add({}, "", {fmt::format("a file of {} bytes", text.size()), fmt::format("at most {}", kFileBytesMax), ""});
    return false;
  }
  const auto oddity = first_oddity(text);
  if (oddity) report.add(lines.spot(oddity->offset), "", {oddity->found, "text", oddity->hint});
  return !oddity;
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

}  // namespace

Text::Text(std::string_view text, Report& report) : lines(without_mark(text)) {
  root.kind = NodeKind::broken;
  if (!is_readable_text(lines, report)) return;
  auto tree = parse_json(lines);
  root = tree ? *std::move(tree) : parse_document(lines, report);
}

}  // namespace fw::config
