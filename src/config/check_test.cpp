// What must hold between the parts of a file.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "config/load_testing.h"

namespace fw::config {
namespace {

using testing::problems;
using testing::problems_with;
using Lines = std::vector<std::string>;

// kGood with one line replaced.
std::string changed(std::string_view from, std::string_view to) {
  std::string text(testing::kGood);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Check, a_deployment_names_a_provider_that_exists) {
  EXPECT_EQ(problems(changed("provider: one", "provider: onne")),
            (Lines{"6:34 error models.m.deployments[0].provider: found the unknown provider \"onne\", expected a name in "
                   "`providers` (did you mean one?)"}));
}

TEST(Check, the_adapter_has_the_last_word_on_a_provider) {
  const auto azure = problems(changed("cloud: openai,", "cloud: azure, base_url: \"https://r.openai.azure.com/openai\","));
  ASSERT_EQ(azure.size(), 1u);
  EXPECT_NE(azure[0].find("4:8 error providers.one.api_version: found none for a base_url that ends in /openai"), std::string::npos) << azure[0];
  const auto path = problems(changed("cloud: openai,", "cloud: openai, base_url: \"https://api.openai.com/v2\","));
  EXPECT_NE(path.at(0).find("4:35 error providers.one.base_url: found the path '/v2'"), std::string::npos) << path[0];
  const auto header = problems(changed("cloud: openai,", "cloud: openai, forward_headers: [Authorization],"));
  EXPECT_NE(header.at(0).find("4:42 error providers.one.forward_headers"), std::string::npos) << header[0];
}

TEST(Check, fields_of_another_cloud_are_unknown) {
  EXPECT_NE(problems(changed("cloud: openai,", "cloud: openai, api_version: v1,")).at(0).find("the unknown key \"api_version\""), std::string::npos);
}

TEST(Check, listeners_do_not_share_an_address) {
  EXPECT_EQ(problems(changed("[{ address: 127.0.0.1:8080 }]", "[{ address: 127.0.0.1:1 }, { address: 0.0.0.0:1 }, { address: 127.0.0.1:0 }, { address: 127.0.0.1:0 }]")),
            (Lines{"2:47 error listen[1].address: found 0.0.0.0:1, expected an address of its own (listen[0].address listens on 127.0.0.1:1 already)"}));
  EXPECT_EQ(problems_with("admin: { address: 127.0.0.1:8080, token: \"${env:ADMIN}\" }\n"),
            (Lines{"9:19 error admin.address: found 127.0.0.1:8080, expected an address of its own (listen[0].address listens on 127.0.0.1:8080 already)"}));
}

TEST(Check, a_hedge_says_when_and_finds_another_cloud) {
  EXPECT_NE(problems_with("policies: { p: { hedge: {} } }\n").at(0).find("error policies.p.hedge: found no time after which another cloud is asked, expected after_ms"), std::string::npos);
  EXPECT_NE(problems_with("policies: { p: { hedge: { after_ms: 500 } } }\n").at(0).find("warning policies.p.hedge: found a hedge for which there is no place"), std::string::npos);
  EXPECT_NE(problems_with("policies: { p: { hedge: { after_percentile: 100 } } }\n").at(0).find("policies.p.hedge.after_percentile"), std::string::npos);
}

TEST(Check, addresses_have_their_grammar) {
  const auto hint = [](std::string_view address) { return problems(changed("127.0.0.1:8080", address)).at(0); };
  EXPECT_NE(hint("\":8080\"").find("write 0.0.0.0:8080 for every IPv4 address"), std::string::npos);
  EXPECT_NE(hint("8080").find("write 127.0.0.1:8080"), std::string::npos);
  EXPECT_NE(hint("127.0.0.1:99999").find("a number from 0 to 65535"), std::string::npos);
  EXPECT_NE(hint("example.com:80").find("names are not looked up"), std::string::npos);
  EXPECT_NE(hint("\"::1:80\"").find("in brackets"), std::string::npos);
  EXPECT_NE(hint("http://127.0.0.1:80").find("no scheme"), std::string::npos);
  EXPECT_NE(hint("127.0.0.01:80").find("IP address"), std::string::npos);
  EXPECT_NE(hint("unix:/" + std::string(120, 'x')).find("at most 107 bytes"), std::string::npos);
}

TEST(Check, tls_needs_both_files) {
  EXPECT_EQ(problems(changed("127.0.0.1:8080 }", "127.0.0.1:8080, tls: { cert: c.pem } }")),
            (Lines{"2:42 error listen[0].tls: found no `key`, expected `key`: a path"}));
}

TEST(Check, the_admin_listener_has_a_token) {
  EXPECT_EQ(problems_with("admin: { address: 127.0.0.1:8081 }\n"),
            (Lines{"9:8 error admin: found no token, expected `token` or `tokens` (token: \"${env:FAIRWAY_ADMIN_TOKEN}\")"}));
  EXPECT_EQ(problems_with("admin: { address: 0.0.0.0:8081, token: \"${env:TWO}\" }\n").size(), 2u) << "weak and in clear text: warnings";
  EXPECT_NE(problems_with("admin: { address: 127.0.0.1:8081, tokens: [{ name: a, token: \"${env:ADMIN}\", tenant: no }] }\n").at(0)
                .find("9:86 error admin.tokens[0].tenant: found the unknown tenant \"no\""), std::string::npos);
}

TEST(Check, timeouts_fit_into_each_other) {
  EXPECT_EQ(problems_with("timeouts: { connect_ms: 1000, total_ms: 1000 }\n").at(0),
            "9:25 error timeouts.connect_ms: found connect_ms 1000 and total_ms 1000, expected connect_ms below total_ms (total_ms is the limit of the whole attempt)");
  EXPECT_NE(problems(changed("model: gpt }", "model: gpt, timeouts: { total_ms: 5 } }")).at(0).find("models.m.deployments[0].timeouts.total_ms"), std::string::npos);
}

TEST(Check, names_are_unique_where_records_use_them) {
  EXPECT_EQ(problems(changed("model: gpt }", "model: gpt }, { provider: one, model: gpt }")),
            (Lines{"6:53 error models.m.deployments[1]: found the deployment \"one/gpt\" a second time, expected a name of its own "
                   "(models.m.deployments[0] has it already; write `name` to tell them apart)"}));
  EXPECT_EQ(problems_with("  - { name: k, key: \"${env:OTHER}\" }\n"),
            (Lines{"9:13 error keys[1].name: found the name \"k\" a second time, expected a name of its own (keys[0] has it already)"}));
  EXPECT_EQ(problems_with("  - { name: l, key: \"${env:KEY}\" }\n"),
            (Lines{"9:21 error keys[1].key: found the same key as that of \"k\", expected a key of its own"}));
}

TEST(Check, keys_name_what_exists) {
  EXPECT_EQ(problems_with("  - { name: l, key: \"${env:OTHER}\", tenant: t, policy: p, models: [n] }\n"),
            (Lines{"9:45 error keys[1].tenant: found the unknown tenant \"t\", expected a name in `tenants` (there are no tenants)",
                   "9:56 error keys[1].policy: found the unknown policy \"p\", expected a name in `policies` (there are no policies)",
                   "9:68 error keys[1].models[0]: found the unknown model \"n\", expected a name in `models` (did you mean m?)"}));
  EXPECT_NE(problems_with("tenants: { t: { policy: p } }\n").at(0).find("9:25 error tenants.t.policy"), std::string::npos);
  EXPECT_NE(problems_with("  - { name: l, key: \"${env:OTHER}\", models: [] }\n").at(0).find("an empty list"), std::string::npos);
}

TEST(Check, scopes_have_their_grammar) {
  EXPECT_EQ(problems(changed("cloud: openai,", "cloud: openai, scope: EU/Sweden,")).at(0),
            "4:32 error providers.one.scope: found \"EU/Sweden\", expected a scope: global, a geography such as eu, a region such as "
            "eu/sweden-central, or on-premises (lower case letters, digits and hyphens)");
  EXPECT_NE(problems(changed("cloud: openai,", "cloud: openai, scope: any,")).at(0).find("expected a scope"), std::string::npos);
  EXPECT_NE(problems_with("policies: { p: { residency: [eu, any] } }\n").at(0).find("any beside other scopes"), std::string::npos);
}

TEST(Check, warns_of_what_is_of_no_use) {
  EXPECT_EQ(problems(changed("models:\n", "  two: { cloud: compatible, base_url: \"http://h/v1\" }\nmodels:\n")),
            (Lines{"5:3 warning providers.two: found the provider \"two\", which no deployment names, expected a use for it (remove it, or add a deployment)"}));
  EXPECT_EQ(problems(changed("name: k,", "name: k, models: [m],")), Lines{});
  EXPECT_EQ(problems(changed("name: k,", "name: k, models: [m],").replace(std::string(testing::kGood).find("keys:"), 0, "  n: { deployments: [{ provider: one, model: x }] }\n")),
            (Lines{"7:3 warning models.n: found the model \"n\", which no key may use, expected a key for it (add it to the `models` of a key)"}));
  EXPECT_EQ(problems_with("policies: { p: { residency: eu } }\n").at(0),
            "9:29 warning policies.p.residency: found a residency that no deployment satisfies, expected a scope some provider has (every request under this policy will be refused)");
}

TEST(Check, a_share_is_of_a_cloud_that_exists) {
  const auto found = problems_with("policies: { p: { prefer: cost, slo: { first_token_ms: 5 }, unknown_price: refuse, max_share: { openay: 60 } } }\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("error policies.p.max_share.openay: found the unknown cloud \"openay\""), std::string::npos) << found[0];
}

TEST(Check, a_share_is_in_percent_with_its_sign_or_without) {
  const auto with = [](std::string_view share) { return problems_with(fmt::format("policies: {{ p: {{ max_share: {{ openai: {} }} }} }}\n", share)); };
  EXPECT_EQ(with("100").size(), 0u);
  EXPECT_EQ(with("100%").size(), 0u);
  const auto found = with("0.6");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("expected a whole number of percent from 1 to 100 (percent is meant, not a share: 60 for 0.6)"), std::string::npos) << found[0];
  EXPECT_EQ(with("60.5%").size(), 1u);
}

