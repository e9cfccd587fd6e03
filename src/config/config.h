// The configuration, version 1, as plain structs: every default stands here and nowhere else.
// load() in config/load.h makes one from YAML; whoever holds a Config may rely on every rule
// that config/check.h states (names exist, are unique, limits lie in their ranges).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/money.h"
#include "base/time_zone.h"
#include "cloud/adapter.h"
#include "dialect/dialect.h"
#include "ledger/commitment.h"
#include "ledger/tags.h"
#include "ledger/window.h"
#include "offer/book.h"
#include "offer/price.h"
#include "route/policy.h"
#include "route/pool.h"
#include "wire/cidr.h"
#include "wire/hash.h"

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
  wire::Sha256 sha256{};
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
  std::vector<std::string> models;    // that keys it makes may use; empty: all
  std::vector<std::string> policies;  // that keys it makes may be under; empty: all, or with a tenant the tenant's own
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

struct Connections {
  int per_core = 8'192;
  int idle_per_core = 256;
  int idle_ms = 60'000;
};

// An account at a cloud. Its adapter has accepted `settings` (Adapter::site gives no error).
struct Provider {
  std::string name;
  std::string cloud;  // a word cloud::find knows
  std::string scope = "global";
  cloud::ProviderSettings settings;  // name, base_url, api_key, ...; forward_headers in lower case
  Connections connections;
};

// How much of a pool a token takes, in uncached input tokens.
struct Weight {
  std::int64_t thousandths = 1'000;
};
struct Weights {
  Weight input;
  std::optional<Weight> cache_read;  // absent: as input
  Weight output;
};

struct Bid {
  TokenPrice top;  // of a weighted token in a full pool
  int from_percent = 90;
};

// Capacity that is paid by the hour. Either tokens_per_minute, or both of the others, is above 0.
struct Pool {
  std::int64_t tokens_per_minute = 0;
  std::int64_t units = 0;
  std::int64_t tokens_per_minute_per_unit = 0;
  Weights weights;
  int window_s = 60;
  std::optional<Money> usd_per_hour;  // for all of it
  std::optional<Bid> bid;             // absent: it is worth nothing until it is full
};
// The pool as the choice reads it.
route::Pool routed(const Pool& pool);

// One place that serves a model.
struct Deployment {
  std::string name;  // default PROVIDER/MODEL
  std::string provider;
  std::string model;  // what the cloud calls it
  std::string offer;  // the offer book's name of it; default: what the cloud's word means there, else the model's name
  TimeoutsOverride own_timeouts;
  AttemptTimeouts timeouts;  // the top-level ones with own_timeouts over them
  cloud::OnCancel on_cancel = cloud::OnCancel::estimate;  // the cloud's own unless the file says otherwise
  std::vector<dialect::Dialect> dialects;                 // empty: what the cloud says
  std::optional<offer::PriceSheet> price;                 // absent: the offer book's; of a pool without one: 0
  std::optional<Pool> pool;
  std::uint32_t weight = 1;                               // under `prefer: weighted`
};

// A name clients ask for.
struct Model {
  std::string name;
  std::vector<Deployment> deployments;  // tried in this order
};

using route::Prefer;
enum class UnknownPrice : std::uint8_t { by_budget, refuse, flag };
using route::Lossy;

enum class Pacing : std::uint8_t { off, soft };

struct Slo {
  std::optional<int> first_token_ms;
};

// Another cloud is asked as well where the first is slow with its first token.
struct Hedge {
  std::optional<int> after_ms;
  std::optional<int> after_percentile;
  int budget_percent = 5;
  int burst = 10;
  bool on() const { return after_ms || after_percentile; }
};

using Shares = std::map<std::string, int, std::less<>>;  // by cloud, in percent

// Places by the names of their clouds, providers or deployments.
struct Places {
  std::vector<std::string> clouds;
  std::vector<std::string> providers;
  std::vector<std::string> deployments;
};

enum class Streamed : std::uint8_t { yes, no };

// Which requests a rule is for; what is absent does not matter.
struct When {
  std::vector<std::string> models;
  std::vector<dialect::Operation> operations;
  std::vector<std::string> features;
  std::vector<route::Tier> tiers;
  std::optional<std::int64_t> input_tokens_above;
  std::optional<Streamed> stream;
};

struct PolicyRule {
  When when;
  std::optional<Prefer> prefer;
  Slo slo;
  std::optional<Lossy> lossy;
  Places only;
  Places never;
};

struct Policy {
  std::string name;
  Prefer prefer = Prefer::balanced;
  Slo slo;
  std::vector<std::string> residency;  // scopes; empty: any
  UnknownPrice unknown_price = UnknownPrice::by_budget;
  Lossy lossy = Lossy::hints;
  Shares max_share;
  Pacing pacing = Pacing::off;
  Places only;   // empty: all
  Places never;
  Hedge hedge;   // off unless it says when
  std::vector<PolicyRule> rules;  // the first that is for a request counts
};

// The policy as the choice reads it.
route::Policy routed(const Policy& policy);

