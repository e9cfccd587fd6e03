// The descriptions as the reference page docs/configuration.md.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/field.h"
#include "config/load.h"
#include "config/reader.h"

namespace fw::config {
namespace {

constexpr std::string_view kPreface =
    "# Configuration, version 1\n\n"
    "<!-- Written by `fairway config schema --output markdown`; a test compares. Change the descriptions in "
    "src/config/tables_*.cpp instead. -->\n\n"
    "One YAML file, given with `-c FILE`. `fairway config check -c FILE` names everything that is wrong with it at once; "
    "`fairway config schema` prints a JSON Schema for editors.\n\n"
    "- The file is the strict part of YAML: one document, no anchors, aliases or tags; unknown and duplicate keys are "
    "errors.\n"
    "- `${env:NAME}` and `${file:PATH}` may stand inside any value; a literal `${` is written `$${`. Secrets can be "
    "given in this way only. One line end at the end of a file is dropped. Inside `{ }` and `[ ]` a reference needs "
    "quotes.\n"
    "- Relative paths start at the directory of the configuration file.\n"
    "- Sizes are numbers of bytes, or such as `64KiB`, `32MiB`, `2GiB`.\n"
    "- Keys listed as *not yet* belong to version 1 but are refused by this release, so that nothing is silently ignored.\n\n"
    "The smallest useful file:\n\n"
    "```yaml\n"
    "version: 1\n"
    "listen: [{ address: 127.0.0.1:8080 }]\n"
    "providers:\n"
    "  openai: { cloud: openai, auth: { api_key: \"${env:OPENAI_API_KEY}\" } }\n"
    "models:\n"
    "  gpt-6-sol:\n"
    "    deployments: [{ provider: openai, model: gpt-6-sol }]\n"
    "keys:\n"
    "  - { name: team-a, key: \"${env:TEAM_A_KEY}\" }\n"
    "```\n";

class PageWriter {
 public:
  std::string write() {
    out_ = kPreface;
    section("The file", file_table());
    return std::move(out_);
  }

 private:
  // The table, then those it leads to, in order and depth first.
  void section(std::string_view title, const Table& table) {
    out_ += fmt::format("\n## {}\n\n", title);
    if (!table.doc.empty()) out_ += fmt::format("{}\n\n", table.doc);
    out_ += "| key | value | default | |\n|---|---|---|---|\n";
    std::vector<const Table*> parts;
    for (const auto& entry : table.entries)
      if (entry.field.unsupported.empty()) row(entry, parts);
    refused(table);
    for (const auto* part : parts)
      if (known_.insert(part).second) section(part->name, *part);
  }

  void row(const Entry& entry, std::vector<const Table*>& parts) {
    const auto& field = entry.field;
    const auto mark = field.required ? "required" : default_cell(entry);
    out_ += fmt::format("| `{}` | {} | {} | {} |\n", field.name, cell(field, entry.shape), mark, escaped(field.doc));
    lead_on(entry.shape, parts);
  }

  // What is known but refused, by what to do instead.
  void refused(const Table& table) {
    std::map<std::string_view, std::vector<std::string_view>> names;
    for (const auto& entry : table.entries)
      if (!entry.field.unsupported.empty()) names[entry.field.unsupported].push_back(entry.field.name);
    for (const auto& [instead, keys] : names)
      out_ += fmt::format("\n*Not yet:* `{}`. Instead: {}.\n", fmt::join(keys, "`, `"), instead);
  }

  static std::string default_cell(const Entry& entry) {
    if (entry.default_text.empty()) return "";
    if (!entry.field.default_text.empty()) return std::string(entry.field.default_text);
    return fmt::format("`{}`", entry.field.unit == "bytes" ? size_text(std::stoll(entry.default_text)) : entry.default_text);
  }

  static std::string cell(const Field& field, const Shape& shape) {
    switch (shape.form) {
      case Form::word: return shape.words.size() == 1 ? fmt::format("`{}`", shape.words[0]) : fmt::format("`{}`", fmt::join(shape.words, "`, `"));
      case Form::list: {
        const auto item = cell(field, shape.item.front());
        return field.one_or_many ? fmt::format("{}, one or a list", item) : fmt::format("list: {}", item);
      }
      case Form::by_name: return fmt::format("mapping: {} to {}", shape.placeholder, cell(field, shape.item.front()));
      case Form::by_cloud: {
        std::vector<std::string> links;
        for (const auto& variant : shape.variants) links.push_back(fmt::format("[{0}](#{0})", variant.table->name));
        return fmt::format("{}", fmt::join(links, " or "));
      }
      case Form::table: return fmt::format("[{}](#{})", shape.table->name, shape.table->name);
      case Form::text_or_table: return fmt::format("a text or [{}](#{})", shape.table->name, shape.table->name);
      default: return escaped(expected_text(field, shape));
    }
  }
  static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '|') out += '\\';
      out += c;
    }
    return out;
  }

  static void lead_on(const Shape& shape, std::vector<const Table*>& parts) {
    if (shape.table) parts.push_back(shape.table);
    for (const auto& variant : shape.variants) parts.push_back(variant.table);
    for (const auto& item : shape.item) lead_on(item, parts);
  }

  std::string out_;
  std::set<const Table*> known_;
};

}  // namespace

std::string markdown_reference() { return PageWriter().write(); }

}  // namespace fw::config