TEST(Check, rules_name_what_exists_and_can_be_reached) {
  const auto found = problems_with("policies:\n  p:\n    only: { clouds: openai }\n    rules:\n"
                                   "      - { when: { features: [visoin] }, prefer: speed }\n"
                                   "      - { when: { models: n, stream: true }, never: { providers: [two], deployments: one/gtp } }\n");
  ASSERT_EQ(found.size(), 4u) << fmt::format("{}", fmt::join(found, "\n"));
  EXPECT_NE(found[0].find("13:30 error policies.p.rules[0].when.features[0]: found \"visoin\", expected vision, audio"), std::string::npos) << found[0];
  EXPECT_NE(found[1].find("14:27 error policies.p.rules[1].when.models: found the unknown model \"n\""), std::string::npos) << found[1];
  EXPECT_NE(found[2].find("policies.p.rules[1].never.providers[0]: found the unknown provider \"two\""), std::string::npos) << found[2];
  EXPECT_NE(found[3].find("policies.p.rules[1].never.deployments: found the unknown deployment \"one/gtp\""), std::string::npos) << found[3];
}

TEST(Check, a_rule_behind_one_that_takes_all_of_its_requests_is_found) {
  const auto found = problems_with("policies:\n  p:\n    rules:\n      - { when: { features: [vision, tools] }, prefer: speed }\n"
                                   "      - { when: { features: tools, stream: true }, prefer: cost }\n      - { when: { stream: true }, prefer: cost }\n");
  EXPECT_EQ(found, (Lines{"13:9 error policies.p.rules[1]: found a rule that no request reaches, expected a `when` that an earlier rule does not cover "
                          "(rules[0] takes all of them; put this one before it)"}));
}

