#include "config/offers.h"

#include <stdexcept>

#include <fmt/format.h>

#include "config/document.h"
#include "config/embedded.h"
#include "config/field.h"
#include "config/reader.h"
#include "config/report.h"
#include "config/tables_offer.h"

namespace fw::config {
namespace {

// The path of a fault as the reader noted it: names of meters and fields have dots of their own.
std::string noted_path(const std::string& row, std::string_view path) {
  for (const std::string_view parent : {"usd_per_million", "features.fields", "features.on_chat.fields"})
    if (path.starts_with(parent) && path.size() > parent.size())
      return path_step(fmt::format("{}.{}", row, parent), path.substr(parent.size() + 1));
  return fmt::format("{}.{}", row, path);
}

void report_faults(const std::vector<offer::Fault>& faults, std::string_view list, Report& report) {
  for (const auto& fault : faults) {
    const auto row = path_item(list, static_cast<std::size_t>(fault.row));
    report.add_at(noted_path(row, fault.path), {fault.found, fault.expected, fault.hint});
  }
}

std::vector<offer::Row> decode(const Node& root, Report& report) {
  Sources sources;
  sources.literal = true;
  Reader reader(report, sources);
  offer::BookText text;
  const bool bare = root.kind == NodeKind::list;
  if (bare) read_offer_rows(reader, root, text.rows);
  else reader.table(root, {}, offer_table(), &text);
  std::vector<offer::Fault> faults;
  auto rows = offer::read_rows(text, faults);
  report_faults(faults, bare ? "" : "rows", report);
  if (report.has_errors()) return {};
  return rows;
}

}  // namespace

LoadedOffers load_offers(std::string_view text) {
  Report report;
  LoadedOffers loaded;
  const Text file(text, report);
  if (file.root.kind == NodeKind::nothing)
    report.add({0, 1, 1}, "", {"an empty file", "a list of offers", "`fairway offers --output json` prints one"});
  else if (file.root.kind != NodeKind::broken)
    loaded.rows = decode(file.root, report);
  loaded.problems = report.finish(file.lines, file.root);
  return loaded;
}

const offer::Book& embedded_book() {
  static const offer::Book book = [] {
    std::vector<offer::Row> rows;
    for (const auto& file : embedded_offers()) {
      auto loaded = load_offers(file.text);
      for (const auto& problem : loaded.problems) throw std::logic_error(render(problem, file.name));
      rows.insert(rows.end(), std::make_move_iterator(loaded.rows.begin()), std::make_move_iterator(loaded.rows.end()));
    }
    return offer::Book(std::move(rows));
  }();
  return book;
}

}  // namespace fw::config
