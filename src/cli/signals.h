// Waiting for the signals that end a command.
#pragma once

#include <csignal>
#include <cstdint>

namespace fw::cli {

// Made before any thread is: SIGINT and SIGTERM then wait for wait(), in every thread started later.
class EndSignals {
 public:
  EndSignals();
  // Until one comes; its number, or 0 when `ms` have passed (0: no limit).
  int wait(std::int64_t ms = 0) const;

 private:
  sigset_t set_{};
};

}  // namespace fw::cli
