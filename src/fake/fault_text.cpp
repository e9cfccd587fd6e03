#include <fmt/format.h>

#include <algorithm>

#include "fake/fault_field.h"

namespace fw::fake {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Words of one entry: `name`, `name=value` or `name="a value"`.
class EntryReader {
 public:
  explicit EntryReader(std::string_view text) : text_(text) {}

  struct Word {
    std::string name;
    std::optional<FaultValue> value;
  };
  // Nothing at the end of the entry, which at() then stands behind; the error says what is wrong.
  std::expected<std::optional<Word>, std::string> next() {
    while (!over() && blank(text_[at_])) ++at_;
    if (!over() && text_[at_] == '#')
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    if (over()) return std::nullopt;
    Word word;
    while (!over() && !blank(text_[at_]) && text_[at_] != '=') word.name += text_[at_++];
    if (over() || text_[at_] != '=') return word;
    ++at_;
    word.value.emplace();
    if (over() || text_[at_] != '"') {
      while (!over() && !blank(text_[at_])) word.value->text += text_[at_++];
      return word;
    }
    word.value->quoted = true;
    for (++at_; at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      word.value->text += text_[at_];
    }
    if (at_ >= text_.size() || text_[at_] != '"')
      return std::unexpected(fmt::format("the value of '{}' has no closing quote", word.name));
    ++at_;
    return word;
  }
  std::size_t at() const { return at_; }

 private:
  bool over() const { return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == ';'; }
  std::string_view text_;
  std::size_t at_ = 0;
};

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::expected<void, std::string> take_word(Fault& fault, bool first, EntryReader::Word& word) {
  if (word.value) return set_fault_field(fault, word.name, *word.value);
  if (first) {
    const auto kind = fault_kind(word.name);
    if (!kind)
      return std::unexpected(fmt::format("'{}' is no kind of fault; expected {}", word.name, fault_kinds_text()));
    fault.kind = *kind;
    return {};
  }
  if (all_digits(word.name)) return set_fault_field(fault, "status", FaultValue{word.name, false});
  return std::unexpected(fmt::format("'{}' is not understood; expected key=value", word.name));
}

// One entry; nothing if it is empty.
std::expected<std::optional<Fault>, std::string> read_entry(EntryReader& reader) {
  Fault fault;
  bool first = true;
  for (;;) {
    auto word = reader.next();
    if (!word) return std::unexpected(word.error());
    if (!*word) break;
    if (first && (*word)->value)
      return std::unexpected(fmt::format("an entry starts with its kind: {}", fault_kinds_text()));
    const auto taken = take_word(fault, first, **word);
    if (!taken) return std::unexpected(taken.error());
    first = false;
  }
  if (first) return std::nullopt;
  const auto fine = check_fault(fault);
  if (!fine) return std::unexpected(fine.error());
  return fault;
}

}  // namespace

Result<std::vector<Fault>> parse_fault_script(std::string_view text) {
  if (text.size() > kScriptBytesMax)
    return std::unexpected(script_error("script", fmt::format("{} bytes, at most {}", text.size(), kScriptBytesMax)));
  std::vector<Fault> faults;
  std::size_t line = 1;
  while (!text.empty()) {
    EntryReader reader(text);
    auto fault = read_entry(reader);
    if (!fault) return std::unexpected(script_error(fmt::format("line {}", line), fault.error()));
    if (*fault) faults.push_back(std::move(**fault));
    if (faults.size() > kFaultsMax)
      return std::unexpected(
          script_error(fmt::format("line {}", line), fmt::format("more than {} faults", kFaultsMax)));
    const auto end = reader.at();
    if (end < text.size() && text[end] == '\n') ++line;
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return faults;
}

}  // namespace fw::fake
