#include "store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace fw::store {
namespace {

constexpr int kBusyMs = 2'000;

Error sqlite_error(const std::string& path, std::string_view words) {
  return {.code = Code::internal_error, .origin = Origin::operator_, .message = fmt::format("{}: {}", path, words)};
}

// A path as a URI: what has a meaning there is escaped.
std::string uri_of(const std::string& path, std::string_view query) {
  std::string out = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    else out += c;
  }
  return out.append(query);
}

}  // namespace

Result<std::unique_ptr<Sqlite>> Sqlite::open(const std::string& path, How how) {
  const int flags = how == How::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(uri_of(path, how == How::immutable ? "?immutable=1" : "").c_str(), &db,
                                   flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    const auto error = sqlite_error(path, db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    sqlite3_close(db);
    return std::unexpected(error);
  }
  sqlite3_busy_timeout(db, kBusyMs);
  sqlite3_extended_result_codes(db, 1);
  return std::unique_ptr<Sqlite>(new Sqlite(path, db));
}

Sqlite::~Sqlite() { sqlite3_close_v2(db_); }

Error Sqlite::error() const { return sqlite_error(path_, words_); }

void Sqlite::failed(int code) {
  if (failed_ != 0) return;
  failed_ = code;
  words_ = fmt::format("{} ({})", sqlite3_errmsg(db_), sqlite3_errstr(code));
}

void Sqlite::run(const char* sql) {
  if (!ok()) return;
  if (const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); code != SQLITE_OK) failed(code);
}

std::int64_t Sqlite::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.row() ? statement.integer() : 0;
}

void Sqlite::leave() { sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

std::int64_t Sqlite::changes() const { return sqlite3_changes64(db_); }

Statement::Statement(Sqlite& db, const char* sql) : db_(db) {
  if (!db.ok()) return;
  const int code = sqlite3_prepare_v3(db.db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (code != SQLITE_OK) db.failed(code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::put(std::int64_t value) {
  sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}

Statement& Statement::put(std::string_view text) {
  sqlite3_bind_text64(statement_, next_++, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::put_bytes(std::string_view bytes) {
  sqlite3_bind_blob64(statement_, next_++, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::put_null() {
  sqlite3_bind_null(statement_, next_++);
  return *this;
}

Statement& Statement::put(const std::optional<Money>& amount) {
  const auto split = amount ? amount_of(*amount) : std::nullopt;
  return split ? put(split->micro).put(split->rest) : put_null().put_null();
}

void Statement::run() {
  while (row()) {
  }
}

bool Statement::row() {
  if (!db_.ok() || !statement_) {
    reset();
    return false;
  }
  column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) db_.failed(code);
  reset();
  return false;
}

void Statement::reset() {
  sqlite3_reset(statement_);
  next_ = 1;
  column_ = 0;
}

std::int64_t Statement::integer() { return sqlite3_column_int64(statement_, column_++); }

std::string_view Statement::text() {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_));
  ++column_;
  return bytes ? std::string_view(bytes, size) : std::string_view();
}

bool Statement::null() const { return sqlite3_column_type(statement_, column_) == SQLITE_NULL; }

std::optional<Amount> amount_of(Money money) {
  Int128 micro = money.units() / kRestOfMicro;
  Int128 rest = money.units() % kRestOfMicro;
  if (rest < 0) {
    rest += kRestOfMicro;
    --micro;
  }
  if (micro > INT64_MAX || micro < INT64_MIN) return std::nullopt;
  return Amount{static_cast<std::int64_t>(micro), static_cast<std::int64_t>(rest)};
}

Money money_of(std::int64_t micro, std::int64_t rest) { return Money::of_units(Int128{micro} * kRestOfMicro + rest); }

}  // namespace fw::store
