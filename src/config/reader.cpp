#include "config/reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/address.h"
#include "config/reference.h"
#include "wire/nearest.h"

namespace fw::config {
namespace {

constexpr std::size_t kNamedMax = 24;  // keys listed in one message

// "32MiB" -> 33554432.
std::optional<std::int64_t> parse_bytes(std::string_view text) {
  int shift = 0;
  for (const auto& [suffix, bits] : {std::pair{"KiB", 10}, {"MiB", 20}, {"GiB", 30}})
    if (text.ends_with(suffix)) {
      shift = bits;
      text.remove_suffix(3);
    }
  if (text.ends_with(' ')) text.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > (INT64_MAX >> shift))
    return std::nullopt;
  return value << shift;
}

std::optional<std::int64_t> parse_integer(std::string_view text, const Field& field) {
  if (field.unit == "bytes") return parse_bytes(text);
  if (field.unit == "percent" && text.ends_with('%')) text.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string integer_hint(std::string_view text, const Field& field) {
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  if (digits.empty() || digits.size() == text.size()) return "";
  if (field.unit == "bytes") return "sizes are written 65536, 64KiB, 32MiB or 2GiB";
  if (field.unit.empty()) return "digits only";
  double share = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (field.unit == "percent" && error == std::errc{} && end == text.data() + text.size() && share > 0 && share <= 1) return fmt::format("percent is meant, not a share: {:g} for {}", 100 * share, text);
  return fmt::format("the unit stands in the name: write the number of {} alone", field.unit);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
}

// Nothing wrong: an empty text.
std::string secret_fault(const Expanded& expanded) {
  if (expanded.value.empty()) return "a reference to nothing: its value is empty";
  if (has_control(expanded.value)) return "a value with a line break or control character in it";
  if (!std::all_of(expanded.value.begin(), expanded.value.end(), [](char c) { return c > ' ' && c < 0x7F; }))
    return "a value with a space or a character outside ASCII in it";
  return "";
}

// Where the misplaced key would be right: a table one step further down.
std::string_view home_of(std::string_view key, const Table& table) {
  for (const auto& entry : table.entries)
    if (entry.shape.form == Form::table)
      for (const auto& inner : entry.shape.table->entries)
        if (inner.field.name == key) return entry.field.name;
  return {};
}

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& entry : table.entries)
    if (entry.field.unsupported.empty()) names.emplace_back(entry.field.name);
  return names;
}

}  // namespace

Reader::Step::Step(Reader& reader, std::string path, Spot at) : reader_(reader), before_(std::move(reader.path_)) {
  reader_.path_ = std::move(path);
  reader_.report_.note(reader_.path_, at);
}

std::optional<Reader::Scalar> Reader::scalar(const Node& node, const Field& field, std::string_view expected) {
  if (!expect(node, field, NodeKind::scalar, expected)) return std::nullopt;
  // A password inside a URL is as secret as any other.
  node.shown = node.text.find("://") == node.text.npos || node.text.find('@') == node.text.npos;
  if (sources_.literal) return Scalar{node.text, false};
  auto expanded = expand(node.text, sources_);
  if (!expanded.fault.empty()) {
    complain(node, {std::move(expanded.fault), std::move(expanded.expected), std::move(expanded.hint)});
    return std::nullopt;
  }
  return Scalar{std::move(expanded.value), expanded.referred};
}

std::optional<std::string> Reader::text(const Node& node, const Field& field) {
  const auto expected = field.rule ? field.rule->expected : std::string_view("a text");
  auto read = scalar(node, field, expected);
  if (!read) return std::nullopt;
  if (field.rule && !field.rule->holds(read->value)) {
    complain(node, {quoted(node.text), std::string(expected), std::string(field.rule->hint)});
    return std::nullopt;
  }
  return std::move(read->value);
}

