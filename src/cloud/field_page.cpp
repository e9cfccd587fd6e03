#include "cloud/field_page.h"

#include <array>

#include <fmt/format.h>

#include "cloud/adapter.h"

namespace fw::cloud {
namespace {

constexpr std::array kDialects{Dialect::chat, Dialect::responses, Dialect::converse, Dialect::generate_content,
                               Dialect::messages};

constexpr std::string_view kPreface =
    "# What becomes of a request's fields\n\n"
    "<!-- Written by `fairway config fields`; a test compares. Change the tables in src/cloud/*/fields.cpp and "
    "src/dialect instead. -->\n\n"
    "Where client and deployment speak the same dialect, the client's bytes pass as they are and only *dropped* rows "
    "count: fields the cloud is known to take and ignore. Where they differ, a request is translated, and each field is\n\n"
    "- **carried** (no row): it says the same there,\n"
    "- **mapped**: said in other words, to the same effect,\n"
    "- **dropped**: the place cannot be told. The policy's `lossy` decides whether it may be tried (`hints`: only fields "
    "without effect on the answer's meaning, marked *hint* here; `allow`; `refuse`); what was lost stands in "
    "`x-fairway-dropped`,\n"
    "- **refused**: the place cannot serve a request that says it; others are tried, or the answer is 400 "
    "`no_capable_deployment` with the field's name.\n";

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '|' ? "\\|" : std::string_view(&c, 1));
  return out;
}

void add_fate(std::string& page, const dialect::FateRow& row) {
  const bool hint = row.fate == dialect::Fate::dropped && dialect::is_hint(row.need);
  page += fmt::format("| `{}` | {}{} | {} |", name(row.need), name(row.fate), hint ? " (hint)" : "", cell(row.how));
}

void add_dialect(std::string& page, Dialect upstream) {
  const auto rows = dialect::inner::dialect_fates(upstream);
  if (rows.empty()) return;
  page += fmt::format("\n## Translated to {}, whichever cloud speaks it\n\n| field | fate | how |\n|---|---|---|\n", dialect::name(upstream));
  for (const auto& row : rows) {
    add_fate(page, row);
    page += '\n';
  }
}

void add_cloud(std::string& page, const Adapter& adapter) {
  page += fmt::format("\n## {}\n\n", adapter.name());
  if (adapter.fields().empty()) {
    page += "No rows of its own.\n";
    return;
  }
  page += "| spoken to in | models | field | fate | how | source | date |\n|---|---|---|---|---|---|---|\n";
  for (const auto& field : adapter.fields()) {
    page += fmt::format("| {} | {} ", dialect::name(field.upstream), field.models.empty() ? "all" : fmt::format("`{}`", field.models));
    add_fate(page, field.row);
    page += fmt::format(" {} | {} |\n", cell(field.source), field.date);
  }
}

}  // namespace

std::string field_page() {
  std::string page(kPreface);
  for (const auto dialect : kDialects) add_dialect(page, dialect);
  for (const auto* adapter : all()) add_cloud(page, *adapter);
  return page;
}

}  // namespace fw::cloud
