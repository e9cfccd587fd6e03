// Any bytes as a configuration: no crash, no exception, and either a Config or an error.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load.h"

using namespace fw::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  Sources sources;
  sources.env = [](const std::string& name) -> std::optional<std::string> {
    if (name.empty() || name[0] != 'K') return std::nullopt;
    return "0123456789abcdef" + name;
  };
  const auto loaded = load(text, sources);
  bool error = false;
  for (const auto& problem : loaded.problems) {
    error = error || problem.severity == Severity::error;
    if (render(problem, "f").empty() || problem.line < 0 || problem.column < 0) std::abort();
  }
  if (loaded.config.has_value() == error) std::abort();
  return 0;
}
