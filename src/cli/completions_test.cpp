#include "cli/completions.h"

#include <gtest/gtest.h>

namespace fw::cli {
namespace {

const CommandText kTop{"fairway", "", {{{"--version"}, "it's the version", ""}},
                       {{"config", "the configuration", {}, {{"check", "checks", {{{"-c", "--config"}, "file", "FILE"}, {{"--output"}, "form", "table|json"}}, {}}}},
                        {"connect", "connects", {{{}, "client", "codex|node"}}, {}}}};

TEST(Completions, for_bash_know_words_files_and_commands) {
  const auto text = completions("bash", kTop);
  EXPECT_NE(text.find("'') COMPREPLY=($(compgen -W 'config connect --version'"), text.npos);
  EXPECT_NE(text.find("'config check') COMPREPLY=($(compgen -W '-c --config --output'"), text.npos);
  EXPECT_NE(text.find("'config check --output') COMPREPLY=($(compgen -W 'table json'"), text.npos);
  EXPECT_NE(text.find("'config check -c') COMPREPLY=($(compgen -f "), text.npos);
  EXPECT_NE(text.find("'connect') COMPREPLY=($(compgen -W 'codex node'"), text.npos);
}

TEST(Completions, for_fish_quote_what_a_shell_would_read) {
  const auto text = completions("fish", kTop);
  EXPECT_NE(text.find("-l version -d 'it'\\''s the version'"), text.npos);
  EXPECT_NE(text.find("'__fish_seen_subcommand_from config; and __fish_seen_subcommand_from check' -l output -x -a 'table json'"), text.npos);
}

TEST(Completions, words_are_what_bars_separate) {
  EXPECT_EQ(words_of("a|b|c"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(words_of("FILE").empty());
}

}  // namespace
}  // namespace fw::cli