TEST(Check, lists_that_leave_out_every_deployment_are_found) {
  const auto found = problems_with("policies:\n  p: { never: { clouds: openai } }\n  q: { rules: [{ when: { stream: true }, only: { clouds: azure } }] }\n");
  ASSERT_EQ(found.size(), 2u) << fmt::format("{}", fmt::join(found, "\n"));
  EXPECT_NE(found[0].find("10:6 error policies.p: found `only`, `never` and `residency` that together leave out every deployment"), std::string::npos) << found[0];
  EXPECT_NE(found[1].find("error policies.q.rules[0]: found `only`, `never`"), std::string::npos) << found[1];
}

TEST(Check, rules_that_no_request_meets_or_that_change_nothing_are_found) {
  const auto never = problems_with("policies:\n  p:\n    rules:\n      - { when: { operations: embeddings, stream: true }, prefer: cost }\n"
                                   "      - { when: { operations: embeddings, features: vision }, prefer: cost }\n");
  ASSERT_EQ(never.size(), 2u) << fmt::format("{}", fmt::join(never, "\n"));
  EXPECT_NE(never[0].find("error policies.p.rules[0].when: found embeddings that are streamed"), std::string::npos) << never[0];
  EXPECT_NE(never[1].find("error policies.p.rules[1].when: found embeddings that ask for features"), std::string::npos) << never[1];
  const auto idle = problems_with("policies:\n  p:\n    rules:\n      - { when: { stream: true } }\n");
  ASSERT_EQ(idle.size(), 1u);
  EXPECT_NE(idle[0].find("12:9 warning policies.p.rules[0]: found a rule that changes nothing"), std::string::npos) << idle[0];
  EXPECT_TRUE(problems_with("policies: { p: { rules: [{ when: { operations: [embeddings, chat], stream: true }, prefer: cost }] } }\n").empty());
}

