// Looks, on the first core and once a second, at what changes without a request: the books, the places, the prices.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "gateway/notices.h"
#include "net/timer.h"
#include "offer/change.h"

namespace fw::gateway {

class Core;
struct Deployment;

class Watch : private net::Timer {
 public:
  // Looks at once, and again until it is destroyed.
  explicit Watch(Core& core);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  static constexpr std::int64_t kLookMs = 1'000;
  static constexpr std::int64_t kPricesMs = 3'600'000;
  static constexpr std::int64_t kWellMs = 10'000;  // so long well, before it is said: what flutters is told once

 private:
  // Something that is well or is not.
  struct State {
    bool ill = false;
    MonoTime since;  // of the illness that was told
    MonoTime well;   // when it was first seen well again; never(): it is not
    enum class News : std::uint8_t { none, ill, well };
    News see(bool well_now, MonoTime now);
  };
  void look();
  void look_at_places();
  void look_at_books();
  void look_at_prices();
  void tell_price(const Deployment& deployment, const offer::Change& change);

  Core& core_;
  std::vector<State> places_;  // by deployment
  State journal_;
  State ledger_;
  MonoTime prices_at_;
};

}  // namespace fw::gateway
