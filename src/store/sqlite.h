// SQLite as this room uses it: one connection, one thread, statements that are prepared once.
//
// The first failure is kept and everything after it does nothing until clear(), so that a transaction is written
// without a question after each line and asked once, at its end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/money.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fw::store {

class Sqlite {
 public:
  // write: makes the file where it is missing. immutable: nothing beside the file is looked at, nothing is locked.
  enum class How : std::uint8_t { write, read, immutable };
  static Result<std::unique_ptr<Sqlite>> open(const std::string& path, How how);
  ~Sqlite();
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  bool ok() const { return failed_ == 0; }
  Error error() const;  // the first failure, with the file's name
  void clear() { failed_ = 0; }

  void run(const char* sql);             // any number of statements, their rows passed over
  std::int64_t number(const char* sql);  // the first column of the first row; 0: there is none
  void leave();                          // closing will change nothing in the file
  std::int64_t changes() const;          // rows the last statement changed

 private:
  friend class Statement;
  Sqlite(std::string path, sqlite3* db) : path_(std::move(path)), db_(db) {}
  void failed(int code);
  std::string path_;
  sqlite3* db_;
  int failed_ = 0;
  std::string words_;
};

// Values are put in order, columns taken in order; texts must outlive run() or the last row().
class Statement {
 public:
  Statement(Sqlite& db, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& put(std::int64_t value);
  Statement& put(std::string_view text);
  Statement& put_bytes(std::string_view bytes);
  Statement& put_null();
  Statement& put(const std::optional<Money>& amount);  // two values, see Amount; absent: two nulls

  // Without rows; ready to be put to again.
  void run();
  // The next row; false: no more, and ready to be put to again.
  bool row();
  void reset();

  std::int64_t integer();
  std::string_view text();  // until the next row
  bool null() const;        // whether the next column is; does not move on
  void skip() { ++column_; }

 private:
  Sqlite& db_;
  sqlite3_stmt* statement_ = nullptr;
  int next_ = 1;
  int column_ = 0;
};

// Money in two integer columns: whole micro-USD, and the rest in 10^-15 USD (0 to 999,999,999). Sums of both stay
// exact for 9,000,000,000 rows, and SQLite's SUM() fails rather than rounds beyond.
struct Amount {
  std::int64_t micro = 0;
  std::int64_t rest = 0;
};
inline constexpr std::int64_t kRestOfMicro = 1'000'000'000;
std::optional<Amount> amount_of(Money money);  // nothing: beyond 9 * 10^12 USD
Money money_of(std::int64_t micro, std::int64_t rest);

}  // namespace fw::store
