#include "config/minted.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/date.h"
#include "config/check.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/report.h"
#include "wire/json.h"

namespace fw::config {
namespace {

constexpr std::string_view kPath = "keys[0]";
constexpr int kDepth = static_cast<int>(kDepthMax);
constexpr std::size_t kToldMax = 20;  // problems in one line

// What the checks of a configuration need of it to judge one key.
Config surroundings(const Config& config) {
  Config out;
  out.policies = config.policies;
  for (const auto& tenant : config.tenants) out.tenants.push_back({.name = tenant.name, .policy = tenant.policy, .budget = {}, .limits = {}});
  for (const auto& model : config.models) out.models.push_back({.name = model.name, .deployments = {}});
  return out;
}

std::optional<Problem> no_object(std::string_view json) {
  const auto begin = json.find_first_not_of(" \t\r\n");
  if (const auto fault = wire::json_check(json, kDepth))
    return Problem{.found = fmt::format("text that is no JSON at byte {}: {}", fault->offset, wire::say(fault->fault)), .expected = "a JSON object", .hint = "such as {\"name\": \"team-a\"}"};
  if (json[begin] != '{') return Problem{.found = "JSON that is no object", .expected = "a JSON object", .hint = "such as {\"name\": \"team-a\"}"};
  return std::nullopt;
}

void drop_former_models(Key& key, const Config& config) {
  const Names known(config.models);
  auto left = key.models;
  std::erase_if(left, [&known](const auto& name) { return !known.contains(name); });
  if (!left.empty()) key.models = std::move(left);
}

// JSON tells a text from a number, which the file's form does not.
void expect_texts(const Node* node, const std::string& path, Report& report) {
  if (node == nullptr) return;
  if (node->kind == NodeKind::scalar && node->plain) report.add(node->at, path, {node->text, "a text", fmt::format("write it in quotes: \"{}\"", node->text)});
  for (std::size_t i = 0; i < node->items.size(); ++i) expect_texts(&node->items[i], path_item(path, i), report);
}

void check_texts(const Node& root, Report& report) {
  for (const auto* name : {"name", "tenant", "policy", "expires", "models", "addresses", "endpoints", "team"}) expect_texts(root.find(name), fmt::format("{}.{}", kPath, name), report);
  if (const auto* const tags = root.find("tags"))
    for (const auto& member : tags->members) expect_texts(&member.value, fmt::format("{}.tags.{}", kPath, member.key), report);
  const auto* const budget = root.find("budget");
  for (const auto* name : {"name", "per", "time_zone"}) expect_texts(budget ? budget->find(name) : nullptr, fmt::format("{}.budget.{}", kPath, name), report);
}

void check_end(const Key& key, const Sources& sources, Report& report) {
  if (!key.expires || !sources.now || *sources.now < *key.expires) return;
  report.add_at(fmt::format("{}.expires", kPath), {fmt::format("{}, which has passed", rfc3339_text(*key.expires)), fmt::format("a time after {}", rfc3339_text(*sources.now)), ""});
}

// Paths as they are in the entry itself; warnings are about whole configurations.
std::vector<Problem> of_the_entry(std::vector<Problem> problems) {
  std::erase_if(problems, [](const auto& p) { return p.severity != Severity::error; });
  for (auto& p : problems) {
    if (p.path.starts_with(kPath)) p.path.erase(0, std::min(p.path.size(), kPath.size() + 1));
    p.excerpt.clear();
  }
  return problems;
}

LoadedKey load(std::string_view json, const Config& config, const Sources& sources, bool kept) {
  LoadedKey loaded;
  if (const auto fault = no_object(json)) {
    loaded.problems.push_back(*fault);
    return loaded;
  }
  Report report;
  const Text text(json, report);
  Draft draft{.config = surroundings(config), .price_texts = {}};
  if (text.root.kind == NodeKind::map) {
    Sources own = sources;
    own.literal = true;
    Reader reader(report, own);
    const Reader::Step step(reader, std::string(kPath), text.root.at);
    reader.table(text.root, {}, minted_table(), &draft.config.keys.emplace_back());
    check_texts(text.root, report);
    auto& key = draft.config.keys.front();
    if (kept) drop_former_models(key, draft.config);
    complete(draft, report);
    complete_budgets(draft.config, own, report);
    check_access(draft.config, report);
    check_budgets(draft.config, report);
    check_end(key, own, report);
    if (!report.has_errors()) loaded.key = key;
  }
  loaded.problems = of_the_entry(report.finish(text.lines, text.root));
  return loaded;
}

}  // namespace

LoadedKey load_key(std::string_view json, const Config& config, const Sources& sources) { return load(json, config, sources, false); }

LoadedKey load_kept_key(std::string_view json, const Config& config, const Sources& sources) { return load(json, config, sources, true); }

std::string in_a_line(const std::vector<Problem>& problems) {
  std::string out;
  for (std::size_t i = 0; i < problems.size() && i < kToldMax; ++i) {
    const auto& p = problems[i];
    if (!out.empty()) out += "; ";
    if (!p.path.empty()) out += fmt::format("{}: ", p.path);
    out += fmt::format("found {}", p.found);
    if (!p.expected.empty()) out += fmt::format(", expected {}", p.expected);
    if (!p.hint.empty()) out += fmt::format(" ({})", p.hint);
  }
  if (problems.size() > kToldMax) out += fmt::format("; and {} more", problems.size() - kToldMax);
  return out;
}

}  // namespace fw::config
