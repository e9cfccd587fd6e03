#include "store/keys.h"

#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

namespace fw::store {
namespace {

// Acts are only ever added: SQLite itself refuses the rest.
constexpr const char* kKeysSchema = R"(
CREATE TABLE keys(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL,
  terms TEXT NOT NULL, sha256 BLOB NOT NULL UNIQUE, former_sha256 BLOB, former_until INTEGER, disabled INTEGER NOT NULL,
  created INTEGER NOT NULL, created_by TEXT NOT NULL, rotated INTEGER, revoked INTEGER);
CREATE TABLE acts(number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, token TEXT NOT NULL, act TEXT NOT NULL,
  key_id TEXT NOT NULL, key TEXT NOT NULL, tenant TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL);
CREATE INDEX acts_by_tenant ON acts(tenant, number);
CREATE INDEX acts_by_key ON acts(key_id, number);
CREATE TRIGGER acts_stay BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, 'acts are never removed'); END;
CREATE TRIGGER acts_are_final BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, 'acts are never changed'); END;
CREATE TRIGGER keys_stay BEFORE DELETE ON keys BEGIN SELECT RAISE(ABORT, 'keys are revoked, never removed'); END;
CREATE TRIGGER revoked_is_final BEFORE UPDATE ON keys WHEN OLD.revoked IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a revoked key stays as it is'); END;
)";

Error not_ours(const std::string& path, std::string_view words) {
  return {.code = Code::internal_error, .origin = Origin::operator_, .message = fmt::format("{}: {}", path, words)};
}

Result<void> check_ours(Sqlite& db, const std::string& path) {
  const auto application = db.number("PRAGMA application_id");
  const auto version = db.number("PRAGMA user_version");
  const auto tables = db.number("SELECT count(*) FROM sqlite_schema");
  if (!db.ok()) return std::unexpected(db.error());
  if (application != kKeysApplication && (tables > 0 || version != 0))
    return std::unexpected(not_ours(path, "is an SQLite file, but not a key store of Fairway; move it away, or set another data_dir"));
  if (version > kKeysVersion)
    return std::unexpected(not_ours(path, fmt::format("has the format {}, this program knows up to {}; use the version that wrote it, or a newer one", version, kKeysVersion)));
  return {};
}

