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

// The rows that hold for these scopes and for those that rows name themselves: a row for a pattern ("*", "eu/*") says what a
// cloud asks in every scope of it that has no row of its own.
class Offered {
 public:
  Offered(const offer::Book& book, WallTime at, std::set<std::string> scopes) : book_(book), at_(at), scopes_(std::move(scopes)) {}
  // `name`: what the book calls the model that clients ask for.
  void add(const std::string& name, const std::string& model) {
    for (const auto* row : book_.rows(name, at_)) {
      if (row->tier != offer::kStandardTier) {
        other_tiers_ += row->absent ? 0 : 1;
        continue;
      }
      if (offer::is_scope(row->scope)) keep(*row, row->scope, model);
      else
        for (const auto& scope : scopes_)
          if (is_of(name, *row, scope)) keep(*row, scope, model);
    }
  }
  const std::vector<offer::Row>& rows() const { return rows_; }
  std::size_t other_tiers() const { return other_tiers_; }

 private:
  // The pattern's row is what counts in that scope.
  bool is_of(const std::string& name, const offer::Row& row, const std::string& scope) const {
    const auto found = book_.find({name, row.cloud, row.host, scope}, at_);
    return found && std::ranges::find(found->rows, row.id) != found->rows.end();
  }
  void keep(const offer::Row& row, const std::string& scope, const std::string& model) {
    if (row.absent) return;
    auto& kept = rows_.emplace_back(row);
    kept.model = model;
    kept.scope = scope;
    kept.from = {};
    kept.until.reset();
  }

  const offer::Book& book_;
  WallTime at_;
  std::set<std::string> scopes_;
  std::vector<offer::Row> rows_;
  std::size_t other_tiers_ = 0;
};

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
  std::set<std::string> scopes;
  for (const auto& [name, residency] : found.residency) scopes.insert(residency.begin(), residency.end());
  Offered offered(**book, *time, std::move(scopes));
  for (const auto& model : models) {
    const auto before = offered.rows().size();
    for (const auto& name : book_models(**book, found.config, model)) offered.add(name, model);
    if (offered.rows().size() > before) continue;
    fmt::print(stderr, "error: the offer book has no offer of the model {} on {}; expected one at least. Name a file of offers with --offers.\n", model, date_text(*time));
    return std::unexpected(kConfigInvalid);
  }
  if (offered.other_tiers() > 0) fmt::print(stderr, "note: {} offers of other tiers than standard are left out: a rule cannot bind a class to a tier\n", offered.other_tiers());
  std::vector<const offer::Row*> list;
  for (const auto& row : offered.rows()) list.push_back(&row);
  return offers_text(list, Format::json);
}

}  // namespace fw::cli
