#include "cli/config_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include "base/time_zone.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == path.npos) return "";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Long enough for a key, and no two alike.
std::string made_up(const std::string& name) { return fmt::format("simulated-secret-of-{}", name); }

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

WallTime wall_now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return {std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec};
}

std::expected<ConfigFile, std::string> load_config(const std::string& path, Secrets secrets) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  ConfigFile file;
  config::Sources sources;
  const bool needed = secrets == Secrets::needed;
  sources.env = [needed](const std::string& name) {
    const auto value = environment(name);
    return value || needed ? value : std::optional(made_up(name));
  };
  sources.file = [&file, needed](const std::string& secret) {
    file.secret_files.push_back(secret);
    auto text = read_file(secret);
    return text || needed ? text : std::optional(made_up(secret));
  };
  sources.offers = read_file;
  // Debian: the package tzdata. The rule for the names lets none out of the folder.
  sources.zone = [](const std::string& name) { return read_file("/usr/share/zoneinfo/" + name); };
  sources.zone_names = [] { return zone_names(read_file("/usr/share/zoneinfo/tzdata.zi").value_or("")); };
  sources.now = wall_now();
  sources.base_dir = directory_of(path);
  file.loaded = config::load(*text, sources);
  return file;
}

std::expected<config::Config, int> valid_config(const std::string& path) {
  auto file = load_config(path);
  if (!file) {
    fmt::print(stderr, "error: {}\n", file.error());
    return std::unexpected(kConfigInvalid);
  }
  for (const auto& problem : file->loaded.problems)
    fmt::print(stderr, "{}\n", painted(problem, path, wants_colour(stderr)));
  if (!file->loaded.config) return std::unexpected(kConfigInvalid);
  return *std::move(file->loaded.config);
}

std::string painted(const config::Problem& problem, const std::string& path, bool colour) {
  auto text = config::render(problem, path == "-" ? "standard input" : path);
  if (!colour) return text;
  const auto end = text.find(':');
  const auto* begin = problem.severity == config::Severity::error ? "\x1b[1;31m" : "\x1b[1;33m";
  return fmt::format("{}{}\x1b[0m{}", begin, text.substr(0, end), text.substr(end));
}

}  // namespace fw::cli
