// Whole files: what is read, and every kind of wrong value with its place.
#include "config/load.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "config/clouds.h"
#include "config/load_testing.h"
#include "wire/hash.h"

namespace fw::config {
namespace {

using testing::problems_with;
using Lines = std::vector<std::string>;

Config good(std::string_view text) {
  auto loaded = load(text, testing::sources(testing::kEnv, {{"/run/key", "sk-from-a-file-0123\n"}}));
  for (const auto& problem : loaded.problems) EXPECT_EQ(problem.severity, Severity::warning) << testing::line(problem);
  return loaded.config.value_or(Config{});
}

TEST(Load, reads_the_smallest_file_with_every_default) {
  const auto config = good(testing::kGood);
  ASSERT_EQ(config.listen.size(), 1u);
  EXPECT_EQ(config.listen[0].address, (Address{"127.0.0.1", 8080, ""}));
  EXPECT_FALSE(config.admin);
  EXPECT_EQ(config.timeouts.attempt, AttemptTimeouts{});
  EXPECT_EQ(config.limits.body_bytes, 33554432u);
  EXPECT_EQ(config.providers.at(0).settings.api_key, "sk-0123456789abcdef");
  EXPECT_EQ(config.providers[0].settings.name, "one");
  EXPECT_EQ(config.providers[0].scope, "global");
  const auto& deployment = config.models.at(0).deployments.at(0);
  EXPECT_EQ(deployment.name, "one/gpt");
  EXPECT_EQ(deployment.offer, "m");
  EXPECT_FALSE(deployment.price);
  EXPECT_EQ(config.keys.at(0).digest, (KeyDigest{wire::sha256("sk-0123456789abcdef"), 19}));
  EXPECT_TRUE(config.keys[0].policy.empty());
}

constexpr std::string_view kFull = R"(
version: 1
listen:
  - { address: "[::1]:0" }
  - { address: unix:/run/fairway.sock, tls: { cert: cert.pem, key: /etc/key.pem } }
admin: { address: localhost:8081, token: "${env:ADMIN}", tokens: [{ name: bob, token: "${env:OTHER}", role: keys, tenant: acme }] }
log: { level: debug, format: text }
timeouts: { connect_ms: 1000, first_byte_ms: 2000, idle_ms: 3000, total_ms: 4000, request_ms: 5000, keep_alive_ms: 6000 }
limits: { body_bytes: 1MiB, header_bytes: 8 KiB, memory_bytes: 1073741824 }
retries: { budget_percent: 20, burst: 5, attempts: 2 }
drain: { streams: 1, seconds: 2 }
data_dir: data
threads: "${env:TWO}"
providers:
  east: { cloud: azure, base_url: "https://res.openai.azure.com/openai", api_version: "2024-10-21", auth: { api_key: "${file:/run/key}" }, scope: eu/sweden-central, forward_headers: [X-Team], connections: { idle_per_core: 3 } }
  here: { cloud: compatible, base_url: "http://127.0.0.1:8000/v1", scope: on-premises }
models:
  gpt-5.2:
    deployments:
      - provider: east
        model: prod
        name: first
        offer: gpt
        on_cancel: unbilled
        dialects: [chat]
        timeouts: { connect_ms: 7 }
        price: { input: "2.00", cache_read: 0.5, cache_write: "2.50", output: 8, long_context: { above: 272000, input: "4" }, tiers: { flex: { input: "1", cache_write: { 1h: "3" } } } }
      - { provider: here, model: gpt }
policies:
  default: { residency: any }
  eu: { residency: [eu, on-premises], unknown_price: flag }
tenants: { acme: { policy: eu }, other: {} }
keys:
  - { name: a, tenant: acme, key: "${env:KEY}", models: [gpt-5.2], limits: { concurrent_exchanges: 4 } }
  - { name: b, tenant: other, key: "${env:OTHER}" }
)";

TEST(Load, reads_every_server_field) {
  auto sources = testing::sources(testing::kEnv, {{"/run/key", "sk-from-a-file-0123\n"}});
  sources.base_dir = "/etc/fairway";
  const auto loaded = load(kFull, sources);
  ASSERT_TRUE(loaded.config) << testing::line(loaded.problems.at(0));
  EXPECT_TRUE(loaded.problems.empty());
  const auto& config = *loaded.config;
  EXPECT_EQ(config.listen.at(0).address, (Address{"::1", 0, ""}));
  EXPECT_EQ(config.listen.at(1).address.unix_path, "/run/fairway.sock");
  EXPECT_EQ(config.listen[1].tls->cert, "/etc/fairway/cert.pem");
  EXPECT_EQ(config.listen[1].tls->key, "/etc/key.pem");
  ASSERT_EQ(config.admin->tokens.size(), 2u);
  EXPECT_EQ(config.admin->address.host, "127.0.0.1");
  EXPECT_EQ(config.admin->tokens[0].role, Role::owner);
  EXPECT_EQ(config.admin->tokens[1].role, Role::keys);
  EXPECT_EQ(config.admin->tokens[1].token.reveal(), "fw-fedcba9876543210");
  EXPECT_EQ(config.log.level, LogLevel::debug);
  EXPECT_EQ(config.timeouts.keep_alive_ms, 6000);
  EXPECT_EQ(config.limits.body_bytes, 1048576u);
  EXPECT_EQ(config.limits.header_bytes, 8192u);
  EXPECT_EQ(config.threads, 2);
  EXPECT_EQ(config.data_dir, "/etc/fairway/data");
  EXPECT_EQ(config.retries.attempts, 2);
  EXPECT_EQ(config.drain.seconds, 2);
}

TEST(Load, reads_every_field_of_a_deployment) {
  const auto config = good(kFull);
  ASSERT_EQ(config.models.size(), 1u);
  const auto& east = config.providers.at(0);
  EXPECT_EQ(east.settings.api_key, "sk-from-a-file-0123");
  EXPECT_EQ(east.settings.api_version, "2024-10-21");
  EXPECT_EQ(east.settings.forward_headers, std::vector<std::string>{"x-team"});
  EXPECT_EQ(east.connections.idle_per_core, 3);
  const auto& first = config.models[0].deployments.at(0);
  EXPECT_EQ(first.name, "first");
  EXPECT_EQ(first.on_cancel, cloud::OnCancel::unbilled);
  EXPECT_EQ(first.timeouts.connect_ms, 7);
  EXPECT_EQ(first.timeouts.total_ms, 4000);
  ASSERT_TRUE(first.price);
  EXPECT_EQ(first.price->meters.cache_read->per_million(), "0.5");
  const auto m30 = static_cast<std::size_t>(dialect::CacheLifetime::m30);
  EXPECT_EQ(first.price->meters.cache_write.at(m30)->per_million(), "2.5") << "the default lifetime of azure";
  EXPECT_EQ(first.price->long_context->above, 272000);
  EXPECT_EQ(first.price->tier("flex")->meters.input->per_million(), "1");
  EXPECT_EQ(config.models[0].deployments.at(1).on_cancel, cloud::find("compatible")->on_cancel());
}

TEST(Load, gives_each_key_the_policy_that_applies) {
  const auto config = good(kFull);
  EXPECT_EQ(config.policies.at(0).residency, std::vector<std::string>{});
  EXPECT_EQ(config.policies.at(1).residency, (std::vector<std::string>{"eu", "on-premises"}));
  EXPECT_EQ(config.keys.at(0).policy, "eu");
  EXPECT_EQ(config.keys.at(1).policy, "default");
  EXPECT_EQ(config.keys.at(0).limits.concurrent_exchanges, 4u);
}

TEST(Load, finds_the_key_that_was_meant) {
  EXPECT_EQ(problems_with("timeouts: { conect_ms: 5 }\n"),
            (Lines{"9:13 error timeouts.conect_ms: found the unknown key \"conect_ms\", expected one of connect_ms, "
                   "first_byte_ms, idle_ms, total_ms, request_ms, keep_alive_ms (did you mean connect_ms?)"}));
  const auto moved = testing::problems("version: 1\nlisten: [{ address: 1.2.3.4:5 }]\nproviders:\n  p: { cloud: openai, api_key: x }\nmodels: {}\n");
  EXPECT_NE(moved.at(2).find("it belongs under `auth`"), std::string::npos);
}

TEST(Load, says_what_is_missing) {
  EXPECT_EQ(testing::problems("version: 1\n"),
            (Lines{"1:1 error : found no `listen`, expected `listen`: a list",
                   "1:1 error : found no `models`, expected `models`: a mapping",
                   "1:1 error : found no `providers`, expected `providers`: a mapping",
                   "1:1 warning keys: found no key, expected one at least (every request will be refused with 401)"}));
}

TEST(Load, refuses_another_version) {
  EXPECT_EQ(testing::problems("version: 2\n" + std::string(testing::kGood.substr(11))),
            (Lines{"1:10 error version: found \"2\", expected 1 (this release reads version 1 of the configuration)"}));
}

TEST(Load, refuses_numbers_out_of_range_quoted_or_with_a_unit) {
  EXPECT_EQ(problems_with("timeouts:\n  connect_ms: 0\n  idle_ms: \"5\"\n  total_ms: 5s\n  request_ms: 1e3\n"),
            (Lines{"10:15 error timeouts.connect_ms: found 0, expected a whole number of ms from 1 to 3600000",
                   "11:12 error timeouts.idle_ms: found the text \"5\", expected a whole number of ms from 1 to 86400000 (remove the quotes)",
                   "12:13 error timeouts.total_ms: found \"5s\", expected a whole number of ms from 1 to 86400000 (the unit stands in the name: write the number of ms alone)",
                   "13:15 error timeouts.request_ms: found \"1e3\", expected a whole number of ms from 1 to 3600000 (the unit stands in the name: write the number of ms alone)"}));
  EXPECT_EQ(problems_with("limits: { body_bytes: 32MB, json_depth: 99999999999999999999 }\n"),
            (Lines{"9:23 error limits.body_bytes: found \"32MB\", expected a size from 1KiB to 1GiB (sizes are written 65536, 64KiB, 32MiB or 2GiB)",
                   "9:41 error limits.json_depth: found \"99999999999999999999\", expected a whole number from 4 to 1024"}));
}

TEST(Load, refuses_words_it_does_not_know) {
  EXPECT_EQ(problems_with("log: { level: wan, format: xml }\n"),
            (Lines{"9:15 error log.level: found \"wan\", expected one of error, warn, info, debug, trace (did you mean warn?)",
                   "9:28 error log.format: found \"xml\", expected one of json, text"}));
}

TEST(Load, keeps_yaml_s_odd_words_as_texts) {
  const auto config = good("version: 1\nlisten: [{ address: 127.0.0.1:1 }]\nproviders:\n  no: { cloud: compatible, base_url: \"http://h/v1\" }\n"
                           "models:\n  yes: { deployments: [{ provider: no, model: on }] }\nkeys: [{ name: off, key: \"${env:KEY}\" }]\n");
  EXPECT_EQ(config.providers.at(0).name, "no");
  EXPECT_EQ(config.models.at(0).deployments.at(0).model, "on");
  EXPECT_EQ(config.keys.at(0).name, "off");
}

TEST(Load, refuses_the_wrong_kind_of_value) {
  EXPECT_EQ(problems_with("log: info\ntimeouts: [1]\nthreads:\nlimits: { body_bytes: {} }\n"),
            (Lines{"9:6 error log: found \"info\", expected a mapping",
                   "10:11 error timeouts: found a list, expected a mapping",
                   "11:1 error threads: found nothing, expected a whole number from 0 to 1024 (give it a value, or remove the key)",
                   "12:23 error limits.body_bytes: found a mapping, expected a size from 1KiB to 1GiB"}));
}

TEST(Load, refuses_what_this_version_cannot_enforce) {
  const auto found = testing::problems(
      "version: 1\nlisten: [{ address: 127.0.0.1:1 }]\nproviders:\n"
      "  oci: { cloud: oracle, region: us-east-2 }\n  az: { cloud: azure, base_url: \"https://r.openai.azure.com/openai/v1\", auth: { api_key: \"${env:KEY}\" } }\n"
      "models:\n  m: { deployments: [{ provider: oci, model: x }, { provider: az, model: y, dialects: [converse] }] }\n"
      "keys: [{ name: k, key: \"${env:KEY}\", limits: { concurrent_exchanges: 6 } }]\n");
  EXPECT_EQ(found, (Lines{
      "4:17 error providers.oci.cloud: found the cloud oracle, which this version does not support, expected one of " + fmt::format("{}", fmt::join(cloud_words(), ", ")) + " (remove the provider and the deployments that name it)",
      "7:88 error models.m.deployments[1].dialects[0]: found the dialect converse, which azure does not speak for this model, expected chat, responses (remove it)"}));
}

}  // namespace
}  // namespace fw::config
