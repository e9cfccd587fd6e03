// A configuration made ready to serve: names resolved to indices, request heads prebuilt. Never
// changes; all cores share it, each exchange keeps the one it began with.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cloud/adapter.h"
#include "config/config.h"
#include "dialect/effort.h"
#include "dialect/request.h"
#include "gateway/keys.h"
#include "ledger/commitment.h"
#include "ledger/reserve.h"
#include "net/http_client.h"
#include "offer/book.h"
#include "route/decision.h"
#include "route/expected.h"
#include "route/pool.h"

namespace fw::gateway {

using dialect::Dialect;
using dialect::Operation;
inline constexpr std::size_t kOperations = 6;

struct Provider {
  std::string name;
  std::string scope;
  std::uint16_t cloud = 0;  // index into clouds()
  const cloud::Adapter* adapter = nullptr;
  cloud::Site site;  // holds a secret
  std::shared_ptr<const cloud::SignIn> sign_in;  // null: the site's own lines say it all
  net::Endpoint endpoint;
  std::vector<std::string> forward_headers;  // lower case, beyond the allow-list
  std::vector<std::uint16_t> commitments;    // indices of commitments() that its spending draws down
};

// How one operation of clients is spoken to a deployment.
struct Face {
  Dialect upstream = Dialect::chat;
  bool translated = false;   // the client speaks another dialect, or the cloud wants it written anew
  dialect::Fates fates;      // of what the request asks for
  std::string head;          // request line to the last static field; empty: not served
  std::string stream_head;   // the same for a stream
};

// What tokens cost from one time to another, for the choice.
struct DatedQuick {
  WallTime from;
  WallTime until;  // exclusive
  route::QuickPrices prices;
  std::array<ledger::BoundPrice, route::kTiers> bounds;  // by route::Tier
};

// What the offer book says that one API of a place does; what it does not say is unknown.
struct ApiAbilities {
  dialect::Needs refused;
  dialect::Needs dropped;
  dialect::Efforts taken = 0;            // all that it takes; 0: nothing is said
  dialect::Efforts efforts_refused = 0;  // what is not among them, if they are known, and what is named so
  dialect::Efforts efforts_ignored = 0;
  dialect::Efforts efforts_with_tools = 0;  // 0: nothing is said
  dialect::LimitField output_limit = dialect::LimitField::any;  // of chat
};

// What the offer book says that a place can do, from one time to another.
struct DatedFeatures {
  WallTime from;
  WallTime until;            // exclusive
  ApiAbilities usual;
  ApiAbilities on_chat;                     // where Chat Completions asks
  std::int64_t context_tokens = INT64_MAX;  // unknown: no limit
  std::int64_t output_tokens = INT64_MAX;   // of one answer; likewise
  bool efforts_firm = false;                // documented or measured: worth a refusal
  bool output_firm = false;
  const ApiAbilities& asked_by(Dialect upstream) const { return upstream == Dialect::chat ? on_chat : usual; }
};

struct Deployment {
  std::string name;
  std::string model;       // the cloud's word
  std::string scope;       // its provider's, or wider where the model's name says so
  std::string model_json;  // quoted and escaped, as the request's body says it
  std::uint16_t provider = 0;
  std::uint16_t of_model = 0;
  config::AttemptTimeouts timeouts;
  cloud::OnCancel on_cancel = cloud::OnCancel::estimate;
  std::optional<route::Pool> pool;
  offer::Timeline prices;  // its own price, or the offer book's
  std::vector<DatedQuick> quick;  // the same, to compare with
  std::vector<DatedFeatures> features;  // by time; what is not here is unknown
  // Null: no price is known at that time. Its rows name where the prices come from.
  const offer::PriceSheet* price_at(WallTime at) const { return prices.price_at(at); }
  // Null: likewise.
  const route::QuickPrices* quick_at(WallTime at) const;
  // The most such an attempt may cost then; nothing: no price is known.
  std::optional<Money> most(const ledger::Reservation& reserved, route::Tier tier, WallTime at) const;
  // Null: nothing is known.
  const DatedFeatures* features_at(WallTime at) const;
  std::string answer_lines;  // the header lines of its answers that never change
  std::array<Face, kOperations> faces;  // by operation
  const Face& face(Operation operation) const { return faces[static_cast<std::size_t>(operation)]; }
};

// What never changes of what the choice sees of a deployment.
struct Place {
  std::uint16_t deployment = 0;
  std::uint16_t provider = 0;
  std::uint16_t cloud = 0;       // index into clouds()
  std::uint32_t weight = 1;
  std::uint32_t operations = 0;  // bit n: it serves Operation n
  std::uint32_t translated = 0;  // bit n: in another dialect than the client's
  std::array<dialect::Fates, 2> fates{};  // of chat and responses; only what is dropped counts where nothing is translated
  bool serves(Operation operation) const { return operations >> static_cast<unsigned>(operation) & 1; }
  bool translates(Operation operation) const { return translated >> static_cast<unsigned>(operation) & 1; }
  // What of `asked` it is told in other words, what it is not told, and what it cannot serve.
  dialect::Needs mapped(Operation operation, const dialect::Needs& asked) const;
  dialect::Needs dropped(Operation operation, const dialect::Needs& asked) const;
  dialect::Needs refused(Operation operation, const dialect::Needs& asked) const;
  // What its cloud refuses by itself, as far as its table knows: nothing is translated there.
  dialect::Needs doubted(Operation operation, const dialect::Needs& asked) const;
};

struct Model {
  std::string name;
  std::vector<Place> places;  // in the order of the configuration
};

// An amount promised to clouds; whose spending counts stands in the providers.
struct CommitmentAccount {
  std::string name;
  ledger::CommitmentTerms terms;
};

class Snapshot {
 public:
  // The config must have passed its check. `surroundings`: for those `default` forms of signing in.
  static Result<std::shared_ptr<const Snapshot>> make(const config::Config& config, const cloud::Surroundings& surroundings);

