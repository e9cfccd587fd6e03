// `fairway serve`: the gateway, until a signal ends it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdlib>
#include <ctime>
#include <thread>

#include "admin/pages.h"
#include "admin/service.h"
#include "cli/commands.h"
#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/signals.h"
#include "config/words.h"
#include "wire/json.h"

namespace fw::cli {
namespace {

constexpr std::int64_t kGraceMs = 30'000;

// Every client and every cloud connection is a descriptor: the soft limit of 1,024 is for others.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// `data`: a JSON object with what `detail` says in words; empty: there is none.
void log_line(const config::Log& log, config::LogLevel level, std::string_view event, std::string_view detail, std::string_view data = {}) {
  if (level > log.level) return;
  if (log.format == config::LogFormat::text) {
    fmt::print(stderr, "{}: {}\n", event, detail);
    return;
  }
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  std::string line;
  wire::JsonWriter json(line);
  json.begin_object();
  json.member("time", admin::rfc3339({std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec}));
  json.member("level", config::word_of(level)).member("event", event).member("detail", detail);
  if (!data.empty()) json.key("data").raw(data);
  json.end_object();
  fmt::print(stderr, "{}\n", line);
}

// A second signal does not wait for running exchanges.
void end_on_second_signal(const EndSignals& signals) {
  std::thread([signals] {
    const int signal = signals.wait();
    std::_Exit(128 + signal);
  }).detach();
}

}  // namespace

int serve(const ServeOptions& options) {
  const EndSignals signals;
  const auto config = valid_config(options.config);
  if (!config) return config.error();
  raise_descriptor_limit();
  const auto log_event = [&log = config->log](std::string_view event, std::string_view detail) { log_line(log, config::LogLevel::info, event, detail); };
  auto service = admin::Service::start(*config, [log = config->log](const gateway::Notice& n) { log_line(log, n.level, n.type, n.text, n.data); });
  if (!service) {
    fmt::print(stderr, "fairway serve: {}\n", service.error().message);
    return kFailed;
  }
  for (const auto& address : (*service)->listening()) log_event("listening", address.text());
  if (const auto address = (*service)->admin()) log_event("admin", address->text());
  log_event("books", config->data_dir);
  signals.wait();
  log_event("stopping", fmt::format("running exchanges may end within {} s", kGraceMs / 1000));
  end_on_second_signal(signals);
  (*service)->stop(kGraceMs);
  log_event("stopped", "");
  return kOk;
}

}  // namespace fw::cli
