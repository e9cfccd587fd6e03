// The configuration, version 1, as plain structs: every default stands here and nowhere else.
// load() in config/load.h makes one from YAML; whoever holds a Config may rely on every rule
// that config/check.h states (names exist, are unique, limits lie in their ranges).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/money.h"

namespace fw::config {

// A value that must never be printed: it has no stream or format operator on purpose.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

// What is kept of a virtual key: enough to recognise it, not enough to use it.
struct KeyDigest {
  std::array<std::uint8_t, 32> sha256{};
  std::size_t length = 0;  // bytes of the key, so that a wrong length is refused without hashing
  bool operator==(const KeyDigest&) const = default;
};

// "127.0.0.1:8080", "[::1]:8080" or "unix:/path".
struct Address {
  std::string host;        // an IP address without brackets; empty for a Unix socket
  std::uint16_t port = 0;  // 0: the system chooses
  std::string unix_path;   // empty for TCP
  bool operator==(const Address&) const = default;
};

struct Tls {
  std::string cert;  // paths of PEM files
  std::string key;
};

struct Listen {
  Address address;
  std::optional<Tls> tls;
};

enum class Role : std::uint8_t { owner, keys, read };

struct AdminToken {
  std::string name;
  Secret token;
  Role role = Role::read;
  std::string tenant;  // empty: all tenants
};

// `token: X` in the file is here one more entry: name "token", role owner, all tenants.
struct Admin {
  Address address;
  std::vector<AdminToken> tokens;  // never empty
  std::optional<Tls> tls;
};

enum class LogLevel : std::uint8_t { error, warn, info, debug, trace };
enum class LogFormat : std::uint8_t { json, text };

struct Log {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::json;
};

// The limits in time of one attempt.
struct AttemptTimeouts {
  int connect_ms = 2'000;      // name, TCP and TLS together
  int first_byte_ms = 60'000;  // from the request being written to the first byte of the answer's body
  int idle_ms = 120'000;       // between two reads of the answer
  int total_ms = 900'000;      // the whole attempt
  bool operator==(const AttemptTimeouts&) const = default;
};

struct Timeouts {
  AttemptTimeouts attempt;
  int request_ms = 30'000;     // a client may take so long for the header, and may pause so long in the body
  int keep_alive_ms = 75'000;  // a client's connection may lie idle so long between two requests
};

// What a deployment says of its own; absent: the top-level value.
struct TimeoutsOverride {
  std::optional<int> connect_ms;
  std::optional<int> first_byte_ms;
  std::optional<int> idle_ms;
  std::optional<int> total_ms;
};

struct Limits {
  std::size_t body_bytes = std::size_t{32} << 20;
  std::size_t header_bytes = std::size_t{64} << 10;
  std::size_t header_fields = 100;
  std::size_t target_bytes = 8'192;
  std::size_t json_depth = 128;
  std::size_t exchanges = 10'000;          // at one time, in all
  std::size_t exchanges_per_key = 1'000;   // at one time; a key may have a lower one of its own
  std::size_t connections_per_core = 16'384;
  std::size_t memory_bytes = std::size_t{2} << 30;  // all buffered bodies together
  std::size_t response_buffer_bytes = std::size_t{4} << 20;  // of one answer, towards a slow client
  std::size_t event_bytes = std::size_t{16} << 20;           // one event of a stream
  std::size_t error_body_bytes = std::size_t{64} << 10;      // read of a cloud's error answer
  std::size_t records = 10'000;            // exchanges kept for /admin/v1/exchanges
};

// Abandoned streams that are read to their end for the books.
struct Drain {
  int streams = 1'000;
  int seconds = 120;
};

struct Retries {
  int budget_percent = 10;  // attempts beyond the first, of all requests
  int burst = 100;          // ... and so many more in a row
  int attempts = 0;         // per request; 0: every deployment of the model
};

struct Auth {
  Secret api_key;  // empty: the provider asks for none
};

struct Connections {
  int per_core = 8'192;
  int idle_per_core = 256;
  int idle_ms = 60'000;
};

// An account at a cloud.
struct Provider {
  std::string name;
  std::string cloud;
  std::string base_url;     // as written; empty: the cloud's default
  std::string api_version;  // azure, classic path
  std::string region;
  std::string scope = "global";
  Auth auth;
  std::vector<std::string> forward_headers;  // lower case
  Connections connections;
};

struct CacheWrite {
  std::string lifetime;  // "30m"; empty: the cloud's default lifetime
  TokenPrice price;
};

// USD per million tokens; an absent meter has no price of its own.
struct Meters {
  std::optional<TokenPrice> input;
  std::optional<TokenPrice> cache_read;
  std::vector<CacheWrite> cache_write;
  std::optional<TokenPrice> output;
};

// Holds for the whole request when its input tokens are strictly more than `above`.
struct LongContext {
  std::int64_t above = 0;
  Meters meters;
};

struct TierPrice {
  std::string tier;
  Meters meters;  // these replace the base ones
  std::optional<LongContext> long_context;
};

struct Price {
  Meters meters;
  std::optional<LongContext> long_context;
  std::vector<TierPrice> tiers;
};

enum class OnCancel : std::uint8_t { cloud_default, drain, estimate, unbilled };

// One place that serves a model.
struct Deployment {
  std::string name;  // default PROVIDER/MODEL
  std::string provider;
  std::string model;  // what the cloud calls it
  std::string offer;  // the offer book's name of it; default: the model's name
  TimeoutsOverride own_timeouts;
  AttemptTimeouts timeouts;  // the top-level ones with own_timeouts over them
  OnCancel on_cancel = OnCancel::cloud_default;
  std::vector<std::string> dialects;  // empty: what the cloud says
  std::optional<Price> price;
};

// A name clients ask for.
struct Model {
  std::string name;
  std::vector<Deployment> deployments;  // tried in this order
};

enum class Prefer : std::uint8_t { cost, speed, balanced };
enum class UnknownPrice : std::uint8_t { by_budget, refuse, flag };
enum class Lossy : std::uint8_t { hints, refuse, allow };

struct Slo {
  std::optional<int> first_token_ms;
};

struct Policy {
  std::string name;
  Prefer prefer = Prefer::balanced;
  Slo slo;
  std::vector<std::string> residency;  // scopes; empty: any
  UnknownPrice unknown_price = UnknownPrice::by_budget;
  Lossy lossy = Lossy::hints;
};

struct Tenant {
  std::string name;
  std::string policy;  // empty: no restriction
};

struct KeyLimits {
  std::size_t concurrent_exchanges = 0;  // 0: limits.exchanges_per_key
};

// A virtual key.
struct Key {
  std::string name;
  std::string tenant;  // empty: belongs to none
  KeyDigest digest;
  std::vector<std::string> models;  // empty: all
  std::string policy;               // empty: the tenant's
  KeyLimits limits;
};

struct Config {
  std::vector<Listen> listen;
  std::optional<Admin> admin;
  Log log;
  Timeouts timeouts;
  std::string data_dir = "./fairway-data";
  int threads = 0;  // 0: one per core
  Limits limits;
  Drain drain;
  Retries retries;
  std::vector<Provider> providers;
  std::vector<Model> models;
  std::vector<Policy> policies;
  std::vector<Tenant> tenants;
  std::vector<Key> keys;
};

}  // namespace fw::config
