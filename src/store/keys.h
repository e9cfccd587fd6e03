// DATA_DIR/keys.db: the keys that the admin plane made, and who did what to keys. Of a secret there is its SHA-256 and
// nothing else. What a key may do is text that this room does not read.
//
// Apart from the ledger: a made key has to be on disk before it is told, and would wait there behind thousands of records in
// a transaction that need not be; and a copy of the books, which go to others, must hold nothing that recognises a key.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/sqlite.h"
#include "wire/hash.h"

namespace fw::store {

inline constexpr std::int64_t kKeysVersion = 1;              // user_version
inline constexpr std::int64_t kKeysApplication = 0x46574b59;  // "FWKY"
std::string keys_path(const std::string& data_dir);

// A secret that was replaced and is still accepted.
struct FormerSecret {
  wire::Sha256 digest{};
  WallTime until;
};

struct KeyRow {
  std::string id;
  std::string name;    // unlike that of any other row, revoked ones included
  std::string tenant;  // empty: none
  std::string terms;   // JSON
  wire::Sha256 digest{};
  std::optional<FormerSecret> former;
  bool disabled = false;
  WallTime created;
  std::string created_by;
  std::optional<WallTime> rotated;
  std::optional<WallTime> revoked;  // for good
};

// One act. `before` and `after` are JSON objects without secrets and digests, or empty.
struct KeyAct {
  std::int64_t number = 0;  // given when it is written; later ones are higher
  WallTime time;
  std::string token;  // whose
  std::string act;
  std::string key_id, key, tenant;
  std::string before, after;
};

// One connection, one thread.
class KeyStore {
 public:
  // Makes the file where it is missing. A newer format, or a file that is no key store of ours, is refused and not touched.
  static Result<std::unique_ptr<KeyStore>> open(const std::string& data_dir);

  // In the order in which they were made.
  Result<std::vector<KeyRow>> keys();
  // The row as it is now, new or changed, and what was done: both or neither, on disk when it returns.
  Result<void> put(const KeyRow& row, const KeyAct& act);
  // Newest first, those with a lower number than `before` (0: all); of one tenant where one is named. At most `limit`.
  Result<std::vector<KeyAct>> acts(std::size_t limit, std::int64_t before, const std::string& tenant, const std::string& key_id);

 private:
  explicit KeyStore(std::unique_ptr<Sqlite> db) : db_(std::move(db)) {}
  std::unique_ptr<Sqlite> db_;
};

}  // namespace fw::store
