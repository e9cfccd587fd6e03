#include "store/books.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <tuple>

#include "store/ledger_inside.h"

namespace fw::store {

using ledger::AttemptState;
using ledger::Booked;
using ledger::EntryKind;

namespace {

constexpr int kReadingsMax = 3;

Error told(std::string words) { return {.code = Code::internal_error, .origin = Origin::operator_, .message = std::move(words)}; }

// Asks the lock that a gateway holds, and lets it go at once.
bool is_locked(const std::string& data_dir) {
  const int fd = ::open((data_dir + "/lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool locked = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return locked;
}

}  // namespace

bool BooksFilter::admits(const Booked& a) const {
  const auto is = [](const std::string& wanted, std::string_view found) { return wanted.empty() || wanted == found; };
  return (!from || a.time >= *from) && (!until || a.time < *until) && is(tenant, a.tenant) && is(key, a.key) && is(model, a.model) &&
         is(deployment, a.deployment) && is(provider, a.provider) && is(cloud, a.cloud) && is(scope, a.scope) && is(request_id, a.request_id) &&
         is(state, ledger::name(a.state)) && is(team, a.team()) && is(purpose, ledger::name(a.purpose)) && is(account, ledger::name(a.account())) &&
         std::ranges::all_of(tags, [&a](const auto& tag) { return ledger::has_tag(a.tags, tag); });
}

// ---- the journals' tail

// What the journals hold behind the ledger's positions.
struct Books::Tail {
  struct Entry {
    Position position;
    RunId run{};
    bool adjusts = false;
    bool has_usage = true;
    Booked says;  // as of a settlement, or an adjustment
  };
  struct Attempt {
    std::optional<Booked> intent;
    Position position;  // of the intent
    RunId run{};
    std::uint64_t order = 0;
    std::vector<Entry> entries;
  };
  struct Exchange {
    Position position;
    RunId run{};
    BookedExchange says;
  };
  std::map<std::string, Attempt, std::less<>> attempts;
  std::vector<Exchange> exchanges;
  struct Facts {
    Position position;
    RunId run{};
    std::string hash;
    std::string bytes;
  };
  std::vector<Facts> facts;  // none that the ledger has

  // Onto what the ledger, or the intent, says.
  static void apply(Booked& to, std::vector<Entry>& entries) {
    std::ranges::sort(entries, {}, [](const Entry& e) { return std::tuple(e.adjusts, e.position.core, e.position.segment, e.position.offset); });
    for (const auto& e : entries) {
      const auto& s = e.says;
      if (!e.adjusts) {
        to.outcome = s.outcome;
        to.status = s.status;
        to.first_token_ms = s.first_token_ms;
        to.ended_ms = s.ended_ms;
        to.price_row = s.price_row;
        to.tier = s.tier;
        to.upstream_request_id = s.upstream_request_id;
      }
      if (s.by < to.by) continue;
      to.by = s.by;
      to.state = s.state;
      to.basis = s.basis;
      if (e.has_usage) to.usage = s.usage;
      to.cost = s.cost;
      to.cost_low = s.cost_low;
      to.cost_high = s.cost_high;
    }
  }
};

namespace {

Booked booked_of(const ledger::Intent& i, const ledger::SegmentReader& reader) {
  const auto text = [&](ledger::NameId id) { return std::string(reader.text(id)); };
  Booked b;
  b.attempt_id = i.attempt_id;
  b.request_id = i.request_id;
  b.client_request_id = i.client_request_id;
  b.time = i.time;
  b.tenant = text(i.tenant);
  b.key = text(i.key);
  b.model = text(i.model);
  b.deployment = text(i.deployment);
  b.provider = text(i.provider);
  b.cloud = text(i.cloud);
  b.scope = text(i.scope);
  b.price_row = text(i.price_row);
  b.dialect_in = i.dialect_in;
  b.dialect_out = i.dialect_out;
  b.operation = i.operation;
  b.stream = i.stream;
  b.tags = i.tags;
  b.purpose = i.purpose;
  b.reserved = i.reserved;
  b.cost_low = Money{};
  b.cost_high = b.reserved_cost = i.reserved_cost;
  return b;
}

BookedExchange exchange_of(const ledger::ExchangeEnd& x, const ledger::SegmentReader& reader) {
  const auto text = [&](ledger::NameId id) { return std::string(reader.text(id)); };
  return {.request_id = std::string(x.request_id),
          .client_request_id = std::string(x.client_request_id),
          .time = x.time,
          .duration_ms = x.duration_ms,
          .first_token_ms = x.first_token_ms,
          .tenant = text(x.tenant),
          .key = text(x.key),
          .model = text(x.model),
          .policy = text(x.policy),
          .dialect_in = x.dialect_in,
          .operation = x.operation,
          .stream = x.stream,
          .client_left = x.client_left,
          .status = x.status,
          .outcome = std::string(x.outcome),
          .attempts = x.attempts,
          .cost = x.cost,
          .decision = std::string(x.decision),
          .deployment = text(x.deployment),
          .tags = std::string(x.tags)};
}

}  // namespace

void Books::keep(const Position& position, const ledger::Record& record, const ledger::SegmentReader& reader) {
  const auto& run = reader.header().run;
  ++tail_records_;
  if (const auto* i = std::get_if<ledger::Intent>(&record.body)) {
    auto& a = tail_->attempts[std::string(i->attempt_id)];
    if (a.intent) return;
    a.intent = booked_of(*i, reader);
    a.position = position;
    a.run = run;
    a.order = tail_records_;
  } else if (const auto* s = std::get_if<ledger::Settlement>(&record.body)) {
    auto& e = tail_->attempts[std::string(s->attempt_id)].entries.emplace_back(Tail::Entry{.position = position, .run = run, .says = {}});
    e.says.take(*s, reader.text(s->price_row));
  } else if (const auto* a = std::get_if<ledger::Adjustment>(&record.body)) {
    auto& e = tail_->attempts[std::string(a->attempt_id)].entries.emplace_back(
        Tail::Entry{.position = position, .run = run, .adjusts = true, .has_usage = a->usage.has_value(), .says = {}});
    e.says.take(*a);
  } else if (const auto* x = std::get_if<ledger::ExchangeEnd>(&record.body)) {
    tail_->exchanges.push_back({position, run, exchange_of(*x, reader)});
  } else if (const auto* f = std::get_if<ledger::Facts>(&record.body)) {
    tail_->facts.push_back({position, run, std::string(f->hash), std::string(f->bytes)});
  }
}

Result<void> Books::read_tail(const std::string& data_dir) {
  const auto before = positions();
  if (!before) return std::unexpected(before.error());
  if (db_ && running_) db_->run("COMMIT");  // what is moved meanwhile must be seen below
  Result<Reading> reading;
  for (int i = 0; i < kReadingsMax; ++i) {
    *tail_ = {};
    tail_records_ = 0;
    reading = read_directory(data_dir, {.visit = [&](const Position& p, const ledger::Record& r, const ledger::SegmentReader& reader) {
                                          if (is_behind(*before, reader.header().run, p)) keep(p, r, reader);
                                        }});
    if (!reading) return std::unexpected(reading.error());
    // A record that is being written looks unfinished, with finished ones behind it a moment later.
    if (!running_ || reading->problems.empty()) break;
  }
  if (db_ && running_) db_->run("BEGIN");
  const auto stored = positions();
  if (!stored) return std::unexpected(stored.error());
  drop_stored(*stored, *reading);
  WallTime newest{INT64_MIN};
  for (const auto& s : reading->segments) {
    if (!s.header || s.header->created < newest) continue;
    newest = s.header->created;
    current_ = s.header->run;
  }
  return {};
}

void Books::drop_stored(const Positions& stored, const Reading& reading) {
  for (auto& [id, a] : tail_->attempts) {
    if (a.intent && !is_behind(stored, a.run, a.position)) a.intent.reset();
    std::erase_if(a.entries, [&](const auto& e) { return !is_behind(stored, e.run, e.position); });
  }
  std::erase_if(tail_->attempts, [](const auto& a) { return !a.second.intent && a.second.entries.empty(); });
  std::erase_if(tail_->exchanges, [&](const auto& x) { return !is_behind(stored, x.run, x.position); });
  std::erase_if(tail_->facts, [&](const auto& f) { return !is_behind(stored, f.run, f.position); });
  for (const auto& problem : reading.problems) {
    const bool moved_away = std::ranges::any_of(reading.segments, [&](const SegmentFound& s) {
      return running_ && !s.header && s.words == problem && !std::filesystem::exists(s.path);
    });
    if (!moved_away) problems_.push_back(problem);
  }
}

// ---- the ledger

Books::Books() : tail_(std::make_unique<Tail>()) {}

Books::~Books() {
  db_.reset();
  std::error_code ignored;
  if (!copy_.empty()) std::filesystem::remove_all(copy_, ignored);
}

bool Books::exist(const std::string& data_dir) {
  std::error_code error;
  return std::filesystem::exists(ledger_path(data_dir), error) || std::filesystem::exists(data_dir + "/journal", error);
}

Result<std::unique_ptr<Books>> Books::open(const std::string& data_dir) {
  std::error_code error;
  const bool has_ledger = std::filesystem::exists(ledger_path(data_dir), error);
  if (!exist(data_dir))
    return std::unexpected(told(fmt::format("{}: holds neither a ledger nor a journal; expected the data_dir of a gateway", data_dir)));
  std::unique_ptr<Books> out(new Books);
  out->running_ = is_locked(data_dir);
  if (has_ledger)
    if (const auto opened = out->open_ledger(data_dir); !opened) return std::unexpected(opened.error());
  if (const auto read = out->read_tail(data_dir); !read) return std::unexpected(read.error());
  if (!out->running_ && is_locked(data_dir)) return std::unexpected(told(fmt::format("{}: a gateway started while it was read; run this again", data_dir)));
  if (!out->db_) return out;
  out->read_words();
  Statement damage(*out->db_, "SELECT words FROM damage ORDER BY file,words");
  while (damage.row()) {
    const std::string words(damage.text());
    if (std::ranges::find(out->problems_, words) == out->problems_.end()) out->problems_.push_back(words);
  }
  if (!out->db_->ok()) return std::unexpected(out->db_->error());
  return out;
}

Result<std::string> Books::temporary() {
  std::error_code error;
  if (!copy_.empty()) return copy_;
  auto folder = (std::filesystem::temp_directory_path(error) / "fairway-ledger-XXXXXX").string();
  if (!::mkdtemp(folder.data())) return std::unexpected(told(fmt::format("{}: no temporary directory can be made", folder)));
  return copy_ = folder;
}

// A ledger of an older version is not ours to change: a copy of it is.
Result<void> Books::copy_forward(std::unique_ptr<Sqlite>& db, const std::string& path) {
  if (copy_.empty()) {
    const auto folder = temporary();
    if (!folder) return std::unexpected(folder.error());
    const auto copy = (std::filesystem::path(*folder) / std::filesystem::path(path).filename()).string();
    {
      Statement vacuum(*db, "VACUUM INTO ?");
      vacuum.put(copy).run();
    }
    if (!db->ok()) return std::unexpected(db->error());
    auto copied = Sqlite::open(copy, Sqlite::How::write);
    if (!copied) return std::unexpected(copied.error());
    db = std::move(*copied);
  }
  bring_forward(*db);
  if (!db->ok()) return std::unexpected(db->error());
  return {};
}

// A write-ahead log that was left behind can only be read by writing beside it, so both are copied away first.
Result<void> Books::open_ledger(const std::string& data_dir) {
  namespace fs = std::filesystem;
  auto path = ledger_path(data_dir);
  std::error_code error;
  const auto log = path + "-wal";
  auto how = running_ ? Sqlite::How::read : Sqlite::How::immutable;
  if (!running_ && fs::exists(log, error) && fs::file_size(log, error) > 0) {
    const auto folder = temporary();
    if (!folder) return std::unexpected(folder.error());
    for (const auto& from : {path, log})
      if (!fs::copy_file(from, fs::path(*folder) / fs::path(from).filename(), error))
        return std::unexpected(told(fmt::format("{}: cannot be copied to {}: {}", from, *folder, error.message())));
    path = (fs::path(*folder) / fs::path(path).filename()).string();
    how = Sqlite::How::write;
  }
  auto db = Sqlite::open(path, how);
  if (!db) return std::unexpected(db.error());
  if (auto ours = check_ledger(**db, path); !ours) return std::unexpected(ours.error());
  const auto version = (*db)->number("PRAGMA user_version");
  if (version == 0) return {};  // being made just now: nothing is in it
  if (version < kLedgerVersion) {
    if (auto forward = copy_forward(*db, path); !forward) return forward;
  }
  db_ = std::move(*db);
  db_->run("PRAGMA temp_store=MEMORY; BEGIN");
  return {};
}

Result<Positions> Books::positions() {
  if (!db_) return Positions();
  auto out = read_positions(*db_);
  if (!db_->ok()) return std::unexpected(db_->error());
  return out;
}

void Books::read_words() {
  Statement rows(*db_, "SELECT id,text FROM words");
  while (rows.row()) {
    const auto id = static_cast<std::size_t>(rows.integer());
    if (id >= words_.size()) words_.resize(id + 1);
    words_[id] = rows.text();
  }
}

std::string_view Books::word(std::int64_t id) const {
  return id >= 0 && static_cast<std::size_t>(id) < words_.size() ? std::string_view(words_[static_cast<std::size_t>(id)]) : std::string_view();
}

// A row of `attempts`.
struct Books::Row {
  std::int64_t id = 0;
  RunId run{};
  std::int64_t price_row = 0;
  std::array<std::int64_t, kGroupColumns> words{};  // but for the account
  Booked says;
};

namespace {
constexpr const char* kAttempts =
    "SELECT a.id,attempt_id,request_id,client_request_id,time,tenant,key,model,deployment,cloud,scope,provider,price_row,dialect_in,"
    "dialect_out,operation,stream,tags,input_max,input_expected,output_max,intent_lost,team,tag_set,purpose,r.run FROM attempts a JOIN runs r ON r.id=a.run"
    " WHERE {} ORDER BY a.id";
constexpr const char* kByTime = "time>=? AND time<?";
// The ids of a request's attempts begin with the request's.
constexpr const char* kByRequest = "attempt_id>=? AND attempt_id<?";
constexpr const char* kBehindAllIds = "\x7f";
}

bool Books::load(Statement& r, Row& row) {
  if (!r.row()) return false;
  row = {};
  auto& b = row.says;
  row.id = r.integer();
  for (auto* text : {&b.attempt_id, &b.request_id, &b.client_request_id}) *text = r.text();
  b.time.ns = r.integer();
  for (std::size_t i = 0; i < kTeamColumn; ++i) row.words[i] = r.integer();
  const std::array names{&b.tenant, &b.key, &b.model, &b.deployment, &b.cloud, &b.scope};
  for (std::size_t i = 0; i < names.size(); ++i) *names[i] = word(row.words[i]);
  b.provider = word(r.integer());
  row.price_row = r.integer();
  b.dialect_in = static_cast<dialect::Dialect>(r.integer());
  b.dialect_out = static_cast<dialect::Dialect>(r.integer());
  b.operation = static_cast<dialect::Operation>(r.integer());
  b.stream = r.integer() != 0;
  b.tags = r.text();
  b.reserved.input_max = r.integer();
  b.reserved.input_expected = r.integer();
  b.reserved.output_max = r.integer();
  b.intent_lost = r.integer() != 0;
  row.words[kTeamColumn] = r.integer();
  row.words[kTagsColumn] = r.integer();
  b.purpose = static_cast<ledger::Purpose>(r.integer());
  const auto run = r.text();
  std::copy_n(run.begin(), std::min(run.size(), row.run.size()), row.run.begin());
  return true;
}

void Books::finish(Booked& attempt, const RunId& run) const {
  if (attempt.state == AttemptState::open && !(running_ && run == current_)) attempt.give_up();
}

Result<void> Books::attempts(const BooksFilter& filter, const std::function<void(const Booked&)>& visit) {
  const auto show = [&](Booked& attempt, const RunId& run) {
    finish(attempt, run);
    if (filter.admits(attempt)) visit(attempt);
  };
  std::map<std::string, bool, std::less<>> in_ledger;
  if (db_) {
    const bool of_one = !filter.request_id.empty();
    Statement rows(*db_, fmt::format(kAttempts, of_one ? kByRequest : kByTime).c_str());
    Statement entries(*db_, kEntriesOfAttempt);
    const auto end = filter.request_id + kBehindAllIds;
    if (of_one) rows.put(filter.request_id).put(end);
    else rows.put(filter.from.value_or(WallTime{INT64_MIN}).ns).put(filter.until.value_or(WallTime{INT64_MAX}).ns);
    for (Row row; load(rows, row);) {
      entries.put(row.id);
      const auto folded = fold_entries(entries, row.says);
      row.says.price_row = word(folded.price_row != 0 ? folded.price_row : row.price_row);
      if (const auto more = tail_->attempts.find(row.says.attempt_id); more != tail_->attempts.end()) {
        Tail::apply(row.says, more->second.entries);
        in_ledger[row.says.attempt_id] = true;
      }
      show(row.says, row.run);
    }
    if (!db_->ok()) return std::unexpected(db_->error());
  }
  std::vector<std::pair<std::uint64_t, const std::string*>> order;
  for (const auto& [id, a] : tail_->attempts)
    if (a.intent && !in_ledger.contains(id)) order.emplace_back(a.order, &id);
  std::ranges::sort(order);
  for (const auto& [at, id] : order) {
    auto& a = tail_->attempts.at(*id);
    auto attempt = *a.intent;
    Tail::apply(attempt, a.entries);
    show(attempt, a.run);
  }
  return {};
}

Result<void> Books::each_in_tail(const std::function<void(const Booked*, const Booked&)>& visit) {
  std::unique_ptr<Statement> rows, entries;
  if (db_) {
    rows = std::make_unique<Statement>(*db_, fmt::format(kAttempts, "attempt_id=?").c_str());
    entries = std::make_unique<Statement>(*db_, kEntriesOfAttempt);
  }
  for (auto& [id, a] : tail_->attempts) {
    if (a.intent) {
      auto now = *a.intent;
      Tail::apply(now, a.entries);
      finish(now, a.run);
      visit(nullptr, now);
      continue;
    }
    Row row;
    if (!rows) continue;
    rows->put(std::string_view(id));
    const bool found = load(*rows, row);
    rows->reset();
    if (!found) continue;  // its intent is lost: verify says so
    entries->put(row.id);
    fold_entries(*entries, row.says);
    auto now = row.says;
    Tail::apply(now, a.entries);
    finish(now, row.run);
    visit(&row.says, now);
  }
  if (db_ && !db_->ok()) return std::unexpected(db_->error());
  return {};
}

void Books::each_booked(
    const std::function<void(const Booked&, const Folded&, const std::array<std::int64_t, kGroupColumns>&)>& visit) {
  Statement rows(*db_, fmt::format(kAttempts, kByTime).c_str());
  Statement entries(*db_, kEntriesOfAttempt);
  rows.put(INT64_MIN).put(INT64_MAX);
  for (Row row; load(rows, row);) {
    entries.put(row.id);
    const auto folded = fold_entries(entries, row.says);
    row.words[kAccountColumn] = static_cast<std::int64_t>(row.says.account());
    visit(row.says, folded, row.words);
  }
}

// ---- exchanges and facts

Result<void> Books::exchanges(const std::function<void(const BookedExchange&)>& visit) {
  if (db_) {
    Statement r(*db_, "SELECT request_id,client_request_id,time,duration_ms,first_token_ms,tenant,key,model,policy,dialect_in,operation,"
                      "stream,client_left,status,outcome,attempts,cost_micro,cost_rest,decision,deployment,tags FROM exchanges ORDER BY id");
    while (r.row()) {
      BookedExchange x;
      x.request_id = r.text();
      x.client_request_id = r.text();
      x.time.ns = r.integer();
      x.duration_ms = static_cast<std::int32_t>(r.integer());
      x.first_token_ms = static_cast<std::int32_t>(r.integer());
      for (auto* text : {&x.tenant, &x.key, &x.model, &x.policy}) *text = word(r.integer());
      x.dialect_in = static_cast<dialect::Dialect>(r.integer());
      x.operation = static_cast<dialect::Operation>(r.integer());
      x.stream = r.integer() != 0;
      x.client_left = r.integer() != 0;
      x.status = static_cast<std::int16_t>(r.integer());
      x.outcome = r.text();
      x.attempts = static_cast<std::uint32_t>(r.integer());
      const bool priced = !r.null();
      const auto micro = r.integer();
      const auto rest = r.integer();
      if (priced) x.cost = money_of(micro, rest);
      x.decision = r.text();
      x.deployment = word(r.integer());
      x.tags = r.text();
      visit(x);
    }
    if (!db_->ok()) return std::unexpected(db_->error());
  }
  for (const auto& x : tail_->exchanges) visit(x.says);
  return {};
}

Result<std::optional<std::string>> Books::facts(const std::string& hash) {
  if (const auto it = std::ranges::find(tail_->facts, hash, &Tail::Facts::hash); it != tail_->facts.end()) return it->bytes;
  if (!db_) return std::nullopt;
  Statement r(*db_, "SELECT bytes FROM facts WHERE hash=?");
  r.put_bytes(hash);
  std::optional<std::string> out;
  if (r.row()) out = std::string(r.text());
  if (!db_->ok()) return std::unexpected(db_->error());
  return out;
}

Result<void> Books::facts(const std::function<void(std::string_view, std::string_view)>& visit) {
  if (db_) {
    Statement r(*db_, "SELECT hash,bytes FROM facts ORDER BY rowid");
    while (r.row()) {
      const auto hash = r.text();
      visit(hash, r.text());
    }
    if (!db_->ok()) return std::unexpected(db_->error());
  }
  for (const auto& f : tail_->facts) visit(f.hash, f.bytes);
  return {};
}

}  // namespace fw::store
