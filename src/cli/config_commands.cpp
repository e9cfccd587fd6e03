#include <algorithm>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cloud/field_page.h"

namespace fw::cli {
namespace {

using config::Severity;

std::string_view name(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

List list_of(const std::vector<config::Problem>& problems, const std::string& path) {
  List list{{"severity", "file", "line", "column", "path", "found", "expected", "hint"}, {}};
  for (const auto& p : problems)
    list.rows.push_back({{std::string(name(p.severity))}, {p.file.empty() ? path : p.file}, {std::to_string(p.line), true},
                         {std::to_string(p.column), true}, {p.path}, {p.found}, {p.expected}, {p.hint}});
  return list;
}

std::string summary(const config::Config& config) {
  return fmt::format("{}, {}, {}, {}", counted(config.listen.size(), "listener"),
                     counted(config.providers.size(), "provider"), counted(config.models.size(), "model"),
                     counted(config.keys.size(), "key"));
}

void print_table(const config::Loaded& loaded, const std::string& path) {
  const bool colour = wants_colour(stdout);
  for (const auto& problem : loaded.problems) fmt::print("{}\n", painted(problem, path, colour));
  const auto errors = static_cast<std::size_t>(std::count_if(
      loaded.problems.begin(), loaded.problems.end(), [](const auto& p) { return p.severity == Severity::error; }));
  if (loaded.config) fmt::print("{}: ok: {}\n", path, summary(*loaded.config));
  if (!loaded.problems.empty())
    fmt::print(stderr, "{}: {}, {}\n", path, counted(errors, "error"),
               counted(loaded.problems.size() - errors, "warning"));
}

}  // namespace

int config_check(const CheckOptions& options) {
  const auto file = load_config(options.config);
  if (!file) {
    fmt::print(stderr, "error: {}\nhint: -c FILE names the configuration\n", file.error());
    return kConfigInvalid;
  }
  if (options.format == Format::table) print_table(file->loaded, options.config);
  else fmt::print("{}", to_text(list_of(file->loaded.problems, options.config), options.format));
  return file->loaded.config ? kOk : kConfigInvalid;
}

int config_fields() {
  fmt::print("{}", cloud::field_page());
  return kOk;
}

int config_schema(const SchemaOptions& options) {
  fmt::print("{}", options.markdown ? config::markdown_reference() : config::json_schema() + "\n");
  return kOk;
}

}  // namespace fw::cli
