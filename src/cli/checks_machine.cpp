#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include "cli/checks.h"

namespace fw::cli {
namespace {

constexpr std::time_t kPlausibleClock = 1'767'225'600;  // 2026-01-01, before this program was written
constexpr std::size_t kSpareFiles = 1'000;              // beside two per exchange: listeners, idle connections, logs
constexpr rlim_t kFilesMin = 256;

Finding clock() {
  const auto now = std::time(nullptr);
  const auto text = fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(now));
  if (now < kPlausibleClock)
    return {"clock", Health::fail, text, "set the clock: certificates and sign-in depend on it"};
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR)
    return {"clock", Health::warn, text + ", not synchronised", "run an NTP client, such as systemd-timesyncd or chrony"};
  return {"clock", Health::ok, text};
}

// The hard limit counts: `fairway serve` raises its own up to there.
Finding open_files(std::size_t exchanges) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto needed = static_cast<rlim_t>(2 * exchanges + kSpareFiles);
  const auto found = limit.rlim_max == RLIM_INFINITY ? std::string("no limit") : fmt::format("{}", limit.rlim_max);
  if (limit.rlim_max >= needed) return {"open files", Health::ok, found};
  return {"open files", limit.rlim_max < kFilesMin ? Health::fail : Health::warn,
          fmt::format("{}, while limits.exchanges {} needs {}", found, exchanges, needed),
          fmt::format("ulimit -Hn {0} as root, or LimitNOFILE={0} in the systemd unit; or lower limits.exchanges", needed)};
}

Finding openssl() {
  const std::string found = OpenSSL_version(OPENSSL_VERSION);
  if (OPENSSL_version_major() >= 3) return {"openssl", Health::ok, found};
  return {"openssl", Health::fail, found, "install OpenSSL 3"};
}

}  // namespace

void check_machine(std::size_t exchanges, Findings& findings) {
  findings.push_back({"fairway", Health::ok, FAIRWAY_VERSION});
  findings.push_back(openssl());
  findings.push_back(clock());
  findings.push_back(open_files(exchanges));
}

}  // namespace fw::cli
