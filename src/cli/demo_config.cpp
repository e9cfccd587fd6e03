#include "cli/demo_config.h"

#include <fmt/format.h>

#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "config/address.h"

namespace fw::cli {
namespace {

// Prices are the published ones of autumn 2026 (OpenAI list; Azure EU data zone +20 %; Bedrock in-Region +10 %); Google's
// are by private offer, so none is given; the local server's are what a machine of one's own might cost.
constexpr std::string_view kYaml = R"(version: 1
listen: [{ address: "@LISTEN@" }]
admin: { address: "@ADMIN@", token: "${env:FAIRWAY_ADMIN_TOKEN}" }
log: { level: warn, format: text }
timeouts: { connect_ms: 1000, first_byte_ms: 20000, idle_ms: 30000 }
providers:
  openai: { cloud: openai, base_url: "@OPENAI@", auth: { api_key: "${env:OPENAI_API_KEY}" }, scope: global }
  azure-sweden: { cloud: azure, base_url: "@AZURE@", auth: { api_key: "${env:AZURE_API_KEY}" }, scope: eu/sweden-central }
  aws-virginia:
    { cloud: bedrock, region: us-east-1, host: mantle, base_url: "@BEDROCK@", scope: us/us-east-1,
      auth: { access_key_id: "${env:AWS_ACCESS_KEY_ID}", secret_access_key: "${env:AWS_SECRET_ACCESS_KEY}" } }
  google:
    { cloud: vertex, project: fake-project, location: global, base_url: "@VERTEX@", scope: global,
      auth: { google: metadata, metadata_url: "@TOKENS@" } }
  local: { cloud: compatible, base_url: "@COMPATIBLE@", scope: on-premises }
models:
  gpt-6-sol:
    deployments:
      - provider: openai
        model: gpt-6-sol
        name: sol-direct
        price:
          { input: "2.00", cache_read: "0.20", cache_write: { 30m: "2.50" }, output: "10.00",
            long_context: { above: 272000, input: "4.00", cache_read: "0.40", cache_write: { 30m: "5.00" }, output: "15.00" } }
      - provider: azure-sweden
        model: sol-prod
        name: sol-sweden
        offer: gpt-6-sol
        price: { input: "2.40", cache_read: "0.24", cache_write: { 30m: "3.00" }, output: "12.00" }
      - provider: aws-virginia
        model: openai.gpt-6-sol
        name: sol-virginia
        price: { input: "2.20", cache_read: "0.22", cache_write: { 30m: "2.75" }, output: "11.00" }
  gpt-6-luna:
    deployments:
      - { provider: openai, model: gpt-6-luna, name: luna-direct, price: { input: "0.10", cache_read: "0.01", cache_write: { 30m: "0.125" }, output: "0.50" } }
      - { provider: azure-sweden, model: luna-prod, name: luna-sweden, offer: gpt-6-luna, price: { input: "0.12", cache_read: "0.012", cache_write: { 30m: "0.15" }, output: "0.60" } }
      - { provider: aws-virginia, model: openai.gpt-6-luna, name: luna-virginia, price: { input: "0.11", cache_read: "0.011", cache_write: { 30m: "0.1375" }, output: "0.55" } }
      - { provider: google, model: gpt-6-luna, name: luna-google }
      - { provider: local, model: gpt-oss-120b, name: luna-stand-in, price: { input: "0.15", cache_read: "0.05", output: "0.60" } }
  luna-at-google:
    deployments: [{ provider: google, model: gpt-6-luna, name: google-alone }]
  gpt-oss-120b:
    deployments:
      - { provider: local, model: gpt-oss-120b, price: { input: "0.15", cache_read: "0.05", output: "0.60" } }
  text-embedding-3-small:
    deployments:
      - { provider: openai, model: text-embedding-3-small, price: { input: "0.02", output: "0.00" } }
tenants: { demo: {} }
keys:
  - { name: demo, tenant: demo, key: "${env:FAIRWAY_KEY}", models: [gpt-6-sol, gpt-6-luna, luna-at-google, gpt-oss-120b, text-embedding-3-small] }
)";

std::string hex_digits(std::size_t n) {
  std::random_device random;
  std::string out;
  while (out.size() < n) out += fmt::format("{:08x}", random());
  out.resize(n);
  return out;
}

}  // namespace

DemoSecrets mint_demo_secrets() { return {"sk-fw-demo-" + hex_digits(32), "demo-admin-" + hex_digits(32)}; }

std::string demo_yaml(const DemoOptions& options, const DemoClouds& clouds) {
  const std::vector<std::pair<std::string_view, std::string>> places{{"@LISTEN@", config::to_text(options.listen)},
                                                                     {"@ADMIN@", config::to_text(options.admin)},
                                                                     {"@OPENAI@", clouds.openai},
                                                                     {"@AZURE@", clouds.azure},
                                                                     {"@BEDROCK@", clouds.bedrock},
                                                                     {"@VERTEX@", clouds.vertex},
                                                                     {"@TOKENS@", clouds.tokens},
                                                                     {"@COMPATIBLE@", clouds.compatible}};
  std::string out(kYaml);
  for (const auto& [place, value] : places) out.replace(out.find(place), place.size(), value);
  return out;
}

config::Sources demo_sources(const DemoSecrets& secrets) {
  const auto of = [secrets](const std::string& name) -> std::optional<std::string> {
    if (name == "FAIRWAY_KEY") return secrets.client_key;
    if (name == "FAIRWAY_ADMIN_TOKEN") return secrets.admin_token;
    if (name == "OPENAI_API_KEY") return "sk-fake-openai";
    if (name == "AZURE_API_KEY") return "fake-azure-key";
    // AWS's own documentation signs with this pair, and so may anybody at the fake.
    if (name == "AWS_ACCESS_KEY_ID") return "AKIAIOSFODNN7EXAMPLE";
    if (name == "AWS_SECRET_ACCESS_KEY") return "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    return std::nullopt;
  };
  config::Sources sources;
  sources.env = of;
  return sources;
}

}  // namespace fw::cli
