// The offers of a plan that names no file of them.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "cli/exit.h"
#include "cli/offers.h"
#include "cli/plan_demand.h"
#include "offer/render.h"
#include "offer/scope.h"

namespace fw::cli {
namespace {

// What the book calls a model that clients ask for; several where deployments of one name differ.
std::set<std::string> book_models(const offer::Book& book, const std::optional<config::Config>& config, const std::string& asked) {
  std::set<std::string> names;
  if (config)
    for (const auto& model : config->models)
      if (model.name == asked)
        for (const auto& deployment : model.deployments) names.insert(deployment.offer);
  if (!names.empty()) return names;
  if (book.has_model(asked)) return {asked};
  for (const auto cloud : offer::cloud_words())
    if (const auto meant = book.model_of(cloud, asked); !meant.empty()) return {std::string(meant)};
  return {};
}

}  // namespace

std::expected<std::string, int> book_offers(const DemandFound& found, const std::string& config, const std::string& at) {
  const auto time = parse_date(at);
  if (!time) {
    fmt::print(stderr, "error: --at is '{}', expected a day (2026-11-22) or a time (2026-11-22T10:00:00Z)\n", at);
    return std::unexpected(kUsage);
  }
  const auto book = book_of(config);
  if (!book) return std::unexpected(book.error());
  std::set<std::string> models;
  for (const auto& each : found.demand.classes) models.insert(each.model);
  std::vector<offer::Row> rows;
  std::size_t other_tiers = 0;
  for (const auto& model : models) {
    const auto before = rows.size();
    for (const auto& name : book_models(**book, found.config, model))
      for (const auto* row : (*book)->rows(name, *time)) {
        if (row->absent || !offer::is_scope(row->scope)) continue;
        if (row->tier != offer::kStandardTier) {
          ++other_tiers;
          continue;
        }
        auto& kept = rows.emplace_back(*row);
        kept.model = model;
        kept.from = {};
        kept.until.reset();
      }
    if (rows.size() > before) continue;
    fmt::print(stderr, "error: the offer book has no offer of the model {} on {}; expected one at least. Name a file of offers with --offers.\n", model, date_text(*time));
    return std::unexpected(kConfigInvalid);
  }
  if (other_tiers > 0) fmt::print(stderr, "note: {} offers of other tiers than standard are left out: a rule cannot bind a class to a tier\n", other_tiers);
  std::vector<const offer::Row*> list;
  for (const auto& row : rows) list.push_back(&row);
  return offers_text(list, Format::json);
}

}  // namespace fw::cli
