#include "fake/text.h"

#include "wire/json_write.h"

namespace fw::fake {
namespace {

constexpr std::size_t kPieceBytes = 24;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }
bool blank(char c) { return c == ' ' || c == '\n'; }

}  // namespace

TextPtr AnswerText::cut(std::string_view plain) {
  auto text = std::make_shared<AnswerText>();
  std::size_t from = 0;
  for (std::size_t i = 1; i <= plain.size(); ++i) {
    const bool at_word = i < plain.size() && blank(plain[i]) && !blank(plain[i - 1]);
    const bool too_long = i < plain.size() && i - from >= kPieceBytes && !continues_character(plain[i]);
    if (i != plain.size() && !at_word && !too_long) continue;
    wire::json_escape(text->escaped_, plain.substr(from, i - from));
    text->ends_.push_back(static_cast<std::uint32_t>(text->escaped_.size()));
    from = i;
  }
  return text;
}

TextPtr AnswerText::of_pieces(const std::vector<std::string_view>& escaped) {
  auto text = std::make_shared<AnswerText>();
  for (const auto piece : escaped) {
    text->escaped_ += piece;
    text->ends_.push_back(static_cast<std::uint32_t>(text->escaped_.size()));
  }
  return text;
}

}  // namespace fw::fake