std::optional<std::string> Reader::secret(const Node& node, const Field& field) {
  if (!expect(node, field, NodeKind::scalar, "a reference to a secret")) return std::nullopt;
  auto expanded = expand(node.text, sources_);
  const std::string expected = "${env:NAME} or ${file:PATH}";
  if (expanded.fault.empty() && !expanded.only) {
    complain(node, {expanded.referred ? "a reference with text around it" : "a secret written out", expected,
                    "secrets do not belong into this file: put the whole value into the environment or a file"});
    return std::nullopt;
  }
  node.shown = true;
  if (!expanded.fault.empty()) {
    complain(node, {std::move(expanded.fault), std::move(expanded.expected), std::move(expanded.hint)});
    return std::nullopt;
  }
  if (auto fault = secret_fault(expanded); !fault.empty()) {
    complain(node, {fmt::format("{} ({})", fault, node.text), "a secret of visible ASCII characters on one line", ""});
    return std::nullopt;
  }
  return std::move(expanded.value);
}

std::optional<std::int64_t> Reader::integer(const Node& node, const Field& field) {
  const auto read = scalar(node, field, integer_text(field));
  if (!read) return std::nullopt;
  const auto value = parse_integer(read->value, field);
  const bool typed = node.plain || read->referred || field.unit == "bytes";
  if (!value || !typed) {
    complain(node, {typed ? quoted(node.text) : fmt::format("the text {}", quoted(node.text)), integer_text(field),
                    typed ? integer_hint(read->value, field) : "remove the quotes"});
    return std::nullopt;
  }
  if ((field.min != kNoBound && *value < field.min) || (field.max != kNoBound && *value > field.max)) {
    complain(node, {node.plain ? node.text : quoted(node.text), integer_text(field), ""});
    return std::nullopt;
  }
  return value;
}

std::optional<bool> Reader::boolean(const Node& node, const Field& field) {
  const auto read = scalar(node, field, "true or false");
  if (!read) return std::nullopt;
  if (read->value == "true" || read->value == "false") return read->value == "true";
  complain(node, {quoted(node.text), "true or false", ""});
  return std::nullopt;
}

std::optional<std::size_t> Reader::word(const Node& node, const Field& field,
                                        const std::vector<std::string_view>& words) {
  const auto read = scalar(node, field, words_text(words));
  if (!read) return std::nullopt;
  if (const auto at = std::find(words.begin(), words.end(), read->value); at != words.end())
    return static_cast<std::size_t>(at - words.begin());
  const std::vector<std::string> known(words.begin(), words.end());
  const auto near = wire::nearest(read->value, known, 1);
  complain(node, {quoted(node.text), words_text(words), near.empty() ? "" : fmt::format("did you mean {}?", near[0])});
  return std::nullopt;
}

std::optional<Address> Reader::address(const Node& node, const Field& field) {
  const auto read = scalar(node, field, "an address such as 127.0.0.1:8080");
  if (!read) return std::nullopt;
  auto parsed = parse_address(read->value);
  if (!parsed) {
    complain(node, {quoted(node.text), std::move(parsed.error().expected), std::move(parsed.error().hint)});
    return std::nullopt;
  }
  if (!parsed->unix_path.empty()) parsed->unix_path = resolved_path(parsed->unix_path, sources_);
  return *parsed;
}

bool Reader::expect(const Node& node, const Field& field, NodeKind kind, std::string_view expected) {
  if (node.kind == kind) return true;
  if (node.kind == NodeKind::broken) return false;
  node.shown = !field.discreet;
  const bool scalar = node.kind == NodeKind::scalar && node.shown;
  std::string hint;
  if (node.kind == NodeKind::nothing) hint = "give it a value, or remove the key";
  if (kind == NodeKind::list && node.kind != NodeKind::nothing) hint = "put it in brackets: [ … ]";
  complain(node, {scalar ? quoted(node.text) : std::string(kind_name(node.kind)), std::string(expected), std::move(hint)});
  return false;
}

