#include <fmt/format.h>

#include "base/date.h"
#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/offers.h"
#include "cli/output.h"
#include "config/catalogue.h"
#include "offer/compare.h"

namespace fw::cli {
namespace {

struct Read {
  std::shared_ptr<const offer::Book> book;
  std::vector<offer::Row> rows;
};

// False after a complaint.
bool read_one(const CatalogueOptions& options, const std::string& path, const std::string& date, Read& to) {
  const auto text = read_file(path);
  if (!text) {
    fmt::print(stderr, "error: {} cannot be read\n", path);
    return false;
  }
  const auto format = options.catalogue == "portkey" ? config::CatalogueFormat::portkey : config::CatalogueFormat::genai_prices;
  auto made = config::read_catalogue({format, path, *text, date}, *to.book);
  for (const auto& problem : made.problems) fmt::print(stderr, "{}\n", painted(problem, path, wants_colour(stderr)));
  if (!made.problems.empty()) return false;
  if (made.rows.empty())
    fmt::print(stderr, "{}: no prices of a cloud that the book knows{}\n", path, format == config::CatalogueFormat::portkey ? "; its name says which cloud it is about, such as bedrock.json" : "");
  for (const auto& why : made.left_out) fmt::print(stderr, "{}: left out: {}\n", path, why);
  to.rows.insert(to.rows.end(), std::make_move_iterator(made.rows.begin()), std::make_move_iterator(made.rows.end()));
  return true;
}

// Error: an exit status, after a complaint.
std::expected<Read, int> read_all(const CatalogueOptions& options) {
  auto date = options.date.empty() ? date_text(wall_now()).substr(0, std::string_view("2026-11-22").size()) : options.date;
  if (!parse_date(date)) {
    fmt::print(stderr, "error: '{}' is no date\nhint: expected one such as 2026-11-22\n", date);
    return std::unexpected(kUsage);
  }
  auto book = book_of(options.config);
  if (!book) return std::unexpected(book.error());
  Read made{*std::move(book), {}};
  for (const auto& path : options.files)
    if (!read_one(options, path, date, made)) return std::unexpected(kFailed);
  return made;
}

List list_of(const offer::Comparison& comparison, Format format) {
  List list{{"model", "cloud", "scope", "tier", "meter", "ours", "theirs", "difference", "price_row", "theirs_id", "source"}, {}};
  if (format == Format::table)
    list.rows.push_back({{"MODEL"}, {"CLOUD"}, {"SCOPE"}, {"TIER"}, {"METER"}, {"OURS"}, {"THEIRS"}, {"DIFFERENCE"}, {"ROW"}, {"THEIR WORD"}, {"SOURCE"}});
  for (const auto& each : comparison.disagreements)
    list.rows.push_back({{each.ours->model}, {each.ours->cloud}, {each.ours->scope}, {each.ours->tier}, {each.meter}, {each.our_price}, {each.their_price},
                         {each.difference}, {each.ours->id}, {each.theirs->ids.empty() ? each.theirs->model : each.theirs->ids[0]},
                         {fmt::format("{} {}", each.theirs->evidence[0].source, each.theirs->evidence[0].date)}});
  if (format == Format::table && comparison.disagreements.empty()) list.rows.clear();
  return list;
}

}  // namespace

int offers_import(const CatalogueOptions& options) {
  const auto read = read_all(options);
  if (!read) return read.error();
  std::vector<const offer::Row*> rows;
  for (const auto& row : read->rows) rows.push_back(&row);
  fmt::print("{}", offers_text(rows, options.format));
  return kOk;
}

int offers_compare(const CatalogueOptions& options) {
  const auto read = read_all(options);
  if (!read) return read.error();
  const auto comparison = offer::compare(*read->book, read->rows);
  fmt::print("{}", to_text(list_of(comparison, options.format), options.format));
  fmt::print(stderr, "{} prices compared, {} differ; {} of {} rows have nothing beside them in the book\n", comparison.compared,
             comparison.disagreements.size(), comparison.unmatched, read->rows.size());
  return comparison.disagreements.empty() ? kOk : kDifferent;
}

}  // namespace fw::cli
