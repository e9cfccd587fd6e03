// Accounts that said they will not serve for a while: spent quotas, refused credentials.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "cloud/verdict.h"

namespace fw::health {

// A marked account is asked last, not never: the mark may be out of date, and the last place left
// is always tried. Indices are the snapshot's providers.
class AccountMarks {
 public:
  static constexpr std::int64_t kExhaustedMs = 300'000;
  static constexpr std::int64_t kCredentialMs = 60'000;

  explicit AccountMarks(std::size_t providers) : until_(providers) {}
  void mark(std::size_t provider, cloud::Mark what, MonoTime now) {
    if (what == cloud::Mark::none) return;
    until_[provider] = now.plus_ms(what == cloud::Mark::account_exhausted ? kExhaustedMs : kCredentialMs);
  }
  void clear(std::size_t provider) { until_[provider] = {}; }
  bool marked(std::size_t provider, MonoTime now) const { return now < until_[provider]; }

 private:
  std::vector<MonoTime> until_;
};

}  // namespace fw::health
