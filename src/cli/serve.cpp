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

void log_line(const config::Log& log, std::string_view event, std::string_view detail) {
  if (log.level == config::LogLevel::error || log.level == config::LogLevel::warn) return;
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
  json.member("level", "info").member("event", event).member("detail", detail);
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
  auto service = admin::Service::start(*config);
  if (!service) {
    fmt::print(stderr, "fairway serve: {}\n", service.error().message);
    return kFailed;
  }
  for (const auto& address : (*service)->listening()) log_line(config->log, "listening", address.text());
  if (const auto address = (*service)->admin()) log_line(config->log, "admin", address->text());
  log_line(config->log, "books", config->data_dir);
  signals.wait();
  log_line(config->log, "stopping", fmt::format("running exchanges may end within {} s", kGraceMs / 1000));
  end_on_second_signal(signals);
  (*service)->stop(kGraceMs);
  log_line(config->log, "stopped", "");
  return kOk;
}

}  // namespace fw::cli
