// How a policy wants its requests served.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/dialect.h"
#include "dialect/needs.h"

namespace fw::route {

// What counts most among the places that may serve.
enum class Prefer : std::uint8_t {
  cost,      // the price, and a little of the service
  speed,     // the service; the price decides between equals
  balanced,  // a certain miss of the slo weighs as much as twice the price
  cheapest,  // the expected price alone
  fastest,   // the expected first token alone
  ordered,   // as the configuration writes them
  weighted,  // by the deployments' weights, drawn from the request's id
};
std::string_view name(Prefer prefer);
std::optional<Prefer> prefer_of(std::string_view name);

// What may be lost on the way to a deployment that speaks another language.
enum class Lossy : std::uint8_t { hints, refuse, allow };
std::string_view name(Lossy lossy);
std::optional<Lossy> lossy_of(std::string_view name);

// Shares are of 65,536.
inline constexpr std::int64_t kWhole = 65'536;

struct ShareCap {
  std::string cloud;
  std::uint16_t share = 0;
};

// The tiers that are told apart here. As clients and clouds spell them: "fast" is priority; "auto",
// "default" and nothing are standard.
enum class Tier : std::uint8_t { standard, flex, priority, batch, other };
inline constexpr std::size_t kTiers = 4;  // those that have prices
std::string_view name(Tier tier);
Tier tier_of(std::string_view text);

// Places by the names of their clouds, providers or deployments.
struct Among {
  std::vector<std::string> clouds;
  std::vector<std::string> providers;
  std::vector<std::string> deployments;
  bool empty() const { return clouds.empty() && providers.empty() && deployments.empty(); }
  // Any of the names is one of these.
  bool holds(std::string_view cloud, std::string_view provider, std::string_view deployment) const;
};

// Requests a rule is for: all that is said must hold.
struct When {
  std::vector<std::string> models;        // as clients ask; empty: any
  std::vector<dialect::Operation> operations;  // empty: any
  std::vector<Tier> tiers;                // asked for; empty: any
  dialect::Needs features;                // any of these; none: whatever it asks for
  std::int64_t input_tokens_above = -1;   // expected
  std::optional<bool> stream;
};

// Asking a second place of another cloud where the first has no token after a while. It changes no decision:
// the second place is the next one of the same order.
struct Hedge {
  std::uint32_t after_ms = 0;
  std::uint16_t after_percentile = 0;  // of the first place's first tokens; 0: only after_ms counts
  std::uint16_t budget_percent = 0;    // of the requests that could be hedged; 0: off
  std::uint32_t burst = 0;
  bool on() const { return budget_percent > 0; }
};

struct Rule;

struct Policy {
  std::string name = "default";
  Prefer prefer = Prefer::balanced;
  Lossy lossy = Lossy::hints;
  bool refuse_unknown_price = false;
  std::uint32_t first_token_ms = 2'000;  // the slo that is scored
  std::vector<std::string> residency;    // scopes; empty: any
  std::vector<ShareCap> max_share;       // of this policy's requests; by cloud
  Among only;                            // empty: all
  Among never;
  Hedge hedge;                           // no rule's to change, and in no record
  std::vector<Rule> rules;               // the first that is for a request changes the policy for it
  std::int32_t rule = -1;                // of the rules, the one this became
  bool pacing = false;                   // service counts less while a budget is spent too fast (pacer.h)
};

// A rule changes what it names; the rest stays as the policy says. Residency is no rule's to change.
struct Rule {
  When when;
  std::optional<Prefer> prefer;
  std::optional<std::uint32_t> first_token_ms;
  std::optional<Lossy> lossy;
  Among only;
  Among never;  // beside the policy's
};

// True if what runs in `scope` stays inside `allowed`: the same path or one below it.
bool within(std::string_view scope, std::string_view allowed);
// True if the policy lets requests be processed there. Closed on doubt: an empty scope is nowhere.
bool admits(const Policy& policy, std::string_view scope);

}  // namespace fw::route