std::string_view bytes_of(const wire::Sha256& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

wire::Sha256 digest_of(std::string_view bytes) {
  wire::Sha256 out{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
  return out;
}

std::optional<WallTime> time_or_none(Statement& row) {
  if (!row.null()) return WallTime{row.integer()};
  row.skip();
  return std::nullopt;
}

void put_time(Statement& statement, const std::optional<WallTime>& time) {
  if (time) statement.put(time->ns);
  else statement.put_null();
}

KeyRow read_key(Statement& row) {
  KeyRow out;
  out.id = row.text();
  out.name = row.text();
  out.tenant = row.text();
  out.terms = row.text();
  out.digest = digest_of(row.text());
  const auto former = digest_of(row.text());
  if (const auto until = time_or_none(row)) out.former = {former, *until};
  out.disabled = row.integer() != 0;
  out.created = {row.integer()};
  out.created_by = row.text();
  out.rotated = time_or_none(row);
  out.revoked = time_or_none(row);
  return out;
}

KeyAct read_act(Statement& row) {
  KeyAct out;
  out.number = row.integer();
  out.time = {row.integer()};
  out.token = row.text();
  out.act = row.text();
  out.key_id = row.text();
  out.key = row.text();
  out.tenant = row.text();
  out.before = row.text();
  out.after = row.text();
  return out;
}

}  // namespace

std::string keys_path(const std::string& data_dir) { return data_dir + "/keys.db"; }

Result<std::unique_ptr<KeyStore>> KeyStore::open(const std::string& data_dir) {
  const auto path = keys_path(data_dir);
  auto db = Sqlite::open(path, Sqlite::How::write);
  if (!db) return std::unexpected(db.error());
  if (auto ours = check_ours(**db, path); !ours) {
    (*db)->leave();
    return std::unexpected(ours.error());
  }
  // Whoever reads digests can try guesses against them. The files beside it (-wal, -shm) take its mode.
  chmod(path.c_str(), 0600);
  // FULL: with WAL a commit is on disk when it returns.
  (*db)->run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  if ((*db)->number("PRAGMA user_version") < kKeysVersion) {
    (*db)->run("BEGIN IMMEDIATE");
    (*db)->run(kKeysSchema);
    (*db)->run(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}; COMMIT", kKeysApplication, kKeysVersion).c_str());
  }
  if (!(*db)->ok()) return std::unexpected((*db)->error());
  return std::unique_ptr<KeyStore>(new KeyStore(std::move(*db)));
}

Result<std::vector<KeyRow>> KeyStore::keys() {
  std::vector<KeyRow> out;
  {
    Statement rows(*db_, "SELECT id,name,tenant,terms,sha256,former_sha256,former_until,disabled,created,created_by,rotated,revoked FROM keys ORDER BY number");
    while (rows.row()) out.push_back(read_key(rows));
  }
  if (db_->ok()) return out;
  auto error = db_->error();
  db_->clear();
  return std::unexpected(std::move(error));
}

Result<void> KeyStore::put(const KeyRow& row, const KeyAct& act) {
  db_->run("BEGIN IMMEDIATE");
  {
    Statement key(*db_,
                  "INSERT INTO keys(id,name,tenant,terms,sha256,former_sha256,former_until,disabled,created,created_by,rotated,revoked) VALUES(?,?,?,?,?,?,?,?,?,?,?,?) "
                  "ON CONFLICT(id) DO UPDATE SET terms=excluded.terms,sha256=excluded.sha256,former_sha256=excluded.former_sha256,former_until=excluded.former_until,"
                  "disabled=excluded.disabled,rotated=excluded.rotated,revoked=excluded.revoked");
    Statement done(*db_, "INSERT INTO acts(time,token,act,key_id,key,tenant,before,after) VALUES(?,?,?,?,?,?,?,?)");
    if (db_->ok()) {
      key.put(row.id).put(row.name).put(row.tenant).put(row.terms).put_bytes(bytes_of(row.digest));
      if (row.former) key.put_bytes(bytes_of(row.former->digest)).put(row.former->until.ns);
      else key.put_null().put_null();
      key.put(std::int64_t{row.disabled}).put(row.created.ns).put(row.created_by);
      put_time(key, row.rotated);
      put_time(key, row.revoked);
      key.run();
      done.put(act.time.ns).put(act.token).put(act.act).put(act.key_id).put(act.key).put(act.tenant).put(act.before).put(act.after).run();
    }
  }
  db_->run("COMMIT");
  if (db_->ok()) return {};
  auto error = db_->error();
  db_->clear();
  db_->run("ROLLBACK");
  db_->clear();  // there may have been nothing to roll back
  return std::unexpected(std::move(error));
}

Result<std::vector<KeyAct>> KeyStore::acts(std::size_t limit, std::int64_t before, const std::string& tenant, const std::string& key_id) {
  std::vector<KeyAct> out;
  {
    Statement rows(*db_, "SELECT number,time,token,act,key_id,key,tenant,before,after FROM acts WHERE number<? AND (?='' OR tenant=?) AND (?='' OR key_id=?) ORDER BY number DESC LIMIT ?");
    if (db_->ok())
      rows.put(before > 0 ? before : INT64_MAX).put(tenant).put(tenant).put(key_id).put(key_id).put(static_cast<std::int64_t>(limit));
    while (rows.row()) out.push_back(read_act(rows));
  }
  if (db_->ok()) return out;
  auto error = db_->error();
  db_->clear();
  return std::unexpected(std::move(error));
}

}  // namespace fw::store
