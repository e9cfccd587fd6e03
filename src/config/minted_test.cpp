#include "config/minted.h"

#include <gtest/gtest.h>

namespace fw::config {
namespace {

Config some_config() {
  Config config;
  config.models.push_back({.name = "gpt", .deployments = {}});
  config.models.push_back({.name = "other", .deployments = {}});
  config.policies.emplace_back();
  config.policies.back().name = "default";
  config.tenants.push_back({.name = "acme", .policy = "", .budget = {}, .limits = {}});
  return config;
}

std::string problems_of(std::string_view json, const Sources& sources = {}) {
  const auto loaded = load_key(json, some_config(), sources);
  EXPECT_EQ(loaded.key.has_value(), loaded.problems.empty());
  return in_a_line(loaded.problems);
}

TEST(MintedKey, is_read_as_an_entry_of_the_file_is) {
  const auto loaded = load_key(R"({"name": "a", "tenant": "acme", "models": ["gpt"], "budget": {"usd": "10"}, "limits": {"requests_per_minute": 5},
                                   "expires": "2030-01-01", "addresses": ["10.0.0.0/8"], "endpoints": ["chat"]})", some_config(), {});
  ASSERT_TRUE(loaded.key) << in_a_line(loaded.problems);
  EXPECT_EQ(loaded.key->policy, "default");
  EXPECT_EQ(loaded.key->budget->name, "key/a");
  EXPECT_EQ(loaded.key->budget->rule.alert_percent, (std::vector<std::uint16_t>{50, 80, 100}));
  ASSERT_NE(loaded.key->budget->rule.zone, nullptr);
  EXPECT_EQ(loaded.key->limits.requests_per_minute, 5);
  EXPECT_EQ(loaded.key->endpoints, std::vector{dialect::Operation::chat});
  EXPECT_TRUE(loaded.key->addresses.at(0).contains(*wire::parse_ip("10.1.2.3")));
}

TEST(MintedKey, every_problem_is_told_at_once_with_its_field) {
  const auto told = problems_of(R"({"nmae": "a", "tenant": "acmee", "models": ["gpt1", 5], "limits": {"requests_per_minute": "many"}, "expires": "soon",
                                    "addresses": ["10.1.0.0/8"], "endpoints": ["chats"], "budget": {"usd": 0}})");
  for (const auto* part : {"nmae: found the unknown key", "no `name`", "tenant: found the unknown tenant", "did you mean acme?", "models[0]: found the unknown model", "did you mean gpt?",
                           "limits.requests_per_minute: found the text \"many\"", "models[1]: found 5, expected a text", "expires: found", "addresses[0]: found", "endpoints[0]: found", "budget.usd: found"})
    EXPECT_NE(told.find(part), told.npos) << part << " in " << told;
}

TEST(MintedKey, refuses_what_is_no_object_and_says_where) {
  EXPECT_NE(problems_of("{\"name\": ").find("no JSON at byte"), std::string::npos);
  EXPECT_NE(problems_of("").find("no JSON"), std::string::npos);
  EXPECT_NE(problems_of("[]").find("JSON that is no object"), std::string::npos);
  EXPECT_NE(problems_of("name: a").find("no JSON"), std::string::npos) << "YAML is for files";
  EXPECT_NE(problems_of(R"({"name": "a", "name": "b"})").find("name"), std::string::npos) << "a key twice";
}

TEST(MintedKey, refers_to_nothing_outside) {
  Sources sources;
  sources.env = [](const std::string&) -> std::optional<std::string> {
    ADD_FAILURE() << "the environment was asked";
    return "secret";
  };
  const auto loaded = load_key(R"({"name": "${env:HOME}"})", some_config(), sources);
  if (loaded.key) EXPECT_EQ(loaded.key->name, "${env:HOME}");
}

TEST(MintedKey, an_end_that_has_passed_is_a_mistake_when_it_is_made_and_none_later) {
  Sources sources;
  sources.now = WallTime{2'000'000'000'000'000'000};  // 2033
  EXPECT_NE(problems_of(R"({"name": "a", "expires": "2033-01-01"})", sources).find("expires: found 2033-01-01T00:00:00Z, which has passed"), std::string::npos);
  EXPECT_TRUE(load_kept_key(R"({"name": "a", "expires": "2033-01-01"})", some_config(), {}).key);
}

TEST(MintedKey, models_that_are_gone_are_passed_over_while_one_is_left) {
  const auto left = load_kept_key(R"({"name": "a", "models": ["gone", "gpt"]})", some_config(), {});
  ASSERT_TRUE(left.key);
  EXPECT_EQ(left.key->models, std::vector<std::string>{"gpt"});
  EXPECT_FALSE(load_kept_key(R"({"name": "a", "models": ["gone"]})", some_config(), {}).key) << "none may not become all";
  EXPECT_FALSE(load_kept_key(R"({"name": "a", "policy": "gone"})", some_config(), {}).key);
}

}  // namespace
}  // namespace fw::config
