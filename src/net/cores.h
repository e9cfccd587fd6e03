// Threads with a loop each; what the gateway and the fake clouds run on.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "net/loop.h"

namespace fw::net {

// What lives on one core. Made, used and destroyed on that core's thread.
class Resident {
 public:
  virtual ~Resident() = default;
};

class Cores {
 public:
  // Starts `count` threads; on each, `move_in` makes the resident before the loop runs. Returns
  // when all have moved in.
  Cores(std::size_t count, const std::function<std::unique_ptr<Resident>(Loop&, std::size_t core)>& move_in);
  ~Cores();  // stop() and join
  std::size_t count() const { return loops_.size(); }
  // For post() only, from any thread.
  Loop& loop(std::size_t core) { return *loops_[core]; }
  // Runs `what` on that core, soon.
  void run_on(std::size_t core, std::function<void()> what);
  void stop();
  void join();

 private:
  // Made on their threads, but gone only after all have ended: others may be posting until then.
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace fw::net