  // For tests: the same with every provider signing in so.
  static std::shared_ptr<const Snapshot> with_sign_in(const Snapshot& like, std::shared_ptr<const cloud::SignIn> sign_in);

  const config::Config& config() const { return config_; }
  const std::vector<Provider>& providers() const { return providers_; }
  const std::vector<Deployment>& deployments() const { return deployments_; }
  const std::vector<Model>& models() const { return models_; }
  // The keys of the configuration; others come while it runs (keyring.h).
  const std::shared_ptr<const KeyTable>& configured() const { return keys_; }
  const std::vector<CommitmentAccount>& commitments() const { return commitments_; }
  // Those of the configuration, and the empty name of whoever belongs to none.
  const std::vector<std::string>& tenants() const { return tenants_; }
  std::optional<std::uint16_t> tenant(std::string_view name) const;
  std::size_t tenant_concurrent_max(std::size_t tenant) const;  // 0: no limit
  // Those of the configuration, then that of keys without one; the same again, refusing what has no price (for keys
  // with a money budget); then what their rules make of them.
  const std::vector<route::Policy>& policies() const { return policies_; }
  // The index of what the policy is for this request.
  std::uint16_t policy_for(std::uint16_t policy, const route::Question& question) const;
  // That of a key: the index of one of the configuration, or of what is without one.
  std::uint16_t policy(std::string_view name, bool refuse_unknown_price) const;
  const std::vector<std::string>& clouds() const { return clouds_; }        // those that are used

  std::optional<std::uint16_t> model(std::string_view name) const;
  // Known names like this one, best first; of those the key may use.
  std::vector<std::string_view> nearest_models(std::string_view name, const Key& key) const;
  // What the offer book has of the model inside of these scopes at that time: "azure in eu".
  std::vector<std::string> offers_within(std::uint16_t model, const std::vector<std::string>& scopes, WallTime at) const;
  // What it has whose features are so.
  std::vector<std::string> offers_that(std::uint16_t model, WallTime at, const std::function<bool(const offer::Features&)>& can) const;
  // A header some provider wants forwarded beyond the allow-list.
  bool forwards(std::string_view lower_case_name) const;
  bool forwards_any() const { return !forwarded_.empty(); }

 private:
  Snapshot() = default;
  Result<void> add_providers(const cloud::Surroundings& surroundings);
  void add_models();
  void add_policies();
  void add_tenants();

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  config::Config config_;
  std::vector<Provider> providers_;
  std::vector<Deployment> deployments_;
  std::vector<Model> models_;
  std::shared_ptr<const KeyTable> keys_;
  std::vector<CommitmentAccount> commitments_;
  std::vector<std::string> tenants_;
  std::vector<route::Policy> policies_;
  std::vector<std::uint16_t> first_ruled_;  // by policy: where its rules' stand
  std::vector<std::string> clouds_;
  std::vector<std::string> forwarded_;
  std::unordered_map<std::string, std::uint16_t, TextHash, std::equal_to<>> model_index_;
};

}  // namespace fw::gateway
