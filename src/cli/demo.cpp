// `fairway demo`: the whole product in one process, with fake clouds behind it and no account.
#include <system_error>
#include <filesystem>
#include <cstdlib>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

#include "admin/service.h"
#include "cli/commands.h"
#include "cli/demo_config.h"
#include "cli/demo_traffic.h"
#include "cli/exit.h"
#include "cli/signals.h"
#include "config/address.h"
#include "fake/cloud.h"

namespace fw::cli {
namespace {

constexpr std::int64_t kFaultEveryMs = 15'000;
constexpr std::int64_t kDrainMs = 1'000;

struct Fakes {
  std::unique_ptr<fake::FakeCloud> openai;
  std::unique_ptr<fake::FakeCloud> azure;
  std::unique_ptr<fake::FakeCloud> bedrock;
  std::unique_ptr<fake::FakeCloud> vertex;
  std::unique_ptr<fake::FakeCloud> compatible;
  std::unique_ptr<fake::FakeCloud> tokens;
  DemoClouds urls() const {
    return {openai->base_url(), azure->base_url(), bedrock->base_url(), vertex->base_url(), compatible->base_url(), tokens->base_url()};
  }
};

Result<std::unique_ptr<fake::FakeCloud>> start_fake(const char* cloud) {
  const auto any_port = net::Address::of_ip("127.0.0.1", 0);
  if (!any_port) return std::unexpected(any_port.error());
  fake::Options options;
  options.cloud = cloud;
  options.listen = {*any_port};
  return fake::FakeCloud::start(std::move(options));
}

Result<Fakes> start_fakes() {
  Fakes fakes;
  for (const auto& [cloud, to] : {std::pair{"openai", &fakes.openai}, {"azure", &fakes.azure}, {"bedrock", &fakes.bedrock},
                                  {"vertex", &fakes.vertex}, {"compatible", &fakes.compatible}, {"tokens", &fakes.tokens}}) {
    auto started = start_fake(cloud);
    if (!started) return std::unexpected(started.error());
    *to = std::move(*started);
  }
  return fakes;
}

// What curl needs to reach an address: a URL, for a Unix socket with an option before it.
std::string curl_base(const config::Address& at, std::uint16_t bound_port) {
  if (!at.unix_path.empty()) return fmt::format("--unix-socket {} http://localhost", at.unix_path);
  const bool anywhere = at.host == "0.0.0.0" || at.host == "::";
  const auto host = anywhere ? std::string("127.0.0.1") : at.host;
  return fmt::format("http://{}", config::to_text({host, bound_port, ""}));
}

std::uint16_t port_of(const net::Address& address) {
  const auto text = address.text();
  const auto colon = text.rfind(':');
  return static_cast<std::uint16_t>(std::strtoul(text.c_str() + colon + 1, nullptr, 10));
}

struct Told {
  std::string gateway;  // as curl_base says
  std::string admin;
  DemoSecrets secrets;
};

// Lines that start with `curl` work as they stand: people paste them, scripts run them.
void tell(const Told& told, const DemoClouds& fakes) {
  constexpr std::string_view kStream =
      R"({"model":"gpt-6-sol","stream":true,"messages":[{"role":"user","content":"Invent a holiday"}]})";
  constexpr std::string_view kWhole =
      R"({"model":"gpt-6-sol","messages":[{"role":"user","content":"Invent a holiday"}]})";
  fmt::print(
      "Fairway demo: one endpoint, five fake clouds behind it. Nothing leaves this machine.\n\n"
      "  gateway      {}/v1\n  key          {}\n  admin        {}\n  admin token  {}\n\n"
      "  gpt-6-sol is served by sol-direct (openai), sol-sweden (azure) or sol-virginia (bedrock), whichever is the\n"
      "  best for the request now; gpt-6-luna by all five, Google's Responses included; luna-at-google by Google alone;\n"
      "  gpt-oss-120b by local, text-embedding-3-small by openai.\n\n"
      "  fake openai      {}\n  fake azure       {}\n  fake bedrock     {}\n  fake vertex      {}\n  fake compatible  {}\n\n",
      told.gateway, told.secrets.client_key, told.admin, told.secrets.admin_token, fakes.openai, fakes.azure,
      fakes.bedrock, fakes.vertex, fakes.compatible);
  constexpr std::string_view kTranslated =
      R"({"model":"luna-at-google","messages":[{"role":"user","content":"Invent a holiday"}]})";
  const auto ask = [&told](std::string_view options, std::string_view body) {
    fmt::print(
        "curl {} {}/v1/chat/completions -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' -d '{}'\n\n",
        options, told.gateway, told.secrets.client_key, body);
  };
  fmt::print("Ask, as a stream:\n");
  ask("-sN", kStream);
  fmt::print("In one piece, with the headers that say who served it, in how many attempts, for how much:\n");
  ask("-si", kWhole);
  fmt::print("Chat Completions asked, Google's Responses API answering:\n");
  ask("-si", kTranslated);
  fmt::print("What happened, newest first:\n");
  fmt::print("curl -s '{}/admin/v1/exchanges?limit=5' -H 'Authorization: Bearer {}'\n\n", told.admin,
             told.secrets.admin_token);
  const auto origin = fakes.openai.substr(0, fakes.openai.rfind('/'));
  fmt::print("Break the first cloud for three requests, then ask again:\n");
  fmt::print("curl -s {}/_fake/faults -d 'status 503 times=3'\n\n", origin);
  fmt::print("Ctrl-C ends it.\n");
  std::fflush(stdout);
}

bool write_file(const std::string& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  return out.good();
}

int say(int status, std::string_view what) {
  fmt::print(stderr, "fairway demo: {}\n", what);
  return status;
}

// Trouble now and then, so that failing over can be watched.
void make_trouble(fake::FakeCloud& cloud, int turn) {
  static constexpr std::array<std::string_view, 4> kTroubles{"status 503 times=3",
                                                             "status 429 retry_after_ms=800 times=5", "reset times=2",
                                                             "status 500 times=2; stall ms=4000"};
  auto faults = fake::parse_fault_script(kTroubles[static_cast<std::size_t>(turn) % kTroubles.size()]);
  if (faults) cloud.script(std::move(*faults));
}

// Until a signal, or for so long as the options say.
void run_until_end(const EndSignals& signals, const DemoOptions& options, fake::FakeCloud& first_cloud) {
  auto left_ms = static_cast<std::int64_t>(options.exit_after_seconds * 1'000);
  const bool limited = left_ms > 0;
  for (int turn = 0;; ++turn) {
    const bool troubles = options.traffic_rps > 0;
    auto wait_ms = troubles ? kFaultEveryMs : 0;
    if (limited) wait_ms = wait_ms == 0 ? left_ms : std::min(wait_ms, left_ms);
    if (signals.wait(wait_ms) != 0) return;
    left_ms -= wait_ms;
    if (limited && left_ms <= 0) return;
    if (troubles) make_trouble(first_cloud, turn);
  }
}

// The demo's books: gone with it.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    const char* const base = std::getenv("TMPDIR");
    path_ = fmt::format("{}/fairway-demo-XXXXXX", base && *base ? base : "/tmp");
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

int demo(const DemoOptions& options) {
  const EndSignals signals;
  const auto fakes = start_fakes();
  if (!fakes) return say(kFailed, fakes.error().message);
  Told told;
  told.secrets = mint_demo_secrets();
  const auto yaml = demo_yaml(options, fakes->urls());
  const auto loaded = config::load(yaml, demo_sources(told.secrets));
  for (const auto& p : loaded.problems)
    if (p.severity == config::Severity::error) fmt::print(stderr, "{}", config::render(p, "demo.yaml"));
  if (!loaded.config) return kConfigInvalid;
  const ScratchDirectory scratch;
  if (scratch.path().empty()) return say(kFailed, "cannot make a directory for the books; TMPDIR must name one that can be written");
  auto config = *loaded.config;
  config.data_dir = scratch.path();
  if (!options.config_out.empty() && !write_file(options.config_out, yaml))
    return say(kFailed, fmt::format("cannot write {}", options.config_out));
  const auto service = admin::Service::start(config);
  if (!service)
    return say(
        kFailed,
        fmt::format("{}\nhint: other addresses: --listen 127.0.0.1:PORT --admin 127.0.0.1:PORT (0: any free port)",
                    service.error().message));
  const auto port = port_of((*service)->listening().front());
  told.gateway = curl_base(options.listen, port);
  const auto admin = (*service)->admin();
  told.admin = curl_base(options.admin, admin ? port_of(*admin) : options.admin.port);
  std::unique_ptr<DemoTraffic> traffic;
  if (options.traffic_rps > 0) {
    if (!options.listen.unix_path.empty()) return say(kUsage, "--traffic needs a TCP address to listen on");
    auto started = DemoTraffic::start(options.traffic_rps, "127.0.0.1", port, told.secrets.client_key);
    if (!started) return say(kFailed, started.error().message);
    traffic = std::move(*started);
  }
  tell(told, fakes->urls());
  run_until_end(signals, options, *fakes->openai);
  traffic.reset();
  (*service)->stop(kDrainMs);
  return kOk;
}

}  // namespace fw::cli
