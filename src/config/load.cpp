#include "config/load.h"

#include <optional>

#include <fmt/format.h>

#include "config/check.h"
#include "config/document.h"
#include "config/field.h"
#include "config/reader.h"
#include "config/reference.h"
#include "config/report.h"

namespace fw::config {
namespace {

bool has_root(const Node& root, Report& report) {
  if (root.kind == NodeKind::map) return true;
  if (root.kind == NodeKind::nothing) report.add({0, 1, 1}, "", {"an empty file", "a configuration", "`fairway config schema` describes it"});
  else if (root.kind != NodeKind::broken) report.add(root.at, "", {std::string(kind_name(root.kind)), "a mapping", ""});
  return false;
}

std::optional<Config> decode(const Node& root, const Sources& sources, Report& report) {
  Reader reader(report, sources);
  Draft draft;
  reader.table(root, {}, file_table(), &draft.config);
  draft.price_texts = std::move(reader.price_texts);
  if (!report.noted("data_dir")) draft.config.data_dir = resolved_path(draft.config.data_dir, sources);
  draft.config.book = load_books(draft.config, sources, report);
  complete(draft, report);
  complete_budgets(draft.config, sources, report);
  check_server(draft.config, report);
  check_models(draft.config, report);
  check_access(draft.config, report);
  check_policies(draft.config, report);
  check_budgets(draft.config, report);
  check_capacity(draft.config, sources.now, report);
  if (sources.now) check_prices(draft.config, *sources.now, report);
  if (report.has_errors()) return std::nullopt;
  return std::move(draft.config);
}

}  // namespace

Loaded load(std::string_view text, const Sources& sources) {
  Report report;
  Loaded loaded;
  const Text file(text, report);
  if (has_root(file.root, report)) loaded.config = decode(file.root, sources, report);
  loaded.problems = report.finish(file.lines, file.root);
  return loaded;
}

}  // namespace fw::config
