// What one core counts. Label values come from the configuration only; cores are summed at scrape.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/money.h"
#include "cloud/verdict.h"
#include "ledger/record.h"
#include "route/pool.h"

namespace fw::gateway {

// A cumulative histogram over seconds with fixed bounds.
struct Histogram {
  static constexpr std::array<double, 16> kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                  0.5,   1,      2.5,   5,    10,    30,   60,  300};
  std::array<std::uint64_t, kBounds.size() + 1> counts{};  // the last: above every bound
  std::int64_t sum_ns = 0;
  void add(std::int64_t ns);
  void merge(const Histogram& o);
};

struct ModelCounts {
  std::array<std::uint64_t, 6> requests{};  // by status class; [0]: the client left before an answer
  Histogram duration;
  Histogram first_token;
};

struct DeploymentCounts {
  std::array<std::uint64_t, cloud::kFailureKinds> attempts{};
  Histogram duration;
  dialect::Usage usage;
  Money cost;
  std::uint64_t cost_unknown = 0;  // attempts that consumed tokens of no known price
  // Of a pool: requests it could have served that others did, by route::WhySpilled, and what they cost more there.
  std::array<std::uint64_t, route::kWhysSpilled> spills{};
  Money spill_cost;
  std::uint16_t utilisation = 0;   // of 65,536, when it was asked
};

// Credentials fetched for a provider.
struct SignInCounts {
  std::uint64_t fetched = 0;
  std::uint64_t failed = 0;
};

// How a webhook's notices were delivered.
struct WebhookCounts {
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;    // answers that were no 2xx, and none
  std::uint64_t given_up = 0;  // notices that did not arrive
  std::size_t waiting = 0;     // now
  std::string failure;         // of the latest delivery; empty: it went well
};

struct Counts {
  std::vector<ModelCounts> models;            // by index; the last: no model was recognised
  std::vector<DeploymentCounts> deployments;  // by index
  std::vector<SignInCounts> sign_ins;         // by provider
  std::vector<Money> drawn;                   // by commitment, as far as the core knew when it was asked
  std::vector<std::uint64_t> budget_alerts;   // by budget: thresholds passed
  std::uint64_t connections = 0;
  std::uint64_t connections_open = 0;
  std::uint64_t exchanges_open = 0;
  std::uint64_t refused_http = 0;  // no valid HTTP
  std::uint64_t retries_refused = 0;
  std::uint64_t clients_left = 0;
  std::uint64_t hedges = 0;
  std::uint64_t hedges_won = 0;      // answered before the first place
  std::uint64_t hedges_refused = 0;  // by their budget
  std::array<std::uint64_t, 5> notices{};  // by config::AlertKind
  std::vector<WebhookCounts> webhooks;     // of the first core; empty on the others
  void merge(const Counts& o);
};

// Adds what an ended exchange was.
void count(Counts& counts, const ledger::ExchangeRecord& record);

}  // namespace fw::gateway
