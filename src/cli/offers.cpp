#include "cli/offers.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "config/offers.h"
#include "offer/render.h"
#include "wire/nearest.h"

namespace fw::cli {
namespace {

using offer::Row;
using Rows = std::vector<const Row*>;

constexpr std::size_t kNearMax = 3;
constexpr std::string_view kStep = "long_context.";
constexpr std::string_view kWrite = "cache_write.";

std::string price_of(const std::vector<std::pair<std::string, std::string>>& prices, std::string_view meter) {
  const auto at = std::ranges::find(prices, meter, &std::pair<std::string, std::string>::first);
  return at == prices.end() ? "" : at->second;
}

// "2 / 0.2 / 2.5 / 10": input, cache read, cache written, output; a dash for what nobody has said.
std::string four_prices(const std::vector<std::pair<std::string, std::string>>& prices, std::string_view prefix) {
  std::vector<std::string> cells;
  const auto cell = [&](std::string text) { cells.push_back(text.empty() ? "-" : std::move(text)); };
  cell(price_of(prices, fmt::format("{}input", prefix)));
  cell(price_of(prices, fmt::format("{}cache_read", prefix)));
  std::string written;
  for (const auto& [meter, price] : prices)
    if (meter.starts_with(fmt::format("{}{}", prefix, kWrite)))
      written += fmt::format("{}{} ({})", written.empty() ? "" : ", ", price, std::string_view(meter).substr(prefix.size() + kWrite.size()));
  cell(std::move(written));
  cell(price_of(prices, fmt::format("{}output", prefix)));
  return fmt::format("{}", fmt::join(cells, " / "));
}

std::string prices_cell(const Row& row) {
  if (row.absent) return "not offered";
  if (!row.meters.any()) return "offered, price unknown";
  return four_prices(price_texts(row), "");
}

std::string long_cell(const Row& row) {
  if (!row.long_context) return "-";
  const auto above = fmt::format("above {}: ", row.long_context->above);
  return above + (row.long_context->meters.any() ? four_prices(price_texts(row), kStep) : "unknown");
}

void add_api(const offer::ApiFeatures& api, std::string_view where, std::vector<std::string>& parts) {
  const auto add = [&](std::string_view word, const std::vector<std::string>& efforts) {
    if (!efforts.empty()) parts.push_back(fmt::format("{}{} {}", where, word, fmt::join(efforts, " ")));
  };
  add("efforts", api.efforts);
  add("efforts refused", api.efforts_refused);
  add("efforts ignored", api.efforts_ignored);
  add("tools only at effort", api.efforts_with_tools);
  if (!api.output_limit.empty()) parts.push_back(fmt::format("{}limit as {}", where, api.output_limit));
  for (const auto& [need, fate] : api.fields) parts.push_back(fmt::format("{}{} {}", where, dialect::name(need), dialect::name(fate)));
}

std::string features_cell(const Row& row) {
  const auto& f = row.features;
  std::vector<std::string> parts;
  for (const auto dialect : f.dialects) parts.emplace_back(dialect::name(dialect));
  if (f.context_tokens) parts.push_back(fmt::format("context {}", *f.context_tokens));
  if (f.max_output_tokens) parts.push_back(fmt::format("answer {}", *f.max_output_tokens));
  if (!f.scope_of_processing.empty()) parts.push_back(f.scope_of_processing);
  add_api(f, "", parts);
  add_api(f.on_chat, "chat: ", parts);
  return parts.empty() ? "-" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string evidence_cell(const Row& row) {
  std::vector<std::string> parts;
  for (const auto& e : row.evidence) parts.push_back(fmt::format("{} {}: {}", name(e.kind), e.date, e.source));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string cloud_cell(const Row& row) { return row.host.empty() ? row.cloud : row.cloud + ":" + row.host; }
std::string until_text(const Row& row) { return row.until ? date_text(*row.until) : ""; }

// The table's rows; its header is the first of them.
List table_of(const Rows& rows) {
  List list{{"MODEL", "CLOUD", "SCOPE", "TIER", "FROM", "UNTIL", "IN / CACHED / WRITTEN / OUT", "LONG", "CAN", "NOTE", "EVIDENCE"}, {{}}};
  for (const auto& column : list.columns) list.rows[0].push_back({column});
  for (const auto* row : rows)
    list.rows.push_back({{row->model}, {cloud_cell(*row)}, {row->scope}, {row->tier}, {date_text(row->from)}, {row->until ? until_text(*row) : "-"},
                         {prices_cell(*row)}, {long_cell(*row)}, {features_cell(*row)}, {row->note}, {evidence_cell(*row)}});
  return list;
}

List csv_of(const Rows& rows) {
  List list{{"id", "model", "cloud", "host", "scope", "tier", "from", "until", "absent"}, {}};
  std::vector<std::string> meters = offer::meter_names();
  meters.push_back("long_context.above");
  for (const auto& name : offer::meter_names()) meters.push_back(std::string(kStep) + name);
  list.columns.insert(list.columns.end(), meters.begin(), meters.end());
  for (const auto* name : {"features", "ids", "note", "evidence"}) list.columns.emplace_back(name);
  for (const auto* row : rows) {
    auto& cells = list.rows.emplace_back(std::vector<Cell>{{row->id}, {row->model}, {row->cloud}, {row->host}, {row->scope}, {row->tier},
                                                           {date_text(row->from)}, {until_text(*row)}, {row->absent ? "true" : "false"}});
    const auto prices = price_texts(*row);
    for (const auto& meter : meters) cells.push_back({price_of(prices, meter)});
    for (auto text : {features_cell(*row), fmt::format("{}", fmt::join(row->ids, " ")), row->note, evidence_cell(*row)}) cells.push_back({std::move(text)});
  }
  return list;
}

std::string json_of(const Rows& rows, Format format) {
  std::string out;
  if (format == Format::json) {
    wire::JsonWriter json(out);
    json.begin_array();
    for (const auto* row : rows) offer::write_row(json, *row);
    json.end_array();
    return out + "\n";
  }
  for (const auto* row : rows) {
    wire::JsonWriter json(out);
    offer::write_row(json, *row);
    out += '\n';
  }
  return out;
}

// The book's name of what was asked for, which may be a cloud's word; empty after a complaint.
std::string model_asked(const offer::Book& book, const std::string& asked) {
  if (book.has_model(asked)) return asked;
  for (const auto cloud : offer::cloud_words())
    if (const auto meant = book.model_of(cloud, asked); !meant.empty()) return std::string(meant);
  const auto known = book.models();
  const auto near = wire::nearest(asked, known, kNearMax);
  fmt::print(stderr, "error: the offer book has no model '{}'\n", asked);
  if (near.empty()) fmt::print(stderr, "hint: it has {}\n", fmt::join(known, ", "));
  else fmt::print(stderr, "hint: did you mean {}?\n", fmt::join(near, ", "));
  return "";
}

}  // namespace

std::string offers_text(const Rows& rows, Format format) {
  if (format == Format::table) return to_text(table_of(rows), format);
  return format == Format::csv ? to_text(csv_of(rows), format) : json_of(rows, format);
}

int offers(const OffersOptions& options) {
  std::optional<WallTime> at;
  if (!options.at.empty() && !(at = parse_date(options.at))) {
    fmt::print(stderr, "error: '{}' is no date\nhint: expected one such as 2026-11-22 (00:00 UTC) or 2026-11-22T06:00:00Z\n", options.at);
    return kUsage;
  }
  const auto book = book_of(options.config);
  if (!book) return book.error();
  std::string model;
  if (!options.model.empty() && (model = model_asked(**book, options.model)).empty()) return kFailed;
  Rows rows;
  for (const auto& row : (*book)->rows())
    if ((model.empty() || row.model == model) && (options.cloud.empty() || row.cloud == options.cloud) && (!at || row.holds(*at)))
      rows.push_back(&row);
  fmt::print("{}", offers_text(rows, options.format));
  return kOk;
}

std::expected<std::shared_ptr<const offer::Book>, int> book_of(const std::string& config_path) {
  if (config_path.empty()) return std::shared_ptr<const offer::Book>(std::shared_ptr<void>(), &config::embedded_book());
  const auto config = valid_config(config_path);
  if (!config) return std::unexpected(config.error());
  return config->book;
}

}  // namespace fw::cli
