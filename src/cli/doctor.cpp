#include <algorithm>

#include <fmt/format.h>

#include "cli/checks.h"
#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

std::string_view name(Health health) {
  return health == Health::ok ? "ok" : health == Health::warn ? "warn" : "fail";
}

void check_config(const std::string& path, const ConfigFile& file, Findings& findings) {
  for (const auto& problem : file.loaded.problems) {
    const bool error = problem.severity == config::Severity::error;
    const auto where = fmt::format("{}:{}:{} {}", problem.file.empty() ? path : problem.file, problem.line, problem.column, problem.path);
    const auto what = problem.expected.empty() ? problem.found
                                               : fmt::format("found {}, expected {}", problem.found, problem.expected);
    findings.push_back({"config", error ? Health::fail : Health::warn, fmt::format("{}: {}", where, what),
                        problem.hint.empty() ? fmt::format("fairway config check -c {}", path) : problem.hint});
  }
  if (file.loaded.problems.empty()) findings.push_back({"config", Health::ok, path});
}

Findings look(const std::string& path) {
  Findings findings;
  if (path.empty()) {
    check_machine(config::Limits{}.exchanges, findings);
    findings.push_back({"config", Health::warn, "none given", "fairway doctor -c FILE looks at more"});
    return findings;
  }
  const auto file = load_config(path);
  const auto* config = file && file->loaded.config ? &*file->loaded.config : nullptr;
  check_machine(config ? config->limits.exchanges : config::Limits{}.exchanges, findings);
  if (!file) {
    findings.push_back({"config", Health::fail, file.error(), "-c FILE names the configuration"});
    return findings;
  }
  check_config(path, *file, findings);
  check_files(path, *file, findings);
  if (config) {
    check_certificates(*config, findings);
    check_listeners(*config, path, findings);
  }
  return findings;
}

void print_table(const Findings& findings) {
  const bool colour = wants_colour(stdout);
  std::size_t width = 0;
  for (const auto& finding : findings) width = std::max(width, finding.check.size());
  for (const auto& [check, health, found, fix] : findings) {
    const auto* paint = health == Health::ok ? "\x1b[32m" : health == Health::warn ? "\x1b[33m" : "\x1b[31m";
    fmt::print("{}{:<4}{}  {:<{}}  {}\n", colour ? paint : "", name(health), colour ? "\x1b[0m" : "", check, width, found);
    if (!fix.empty()) fmt::print("{:{}}fix: {}\n", "", width + 8, fix);
  }
}

List list_of(const Findings& findings) {
  List list{{"check", "status", "found", "fix"}, {}};
  for (const auto& [check, health, found, fix] : findings)
    list.rows.push_back({{check}, {std::string(name(health))}, {found}, {fix}});
  return list;
}

}  // namespace

int doctor(const DoctorOptions& options) {
  const bool there = options.config.empty() && is_file(kDefaultConfig);
  const auto findings = look(there ? std::string(kDefaultConfig) : options.config);
  if (options.format == Format::table) print_table(findings);
  else fmt::print("{}", to_text(list_of(findings), options.format));
  const bool failed = std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.health == Health::fail; });
  return failed ? kFailed : kOk;
}

}  // namespace fw::cli
