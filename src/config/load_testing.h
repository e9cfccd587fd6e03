// For the tests of this room: loading a text with a made-up environment, problems as one line each.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "config/load.h"

namespace fw::config::testing {

using Texts = std::map<std::string, std::string>;

inline Sources sources(Texts env, Texts files = {}) {
  const auto look_up = [](const Texts& texts) {
    return [texts](const std::string& name) -> std::optional<std::string> {
      const auto at = texts.find(name);
      return at == texts.end() ? std::nullopt : std::optional(at->second);
    };
  };
  return {look_up(env), look_up(files), ""};
}

inline const Texts kEnv{{"KEY", "sk-0123456789abcdef"}, {"OTHER", "fw-fedcba9876543210"}, {"ADMIN", "admin-0123456789"},
                        {"EMPTY", ""}, {"TWO", "2"}, {"SPACED", "two words are no key"}};

// "3:7 error providers.x.cloud: found …, expected … (hint)".
inline std::string line(const Problem& problem) {
  const auto what = problem.expected.empty() ? problem.found
                                             : fmt::format("found {}, expected {}", problem.found, problem.expected);
  return fmt::format("{}:{} {} {}: {}{}", problem.line, problem.column,
                     problem.severity == Severity::error ? "error" : "warning", problem.path, what, problem.hint.empty() ? "" : fmt::format(" ({})", problem.hint));
}

inline std::vector<std::string> problems(std::string_view text, const Texts& files = {}) {
  std::vector<std::string> lines;
  for (const auto& problem : load(text, sources(kEnv, files)).problems) lines.push_back(line(problem));
  return lines;
}

// A whole file without problems, for tests that add one thing to it. Ends behind the last key.
inline constexpr std::string_view kGood =
    "version: 1\n"
    "listen: [{ address: 127.0.0.1:8080 }]\n"
    "providers:\n"
    "  one: { cloud: openai, auth: { api_key: \"${env:KEY}\" } }\n"
    "models:\n"
    "  m: { deployments: [{ provider: one, model: gpt }] }\n"
    "keys:\n"
    "  - { name: k, key: \"${env:KEY}\" }\n";

// The problems of kGood with lines of its own behind it: the first of these is line 9.
inline std::vector<std::string> problems_with(std::string_view more, const Texts& files = {}) {
  return problems(std::string(kGood) + std::string(more), files);
}

}  // namespace fw::config::testing