TEST(Check, shares_that_cannot_all_be_kept_are_found) {
  const auto small = problems_with("policies: { p: { max_share: { openai: 60 } } }\n");
  ASSERT_EQ(small.size(), 1u);
  EXPECT_NE(small[0].find("warning policies.p.max_share: found shares of 60 % together, of all clouds that may serve"), std::string::npos) << small[0];
  EXPECT_TRUE(problems_with("policies: { p: { max_share: { openai: 100 } } }\n").empty());
  const auto unused = problems_with("policies: { p: { max_share: { azure: 60 } } }\n");
  ASSERT_EQ(unused.size(), 1u);
  EXPECT_NE(unused[0].find("warning policies.p.max_share.azure: found a share of azure, where no deployment may serve under this policy"), std::string::npos) << unused[0];
}

TEST(Check, a_profile_that_may_run_anywhere_is_told) {
  auto text = changed("one: { cloud: openai, auth: { api_key: \"${env:KEY}\" } }",
                      "one: { cloud: bedrock, region: us-east-2, scope: us, auth: { api_key: \"${env:KEY}\" } }");
  text.replace(text.find("model: gpt }"), 12, "model: global.openai.gpt-6-sol }");
  const auto found = problems(text);
  ASSERT_EQ(found.size(), 1u) << fmt::format("{}", fmt::join(found, "\n"));
  EXPECT_NE(found[0].find("warning models.m.deployments[0].model: found \"global.openai.gpt-6-sol\", which may be processed outside of its provider's scope us"), std::string::npos) << found[0];
}

TEST(Check, prices_are_plain_decimals_of_known_meters) {
  EXPECT_NE(problems(changed("model: gpt }", "model: gpt, price: { input: \"1e3\" } }")).at(0)
                .find("6:67 error models.m.deployments[0].price.input: found \"1e3\", expected USD per million tokens as a plain decimal"), std::string::npos);
  EXPECT_NE(problems(changed("model: gpt }", "model: gpt, price: { cache_write: { 3d: \"1\" } } }")).at(0)
                .find("models.m.deployments[0].price.cache_write.3d"), std::string::npos);
  EXPECT_NE(problems(changed("model: gpt }", "model: gpt, price: { long_context: { input: \"1\" } } }")).at(0).find("no `above`"), std::string::npos);
}

TEST(Check, a_webhook_needs_a_url_and_a_secret_that_nobody_guesses) {
  const auto found = testing::problems_with("alerts:\n  webhooks:\n    - { name: ops, url: \"${env:KEY}\", secret: \"${env:OTHER}\" }\n"
                                            "    - { name: ops, url: \"${file:u}\", secret: \"${file:s}\" }\n    - { name: bare, url: \"${file:u}\", kinds: [price, weather] }\n",
                                            {{"u", "https://hooks.test/T0/hush"}, {"s", "whsec_not base64"}});
  ASSERT_EQ(found.size(), 5u) << fmt::format("{}", fmt::join(found, "\n"));
  EXPECT_NE(found[0].find("11:25 error alerts.webhooks[0].url: found a text that is no URL"), std::string::npos) << found[0];
  EXPECT_NE(found[1].find("alerts.webhooks[0].secret: found a secret of 19 bytes, expected at least 24"), std::string::npos) << found[1];
  EXPECT_NE(found[2].find("alerts.webhooks[1].name: found the name \"ops\" a second time"), std::string::npos) << found[2];
  EXPECT_NE(found[3].find("alerts.webhooks[1].secret: found "), std::string::npos) << found[3];
  EXPECT_NE(found[4].find("alerts.webhooks[2].kinds[1]: found \"weather\", expected one of budget, price, ledger, deployment, sign_in"), std::string::npos) << found[4];
  for (const auto& line : found) EXPECT_EQ(line.find("hush"), std::string::npos) << line;
}

TEST(Check, says_everything_at_once) {
  const auto found = problems("version: 3\nlisten: [{ address: nowhere }]\nlog: { level: loud }\nproviders:\n  p: { cloud: opnai }\n"
                              "models:\n  m: { deployments: [{ provider: q, model: x }] }\nkeys: [{ name: k, key: literal, tenant: t }]\nextra: 1\n");
  std::vector<int> lines;
  for (const auto& line : found) lines.push_back(std::stoi(line));
  EXPECT_EQ(lines, (std::vector<int>{1, 2, 3, 5, 7, 8, 8, 9})) << fmt::format("{}", fmt::join(found, "\n"));
}

}  // namespace
}  // namespace fw::config
