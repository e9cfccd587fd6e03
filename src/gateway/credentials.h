// Credentials that have to be fetched: each has a keeper on one core, which fetches the next one
// ahead of time and tells all cores. No request ever waits for it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cloud/sign_in.h"
#include "net/task.h"
#include "net/timer.h"

namespace fw::gateway {

class Core;

// What one core knows of a provider's credential.
struct Signer {
  std::shared_ptr<const cloud::Credential> credential;  // null: there was none yet
  std::string failure = "no credential was fetched yet";  // of the last fetch; empty: it went well

  // What may sign now; null: nothing.
  const cloud::Credential* usable(WallTime now) const {
    const bool good = credential && (now < credential->expires || credential->usable_after_end);
    return good ? credential.get() : nullptr;
  }
};

class Keeper : private net::Timer {
 public:
  Keeper(Core& core, std::uint16_t provider);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Fetches now, unless that is under way.
  void refresh();
  // The cloud refused this credential: another is fetched, if it is still the one in use and was
  // not fetched a moment ago.
  void refused(const cloud::Credential* credential);
  std::uint64_t fetches() const { return fetches_; }

 private:
  static constexpr std::int64_t kLookMs = 60'000;      // the clock of the day may be set
  static constexpr std::int64_t kRefusedMs = 10'000;   // between two fetches that refusals ask for
  static constexpr std::int64_t kBackoffMaxMs = 60'000;
  static net::Task<void> fetch(Keeper& self);
  void fetched(Result<cloud::Credential> result);
  void tell_if_changed(const Result<cloud::Credential>& result);
  void look();
  void arm_in(std::int64_t ms);

  Core& core_;
  std::uint16_t provider_;
  bool fetching_ = false;
  int failures_ = 0;
  std::uint64_t fetches_ = 0;
  MonoTime fetched_at_;
  MonoTime retry_at_ = MonoTime::never();
  std::shared_ptr<const cloud::Credential> current_;
};

// Answers a question of a flow by this core's connections and the file system.
net::Task<cloud::Reply> answer_question(Core& core, const cloud::Question& question);

// The environment of this process.
cloud::Surroundings process_surroundings();

}  // namespace fw::gateway
