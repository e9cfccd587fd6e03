#include "net/cores.h"

#include <latch>

namespace fw::net {
namespace {

struct Errand : Letter {
  explicit Errand(std::function<void()> w) : what(std::move(w)) {}
  void run() override { what(); }
  std::function<void()> what;
};

}  // namespace

Cores::Cores(std::size_t count,
             const std::function<std::unique_ptr<Resident>(Loop&, std::size_t core)>& move_in)
    : loops_(count) {
  std::latch ready(static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = 0; i < count; ++i)
    threads_.emplace_back([this, i, &ready, &move_in] {
      loops_[i] = std::make_unique<Loop>();
      auto& loop = *loops_[i];
      auto resident = move_in(loop, i);
      ready.count_down();
      loop.run();
      loop.end_tasks();
      resident.reset();
    });
  ready.wait();
}

Cores::~Cores() {
  stop();
  join();
}

void Cores::run_on(std::size_t core, std::function<void()> what) {
  loops_[core]->post(std::make_unique<Errand>(std::move(what)));
}

void Cores::stop() {
  for (std::size_t i = 0; i < loops_.size(); ++i)
    if (threads_[i].joinable()) {
      auto* const loop = loops_[i].get();
      run_on(i, [loop] { loop->stop(); });
    }
}

void Cores::join() {
  for (auto& t : threads_)
    if (t.joinable()) t.join();
}

}  // namespace fw::net
