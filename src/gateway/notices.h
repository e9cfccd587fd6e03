// What operators are told of, on the first core: each notice is kept for a while, goes to the log and to the webhooks.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "gateway/metrics.h"
#include "net/task.h"
#include "wire/url.h"

namespace fw::gateway {

class Core;

struct Notice {
  std::string id;    // its own; the same in every delivery, so that a receiver knows it again
  WallTime time;
  config::AlertKind kind = config::AlertKind::budget;
  config::LogLevel level = config::LogLevel::warn;
  std::string type;  // "budget.threshold"
  std::string text;  // for people
  std::string data;  // a JSON object
};

// Where the log is written. Called on the first core; must not wait.
using NoticeSink = std::function<void(const Notice&)>;

// What is POSTed: {"type", "timestamp", "text", "data"}.
std::string notice_body(const Notice& notice);
// Header lines of a delivery at `now`, as Standard Webhooks 1.0 says: id, timestamp and, with a key, the signature.
std::string notice_lines(const Notice& notice, std::string_view body, std::string_view key, WallTime now);

class Notices {
 public:
  explicit Notices(Core& core);

  // `id` may be empty: then it gets one. The time is now. One whose id was told before is not told again.
  void tell(Notice notice);
  // Newest first.
  std::vector<Notice> newest(std::size_t limit) const;
  const std::vector<WebhookCounts>& deliveries() const;  // by webhook

  static constexpr std::size_t kKept = 1'000;      // of the latest
  static constexpr std::size_t kWaitingMax = 1'000;  // per webhook; beyond, the oldest is given up
  static constexpr std::array<std::int64_t, 5> kAgainMs{1'000, 5'000, 30'000, 120'000, 600'000};

 private:
  struct Hook {
    wire::Url url;
    std::string key;
    std::deque<Notice> waiting;
    bool sending = false;
  };
  static net::Task<void> deliver(Notices& self, std::size_t hook);
  static net::Task<bool> send(Notices& self, std::size_t hook, const Notice& notice);

  Core& core_;
  std::vector<Hook> hooks_;  // by webhook of the configuration
  std::deque<Notice> kept_;
};

}  // namespace fw::gateway
