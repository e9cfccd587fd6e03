#include "config/rights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "config/minted.h"
#include "wire/json_merge.h"
#include "wire/json_write.h"

namespace fw::config {
namespace {

Config some_config() {
  Config config;
  for (const auto* name : {"m0", "m1", "m2", "m3"}) config.models.push_back({.name = name, .deployments = {}});
  for (const auto* name : {"default", "cheap", "eu"}) {
    config.policies.emplace_back();
    config.policies.back().name = name;
  }
  config.tenants.push_back({.name = "acme", .policy = "eu", .budget = {}, .limits = {}});
  config.tenants.push_back({.name = "umbra", .policy = "", .budget = {}, .limits = {}});
  return config;
}

AdminToken token_of(std::string tenant, std::vector<std::string> models, std::vector<std::string> policies) {
  return {.name = "t", .token = Secret("x"), .role = Role::keys, .tenant = std::move(tenant), .models = std::move(models), .policies = std::move(policies)};
}

TEST(Rights, a_tenants_token_has_the_tenants_policy_unless_it_lists_others) {
  const auto config = some_config();
  EXPECT_EQ(*rights_of(token_of("acme", {}, {}), config).policies, std::vector<std::string>{"eu"});
  EXPECT_EQ(*rights_of(token_of("umbra", {}, {}), config).policies, std::vector<std::string>{"default"});
  EXPECT_EQ(*rights_of(token_of("acme", {}, {"cheap"}), config).policies, std::vector<std::string>{"cheap"});
  EXPECT_FALSE(rights_of(token_of("", {}, {}), config).policies) << "all";
}

TEST(Rights, every_right_that_is_lacking_is_told) {
  const auto config = some_config();
  const Key key{.name = "k", .tenant = "umbra", .digest = {}, .models = {"m0", "m3"}, .policy = "default", .limits = {}, .budget = {}, .expires = {}, .addresses = {}, .endpoints = {}, .team = {}, .tags = {}};
  const auto problems = beyond(key, token_of("acme", {"m0", "m1"}, {}), config);
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(problems[0].path, "tenant");
  EXPECT_EQ(problems[1].path, "models[1]");
  EXPECT_EQ(problems[2].path, "policy");
  EXPECT_TRUE(beyond(key, token_of("", {}, {}), config).empty());
}

// What a secret opens, written down beside the rights: each model, policy and tenant by itself.
using Opens = std::set<std::string>;
Opens opens(const Key& key, const Config& config) {
  Opens out{"tenant " + key.tenant, "policy " + key.policy};
  for (const auto& m : config.models)
    if (key.models.empty() || std::ranges::find(key.models, m.name) != key.models.end()) out.insert("model " + m.name);
  if (key.models.empty()) out.insert("models to come");
  return out;
}
Opens opens(const AdminToken& token, const Config& config) {
  Opens out;
  for (const auto* tenant : {"", "acme", "umbra"})
    if (token.tenant.empty() || token.tenant == tenant) out.insert(std::string("tenant ") + tenant);
  const std::map<std::string, std::string> own{{"acme", "eu"}, {"umbra", "default"}};
  for (const auto& p : config.policies)
    if (token.policies.empty() ? token.tenant.empty() || own.at(token.tenant) == p.name : std::ranges::find(token.policies, p.name) != token.policies.end()) out.insert("policy " + p.name);
  for (const auto& m : config.models)
    if (token.models.empty() || std::ranges::find(token.models, m.name) != token.models.end()) out.insert("model " + m.name);
  if (token.models.empty()) out.insert("models to come");
  return out;
}

class Chance {
 public:
  explicit Chance(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }
  std::vector<std::string> some(const std::vector<std::string>& of) {
    std::vector<std::string> out;
    for (const auto& o : of)
      if (below(2) == 0) out.push_back(o);
    return out;
  }
  AdminToken token() { return token_of(std::vector<std::string>{"", "acme", "umbra"}[below(3)], below(2) == 0 ? some({"m0", "m1", "m2", "m3"}) : std::vector<std::string>(), below(2) == 0 ? some({"default", "cheap", "eu"}) : std::vector<std::string>()); }
  // Members of a key, in any mixture; `removing` with nulls.
  std::string body(bool removing) {
    std::string out;
    wire::JsonWriter json(out);
    json.begin_object();
    if (!removing) json.member("name", "k");
    if (below(2) == 0 && !removing) json.member("tenant", below(2) == 0 ? "acme" : "umbra");
    if (below(2) == 0) {
      json.key("models");
      const auto models = some({"m0", "m1", "m2", "m3"});
      if (models.empty() && removing) json.null();
      else {
        json.begin_array();
        for (const auto& m : models) json.string(m);
        if (models.empty()) json.string("m0");
        json.end_array();
      }
    }
    if (below(2) == 0) {
      json.key("policy");
      if (removing && below(3) == 0) json.null();
      else json.string(std::vector<std::string>{"default", "cheap", "eu"}[below(3)]);
    }
    json.end_object();
    return out;
  }

 private:
  std::mt19937 random_;
};

// 10,000 chains of tokens that make a key, change it and have its secret made anew, each with rights of its own. Whoever
// was shown the secret gained nothing by it: what it opens is never more than what they had when they were shown it.
TEST(Rights, no_right_grows_along_ten_thousand_chains) {
  const auto config = some_config();
  int shown = 0, refused = 0;
  for (std::uint32_t seed = 0; seed < 10'000; ++seed) {
    Chance chance(seed);
    std::string terms;
    for (int step = 0; step < 8; ++step) {
      const auto token = chance.token();
      const auto before = terms.empty() ? LoadedKey{} : load_key(terms, config, {});
      const auto what = chance.below(3);
      const auto next = terms.empty() ? chance.body(false) : what == 0 ? wire::json_merge(terms, chance.body(true)) : terms;
      const auto after = load_key(next, config, {});
      ASSERT_TRUE(after.key) << next << " " << in_a_line(after.problems);
      const bool allowed = beyond(*after.key, token, config).empty() && (!before.key || beyond(*before.key, token, config).empty());
      const auto had = opens(token, config), made = opens(*after.key, config);
      EXPECT_EQ(std::ranges::includes(had, made) && (!before.key || std::ranges::includes(had, opens(*before.key, config))), allowed) << "seed " << seed << ": " << next;
      allowed ? ++shown : ++refused;
      if (!allowed) continue;
      EXPECT_TRUE(std::ranges::includes(had, made)) << "seed " << seed;
      terms = next;
    }
  }
  EXPECT_GT(shown, 5'000);
  EXPECT_GT(refused, 5'000);
}

}  // namespace
}  // namespace fw::config
