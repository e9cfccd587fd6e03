// The keys that the admin plane makes while the gateway runs: kept on disk by store/keys.h, told to the cores as the next
// KeyTable. Belongs to one thread; what it returns is durable, and counts once the cores have adopted table().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/config.h"
#include "gateway/keys.h"
#include "gateway/snapshot.h"
#include "store/keys.h"

namespace fw::gateway {

// What a secret made here looks like: this, then 43 characters of base64url (256 bits by chance).
inline constexpr std::string_view kSecretPrefix = "sk-fw-";
// An old secret may live on for at most so long.
inline constexpr std::int64_t kGraceMaxS = 30 * 86'400;

struct MadeKey {
  store::KeyRow row;
  std::optional<config::Key> key;      // nothing: the configuration of today does not allow for it
  std::string trouble;                 // why
  std::optional<std::uint16_t> index;  // in the table; nothing: revoked before this run, or there is trouble
};

enum class KeyState : std::uint8_t { active, disabled, expired, revoked, unusable };
std::string_view name(KeyState state);
KeyState state_of(const MadeKey& key, WallTime now);

class Keyring {
 public:
  // data_dir empty: none can be made. An error where the store cannot be read, or where a key of the configuration has the
  // name of one that was made and lives.
  static Result<std::unique_ptr<Keyring>> open(std::shared_ptr<const Snapshot> snapshot, const std::string& data_dir, WallTime now);

  // The configuration's keys and these.
  const std::shared_ptr<const KeyTable>& table() const { return table_; }
  // In the order in which they were made, revoked ones too.
  const std::vector<MadeKey>& keys() const { return keys_; }
  // Null: there is none, or it is not the token's to see.
  const MadeKey* find(std::string_view id, const config::AdminToken& token) const;

  struct Made {
    std::string id;
    std::string secret;  // told once
  };
  // `json`: an entry of `keys` without `key`. What the token's own rights leave open is filled in from them; what lies
  // beyond them is refused (403), another tenant is not there (404), a name that was used is a conflict (409).
  Result<Made> create(std::string_view json, const config::AdminToken& token, WallTime now);
  // RFC 7396; `disabled` beside the fields of the key. `name`, `tenant` and what a budget is stay.
  Result<void> change(std::string_view id, std::string_view patch, const config::AdminToken& token, WallTime now);
  // The former secret is good for `grace_s` more.
  Result<Made> rotate(std::string_view id, std::int64_t grace_s, const config::AdminToken& token, WallTime now);
  Result<void> revoke(std::string_view id, const config::AdminToken& token, WallTime now);

  // As KeyStore::acts; without a store there are none.
  Result<std::vector<store::KeyAct>> acts(std::size_t limit, std::int64_t before, const std::string& tenant, const std::string& key_id);

 private:
  explicit Keyring(std::shared_ptr<const Snapshot> snapshot) : snapshot_(std::move(snapshot)), table_(snapshot_->configured()) {}
  const config::Config& config() const { return snapshot_->config(); }
  Result<void> load(WallTime now);
  Result<MadeKey*> own(std::string_view id, const config::AdminToken& token);
  Result<void> may_hand_out(const MadeKey& key, const config::AdminToken& token) const;
  Result<void> put(const store::KeyRow& row, const config::AdminToken& token, std::string_view act, std::string_view before, WallTime now);
  bool knows_name(const std::string& name) const;
  bool knows_budget(const std::string& name) const;

  std::shared_ptr<const Snapshot> snapshot_;
  std::unique_ptr<store::KeyStore> store_;  // null: there is no data_dir
  std::shared_ptr<const KeyTable> table_;
  std::vector<MadeKey> keys_;
  std::unordered_map<std::string, std::size_t> by_id_;
};

}  // namespace fw::gateway
