// How a policy wants its requests served.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

struct Policy {
  std::string name = "default";
  Prefer prefer = Prefer::balanced;
  Lossy lossy = Lossy::hints;
  bool refuse_unknown_price = false;
  std::uint32_t first_token_ms = 2'000;  // the slo that is scored
  std::vector<std::string> residency;    // scopes; empty: any
  std::vector<ShareCap> max_share;       // of this policy's requests; by cloud
};

// True if what runs in `scope` stays inside `allowed`: the same path or one below it.
bool within(std::string_view scope, std::string_view allowed);
// True if the policy lets requests be processed there. Closed on doubt: an empty scope is nowhere.
bool admits(const Policy& policy, std::string_view scope);

}  // namespace fw::route
