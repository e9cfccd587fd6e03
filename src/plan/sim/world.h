// Places that serve requests as they truly are, and what befalls them: what no policy knows, and only the clairvoyant one of
// bench/routing looks at. One model for `fairway simulate` and for the comparison of policies.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cloud/verdict.h"

namespace fw::plan::sim {

// A request, as it is asked. Tokens are disjoint: `input` is what no cache holds.
struct Asked {
  std::int64_t at_ns = 0;  // since the beginning
  std::uint32_t id = 0;
  std::uint32_t input = 0;
  std::uint32_t cached = 0;
  std::uint32_t output = 0;
  std::uint16_t of_class = 0;
  std::uint16_t tenant = 0;
  bool special = false;  // asks for what not every place can serve
};

// A bucket that fills evenly; what is larger than it passes when it is full.
struct Bucket {
  double per_s = 0;
  double seconds = 60;   // of that may come at once
  bool limited = false;  // false: all passes
  double size() const { return per_s * seconds; }
};

// Capacity that a token takes, by column.
struct Counts {
  double input = 1, cached = 1, output = 1;
};

// How long answers take, and how often there is none.
struct Pace {
  double first_token_s = 0.5;  // median for a short prompt at rest
  double spread = 0.35;        // sigma of its logarithm
  double per_1k_s = 0.06;      // more for each thousand tokens of the prompt that no cache holds
  double per_token_s = 0.012;
  double congestion = 0.15;    // at full quota it takes 1 + this times as long; without a quota there is none
  double usual_errors = 0.002; // overloaded, at rest
};

struct Place {
  std::string name, cloud, scope;
  Bucket tokens, requests;
  Counts counts;            // what `tokens` counts
  Pace pace;
  bool tells_wait = true;   // a 429 says when to come again
  bool tells_left = false;  // heads say what the quota of tokens leaves
  bool shared = true;       // others use it too, and slow it down
  bool serves_special = true;
};

enum class Trouble : std::uint8_t {
  slow,         // first tokens and all others, 6 times
  errors,       // 90 % of all requests: 500
  brown_out,    // 30 %: 503, the others 3 times as slow
  silent_slow,  // 2.5 times, and nobody says so
  refusals,     // 400 and 429 on valid requests, as Azure OpenAI on 2026-03-09
  false_429,    // false 429 and slow starts, as OpenAI on 2026-06-02
  gone,         // nothing answers, as AWS us-east-1 on 2025-10-20
  quota_zero,   // the account is out of money
};
inline constexpr std::size_t kTroubles = 8;
std::string_view name(Trouble trouble);
std::optional<Trouble> trouble_of(std::string_view word);

struct Incident {
  Trouble what = Trouble::slow;
  std::vector<std::uint16_t> places;  // hit; one at least
  double from_s = 0;
  double to_s = 0;
  double factor = 0;  // times as slow; 0: the trouble's own
  double part = 0;    // of the requests that fail; 0: the trouble's own
};

// What comes of an attempt.
struct Fate {
  cloud::FailureKind kind = cloud::FailureKind::none;
  std::uint16_t status = 200;
  std::uint32_t retry_after_ms = 0;
  double first_s = 0;  // to the first token, or to the failure
  double more_s = 0;   // from there to the end
};

// What a quota of tokens leaves, as a head says it.
struct Left {
  std::int64_t limit = 0, remaining = 0, reset_ms = 0;
};

// Every policy meets the same luck: what happens to a request at a place is drawn from the seed and both.
class World {
 public:
  // crowding: how much our own requests slow a place down that others use too; 4: as if it were small.
  World(std::uint64_t seed, std::vector<Place> places, std::vector<Incident> incidents, double crowding = 1);
  // Times only grow. What happens is known up to there.
  void advance(MonoTime now);
  // What would happen to the request if it were sent there now.
  Fate fate(const Asked& asked, std::size_t place, MonoTime now) const;
  Fate send(const Asked& asked, std::size_t place, MonoTime now);
  // Where there is a quota of tokens and heads tell of it: what it leaves.
  bool tells_left(std::size_t place) const { return places_[place].tells_left && places_[place].tokens.limited; }
  Left left(std::size_t place, MonoTime now) const;
  // A pool of another size from now on.
  void resize(std::size_t place, double tokens_per_s, MonoTime now);
  const std::vector<Incident>& incidents() const { return incidents_; }
  const std::vector<Place>& places() const { return places_; }

 private:
  struct State {
    double tokens = 0;    // in the bucket
    double requests = 0;  // likewise
    double rate = 0;      // tokens per second, over ten
    MonoTime at;
  };
  // What never changes of a place, drawn once.
  struct Swing {
    double period_s = 0, phase = 0;
  };
  State now(std::size_t place, MonoTime when) const;
  double others(std::size_t place, MonoTime when) const;
  Fate throttled(std::size_t place, double lacking, double per_s) const;
  std::optional<Fate> refused(const Asked& asked, std::size_t place, const State& state) const;

  std::uint64_t seed_;
  double crowding_;
  std::vector<Place> places_;
  std::vector<Incident> incidents_;
  std::vector<State> states_;
  std::vector<Swing> swings_;
  std::vector<const Incident*> at_work_;  // by place; null: none
  std::int64_t change_ns_ = INT64_MIN;    // when `at_work_` is out of date
};

double tokens_of(const Place& place, const Asked& asked);

}  // namespace fw::plan::sim
