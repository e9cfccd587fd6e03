#include "cli/signals.h"

#include <cerrno>
#include <ctime>

namespace fw::cli {

EndSignals::EndSignals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int EndSignals::wait(std::int64_t ms) const {
  const timespec limit{ms / 1'000, ms % 1'000 * 1'000'000};
  for (;;) {
    const int got = ms > 0 ? sigtimedwait(&set_, nullptr, &limit) : sigwaitinfo(&set_, nullptr);
    if (got > 0) return got;
    if (errno != EINTR) return 0;
  }
}

}  // namespace fw::cli