// What a money limit says; the same on keys, tenants and in `budgets`.
struct BudgetRule {
  Money limit;  // never zero
  ledger::Window per = ledger::Window::month;
  std::string time_zone = "UTC";
  std::shared_ptr<const TimeZone> zone;  // of that name; never null once loaded
  bool hard = true;
  std::vector<std::uint16_t> alert_percent;  // ascending; [50, 80, 100] unless the file says otherwise
};

// Of one key or tenant.
struct Budget {
  std::string name;  // default key/NAME or tenant/NAME; unique among all budgets
  BudgetRule rule;
};

// Of several together: a team, a project.
struct SharedBudget {
  std::string name;
  BudgetRule rule;
  std::vector<std::string> tenants;  // all of their keys
  std::vector<std::string> keys;
  std::vector<std::string> teams;    // what is tagged team=NAME, by a key or by a request
  std::vector<std::string> tags;     // each NAME=VALUE: what is tagged so
};

struct TenantLimits {
  std::size_t concurrent_exchanges = 0;  // of all its keys; 0: no limit of its own
  std::int64_t requests_per_minute = 0;  // 0: no limit
  std::int64_t tokens_per_minute = 0;
};

// An amount promised to clouds for a period.
struct Commitment {
  std::string name;
  Money amount;                        // never zero
  std::vector<std::string> providers;  // spending at any of these counts,
  std::vector<std::string> clouds;     // or at any provider of these
  WallTime from;
  WallTime until;                      // exclusive, after `from`
  ledger::Draw draw = ledger::Draw::even;
  int paid_percent = 100;

  bool counts(const Provider& provider) const;
  ledger::CommitmentTerms terms() const;
};

struct Tenant {
  std::string name;
  std::string policy;  // as written; may be empty
  std::optional<Budget> budget;
  TenantLimits limits;
};

struct KeyLimits {
  std::size_t concurrent_exchanges = 0;  // 0: limits.exchanges_per_key
  std::int64_t requests_per_minute = 0;  // 0: no limit
  std::int64_t tokens_per_minute = 0;
};

// A virtual key.
struct Key {
  std::string name;
  std::string tenant;  // empty: belongs to none
  KeyDigest digest;
  std::vector<std::string> models;  // empty: all
  std::string policy;  // the one that applies: its own, else its tenant's, else "default"; empty: there is none
  KeyLimits limits;
  std::optional<Budget> budget;
  std::optional<WallTime> expires;            // refused from then on
  std::vector<wire::Cidr> addresses;          // where its requests may come from; empty: anywhere
  std::vector<dialect::Operation> endpoints;  // empty: all
  std::string team;                           // the tag `team` in short
  ledger::TagMap tags;                        // of all its requests; once loaded, `team` is among them
};

// What requests may say themselves.
struct TagRules {
  std::vector<std::string> names;  // in the header, or in their `metadata`; empty: none
  bool metadata = true;            // members of `metadata` with such names count
};

// A shorter key can be guessed.
inline constexpr std::size_t kKeyCharactersMin = 16;

// At most so many providers, deployments, models, tenants and keys each: records count them in 16 bits.
inline constexpr std::size_t kEntriesMax = 65'000;

// When what was journaled has to be on disk.
enum class Durability : std::uint8_t {
  grouped,  // every journal.sync_ms; the end of the process loses nothing, a power cut what came after
  strict,   // before the first byte goes upstream
};
enum class OnLedgerFailure : std::uint8_t { refuse, serve_and_flag };

struct Journal {
  int sync_ms = 50;
  int segment_mib = 16;
};

// What operators are told of: the first word of a notice's type.
enum class AlertKind : std::uint8_t { budget, price, ledger, deployment, sign_in };

// Where notices are sent, signed as Standard Webhooks 1.0 says.
struct Webhook {
  std::string name;
  Secret url;  // many services put their secret there
  Secret secret;  // as written; its bytes: webhook_key()
  std::vector<AlertKind> kinds;  // empty: all
  int timeout_ms = 10'000;
};

struct Alerts {
  int price_days = 14;  // so far ahead a price that moves or ends is told
  std::vector<Webhook> webhooks;
};

// The bytes of a webhook's secret: what stands behind `whsec_` in base64, else the text itself. Empty: it is neither.
std::string webhook_key(const Secret& secret);
inline constexpr std::size_t kWebhookKeyBytesMin = 24;

struct Config {
  std::vector<Listen> listen;
  std::optional<Admin> admin;
  Log log;
  Timeouts timeouts;
  std::string data_dir = "./fairway-data";
  Durability durability = Durability::grouped;
  OnLedgerFailure on_ledger_failure = OnLedgerFailure::refuse;
  Journal journal;
  int threads = 0;  // 0: one per core
  Limits limits;
  Drain drain;
  Retries retries;
  Alerts alerts;
  TagRules tags;
  std::vector<Provider> providers;
  std::vector<Model> models;
  std::vector<Policy> policies;
  std::vector<Tenant> tenants;
  std::vector<Key> keys;
  std::vector<SharedBudget> budgets;
  std::vector<Commitment> commitments;
  std::vector<std::string> offers;          // paths of offer books
  std::shared_ptr<const offer::Book> book;  // the embedded one with `offers` over it; never null once loaded
};

}  // namespace fw::config