void Reader::table(const Node& node, const Field& field, const Table& table, void* object) {
  if (!expect(node, field, NodeKind::map, "a mapping")) return;
  for (const auto& member : node.members) {
    const auto entry = std::find_if(table.entries.begin(), table.entries.end(),
                                    [&](const Entry& e) { return e.field.name == member.key; });
    if (entry == table.entries.end()) {
      unknown_key(member, table);
    } else if (!entry->field.unsupported.empty() && !(sources_.preview && entry->read)) {
      if (!entry->field.discreet) show_tree(member.value);
      report_.add(member.key_at, path_step(path_, member.key),
                  {fmt::format("`{}`, which this version does not support", member.key), "a file without it",
                   std::string(entry->field.unsupported)});
    } else {
      const Step step(*this, path_step(path_, member.key), member.value.at);
      entry->read(*this, member.value, *entry, entry->part ? entry->part(object) : object);
    }
  }
  missing_fields(node, table);
}

void Reader::missing_fields(const Node& node, const Table& table) {
  for (const auto& entry : table.entries)
    if (entry.field.required && !node.find(entry.field.name))
      complain(node, {fmt::format("no `{}`", entry.field.name),
                      fmt::format("`{}`: {}", entry.field.name, expected_text(entry.field, entry.shape)), ""});
}

void Reader::unknown_key(const Member& member, const Table& table) {
  if (report_.full()) return;
  const auto names = names_of(table);
  std::string hint;
  if (member.key == "<<") hint = "merge keys are not part of this format; repeat the values";
  else if (const auto home = home_of(member.key, table); !home.empty())
    hint = fmt::format("it belongs under `{}`", home);
  else if (const auto near = wire::nearest(member.key, names, 1); !near.empty())
    hint = fmt::format("did you mean {}?", near[0]);
  const auto listed = names.size() > kNamedMax ? std::vector(names.begin(), names.begin() + kNamedMax) : names;
  report_.add(member.key_at, path_step(path_, member.key),
              {fmt::format("the unknown key {}", quoted(member.key)), fmt::format("one of {}", fmt::join(listed, ", ")),
               std::move(hint)});
}

bool Reader::name(const Member& member, const Rule& rule) {
  report_.note(key_path(path_step(path_, member.key)), member.key_at);
  if (rule.holds(member.key)) return true;
  report_.add(member.key_at, path_step(path_, member.key),
              {quoted(member.key), std::string(rule.expected), std::string(rule.hint)});
  return false;
}

std::string integer_text(const Field& field) {
  std::string text = field.unit.empty() ? "a whole number" : fmt::format("a whole number of {}", field.unit);
  if (field.unit == "bytes") return fmt::format("a size from {} to {}", size_text(field.min), size_text(field.max));
  if (field.unit == "percent") text = "a whole number of percent";
  if (field.min != kNoBound && field.max != kNoBound) return fmt::format("{} from {} to {}", text, field.min, field.max);
  if (field.min != kNoBound) return fmt::format("{} of at least {}", text, field.min);
  return text;
}

std::string size_text(std::int64_t bytes) {
  for (const auto& [shift, unit] : {std::pair{30, "GiB"}, {20, "MiB"}, {10, "KiB"}})
    if (bytes >> shift > 0 && (bytes >> shift) << shift == bytes) return fmt::format("{}{}", bytes >> shift, unit);
  return std::to_string(bytes);
}

std::string words_text(const std::vector<std::string_view>& words) {
  if (words.size() == 1) return std::string(words[0]);
  return fmt::format("one of {}", fmt::join(words, ", "));
}

std::string expected_text(const Field& field, const Shape& shape) {
  switch (shape.form) {
    case Form::secret: return "a secret by reference: ${env:NAME} or ${file:PATH}";
    case Form::integer: return integer_text(field);
    case Form::word: return words_text(shape.words);
    case Form::address: return "an address such as 127.0.0.1:8080";
    case Form::list: return "a list";
    case Form::table:
    case Form::text_or_table:
    case Form::by_cloud:
    case Form::by_name: return "a mapping";
    case Form::version: return "1";
    case Form::boolean: return "true or false";
    case Form::text:
    case Form::decimal:
    case Form::decimal_or_by_name: break;
  }
  return field.rule ? std::string(field.rule->expected) : "a text";
}

}  // namespace fw::config
