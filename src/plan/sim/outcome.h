// What came of a run: money, lateness, refusals and shares, by place and class, and how incidents were met.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "plan/sim/gateway.h"
#include "plan/sim/play.h"
#include "plan/sim/share_bins.h"

namespace fw::plan::sim {

// First tokens in 32 buckets to the octave of microseconds: right to 2 %.
class Latencies {
 public:
  void add(std::int64_t us);
  // ms below which `share` (0 to 1) of all lie; 0: there are none.
  std::int64_t quantile_ms(double share) const;

 private:
  static constexpr int kOctaves = 40, kPer = 32;
  std::array<std::uint32_t, kOctaves * kPer> counts_{};
  std::uint64_t all_ = 0;
};

struct AtPlace {
  std::uint64_t attempts = 0, served = 0, failed = 0, throttled = 0;
  std::uint64_t first_asked = 0;  // requests that were sent here first
  std::uint64_t tokens = 0;       // of those served
  Int128 pico_usd = 0;
};

struct OfClass {
  std::uint64_t requests = 0, served = 0, lost = 0;
  std::uint64_t late = 0;         // served, the first token after the slo
  std::uint64_t late_whole = 0;   // served, the last token after the limit for whole answers
  std::uint64_t throttled = 0;    // 429s
  std::uint64_t tokens = 0;
  Int128 pico_usd = 0;
  Latencies first;
};

// Seconds; nothing: it was hardly used before, or did not happen while requests came.
struct MetIncident {
  double usual_share = 0;
  std::optional<double> left_s, returned_s;
};

struct Slo {
  std::int64_t first_token_ms = 2'000;
  std::int64_t whole_ms = 0;  // 0: not looked at
};

class Outcome : public Watcher {
 public:
  // slos: by class. duration_s: of the arrivals.
  Outcome(const KnownMarket& market, std::vector<Slo> slos, const std::vector<Incident>& incidents, double duration_s);

  void asked(const Asked& asked, MonoTime now) override;
  void sent(const Running& r, const Attempt& a, MonoTime now) override;
  void failed(const Running& r, const Attempt& a, MonoTime now) override;
  void first_token(const Running& r, const Attempt& a, MonoTime now) override;
  void served(const Running& r, const Attempt& a, MonoTime now) override;
  void outrun(const Running& r, const Attempt& a, MonoTime now) override;
  void lost(const Running& r, MonoTime now) override;

  const std::vector<AtPlace>& places() const { return places_; }
  const std::vector<OfClass>& classes() const { return classes_; }
  std::vector<MetIncident> incidents() const;
  // All that was counted, in one number: two runs that differ anywhere differ here.
  std::uint64_t digest() const { return digest_; }

  static constexpr double kBeforeS = 60;   // its usual share is that of so long before an incident
  static constexpr double kAfterS = 600;   // so long it may take to return
  static constexpr double kUsedShare = 0.03;

 private:
  struct Hit {
    ShareBins bins;
    std::vector<bool> places;   // hit
    std::vector<bool> classes;  // that could go there
    double from_s, to_s;
  };
  void mark(std::uint64_t what);
  void pay(const Running& r, const Attempt& a, route::Pico pico);

  const KnownMarket& market_;
  std::vector<Slo> slos_;
  double duration_s_;
  std::vector<AtPlace> places_;
  std::vector<OfClass> classes_;
  std::vector<Hit> hits_;
  std::uint64_t digest_ = 0;
};

// In whole 10^-12 USD.
Money money_of(Int128 pico_usd);

}  // namespace fw::plan::sim
