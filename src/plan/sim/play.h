// One run in virtual time: requests, a world and a policy.
#pragma once

#include <cstdint>
#include <vector>

#include "health/retry_budget.h"
#include "plan/sim/chooser.h"
#include "plan/sim/world.h"

namespace fw::plan::sim {

// Requests one after the other, sorted by time.
class Arrivals {
 public:
  virtual ~Arrivals() = default;
  // Null: that was the last. Valid until the next call.
  virtual const Asked* next() = 0;
};

// Sees what happens. Times are those of the event.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void asked(const Asked&, MonoTime) {}
  virtual void sent(const Running&, const Attempt&, MonoTime) {}
  virtual void failed(const Running&, const Attempt&, MonoTime) {}
  virtual void first_token(const Running&, const Attempt&, MonoTime) {}
  virtual void served(const Running&, const Attempt&, MonoTime) {}
  virtual void outrun(const Running&, const Attempt&, MonoTime) {}
  virtual void lost(const Running&, MonoTime) {}
};

struct Retries {
  int percent = 10;  // the configuration's defaults
  int burst = 100;
  int attempts = 0;  // of a request; 0: every place
};

class Play {
 public:
  Play(World& world, Chooser& chooser, Watcher& watcher, const Retries& retries)
      : world_(world), chooser_(chooser), watcher_(watcher), budget_(retries.percent, retries.burst), attempts_max_(retries.attempts) {}

  // Until the last request has its end; the time of that.
  MonoTime run(Arrivals& arrivals);

 private:
  enum class Kind : std::uint8_t { failed, first_token, end, hedge };
  // Ordered by time, then by request: 16 bytes.
  struct Event {
    std::int64_t ns = 0;
    std::uint32_t request = 0;
    std::uint32_t what = 0;  // slot, attempt and kind
    bool operator<(const Event& o) const { return ns != o.ns ? ns < o.ns : request < o.request; }
  };

  void begin(const Asked& asked);
  void happen(const Event& event);
  void later(Running& r, std::uint32_t slot, std::size_t of, MonoTime at, Kind kind);
  void try_next(Running& r, std::uint32_t slot, MonoTime now);
  void send(Running& r, std::uint32_t slot, std::size_t of, std::uint16_t place, MonoTime now);
  void hedge(Running& r, std::uint32_t slot, MonoTime now);
  void failed(Running& r, std::uint32_t slot, std::size_t of, MonoTime now);
  void first_token(Running& r, std::uint32_t slot, std::size_t of, MonoTime now);
  void push(const Event& event);
  Event pop();

  World& world_;
  Chooser& chooser_;
  Watcher& watcher_;
  health::RetryBudget budget_;
  int attempts_max_;
  std::vector<Running> running_;       // by slot; those of ended requests are used again
  std::vector<std::uint32_t> free_;
  std::vector<Event> events_;          // a heap of four children
};

}  // namespace fw::plan::sim
