#include "config/reference.h"

#include <utility>

#include <fmt/format.h>

#include "config/report.h"

namespace fw::config {
namespace {

constexpr std::size_t kValueBytesMax = std::size_t{64} << 10;
constexpr std::string_view kForms = "${env:NAME} or ${file:PATH}";

Expanded failed(std::string fault, std::string expected, std::string hint) {
  Expanded result;
  result.referred = true;
  result.fault = std::move(fault);
  result.expected = std::move(expected);
  result.hint = std::move(hint);
  return result;
}

Expanded from_env(std::string_view name, const Sources& sources) {
  if (name.empty()) return failed("${env:} without a name", std::string(kForms), "");
  const auto value = sources.env ? sources.env(std::string(name)) : std::nullopt;
  if (!value)
    return failed(fmt::format("the environment variable {}, which is not set", name), "a variable that is set",
                  fmt::format("export {}=…, or use ${{file:PATH}}", name));
  return {*value, true};
}

Expanded from_file(std::string_view path, const Sources& sources) {
  if (path.empty()) return failed("${file:} without a path", std::string(kForms), "");
  const auto resolved = resolved_path(path, sources);
  auto value = sources.file ? sources.file(resolved) : std::nullopt;
  if (!value)
    return failed(fmt::format("the file {}, which cannot be read", quoted(resolved)), "a file that can be read",
                  "check that it exists and that the user running fairway may read it");
  if (value->ends_with('\n')) value->pop_back();
  if (value->ends_with('\r')) value->pop_back();
  return {std::move(*value), true};
}

// `inside`: what stands between "${" and "}".
Expanded follow(std::string_view inside, const Sources& sources) {
  if (inside.starts_with("env:")) return from_env(inside.substr(4), sources);
  if (inside.starts_with("file:")) return from_file(inside.substr(5), sources);
  const bool bare_name = inside.find(':') == inside.npos && !inside.empty();
  return failed(fmt::format("the reference {}", quoted(fmt::format("${{{}}}", inside))), std::string(kForms),
                bare_name ? fmt::format("write ${{env:{}}}", quoted(inside).substr(1, inside.size()))
                          : "a literal ${ is written $${");
}

}  // namespace

Expanded expand(std::string_view text, const Sources& sources) {
  Expanded result;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto dollar = text.find("${", at);
    if (dollar == text.npos) break;
    if (dollar > at && text[dollar - 1] == '$') {
      result.value.append(text, at, dollar - 1 - at).append("${");
      at = dollar + 2;
      continue;
    }
    const auto close = text.find('}', dollar);
    if (close == text.npos) return failed("a reference without its }", std::string(kForms), "a literal ${ is written $${");
    auto one = follow(text.substr(dollar + 2, close - dollar - 2), sources);
    if (!one.fault.empty()) return one;
    result.value.append(text, at, dollar - at).append(one.value);
    result.referred = true;
    result.only = dollar == 0 && close + 1 == text.size();
    at = close + 1;
    if (result.value.size() > kValueBytesMax)
      return failed(fmt::format("a value of more than {} bytes", kValueBytesMax), "a shorter one", "");
  }
  result.value.append(text, at);
  return result;
}

std::string resolved_path(std::string_view path, const Sources& sources) {
  if (path.empty() || path.starts_with('/') || sources.base_dir.empty()) return std::string(path);
  return fmt::format("{}/{}", sources.base_dir, path);
}

}  // namespace fw::config
