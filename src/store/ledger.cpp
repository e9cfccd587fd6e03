#include "store/ledger.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/ledger_inside.h"
#include "store/ledger_schema.h"
#include "store/ledger_statements.h"

namespace fw::store {

using ledger::EntryKind;

namespace {

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kEmptyWord = 1;
constexpr std::size_t kWordsKept = 100'000;  // beyond, all are forgotten and looked up again

Error not_ours(const std::string& path, std::string_view words) {
  return {.code = Code::internal_error, .origin = Origin::operator_, .message = fmt::format("{}: {}", path, words)};
}

}  // namespace

std::string ledger_path(const std::string& data_dir) { return data_dir + "/ledger.sqlite"; }

Result<void> check_ledger(Sqlite& db, const std::string& path) {
  const auto application = db.number("PRAGMA application_id");
  const auto version = db.number("PRAGMA user_version");
  const auto tables = db.number("SELECT count(*) FROM sqlite_schema");
  if (!db.ok()) return std::unexpected(db.error());
  if (application != kLedgerApplication && (tables > 0 || version != 0))
    return std::unexpected(not_ours(path, "is an SQLite file, but not a ledger of Fairway; move it away, or set another data_dir"));
  if (version > kLedgerVersion)
    return std::unexpected(not_ours(path, fmt::format("has the format {}, this program knows up to {}; use the version that wrote it, or a newer one",
                                                      version, kLedgerVersion)));
  return {};
}

void bring_forward(Sqlite& db) {
  constexpr std::array<const char*, kLedgerVersion> kSteps{kLedgerSchema, kLedgerTo2};
  const auto version = db.number("PRAGMA user_version");
  if (version >= kLedgerVersion) return;
  db.run("BEGIN IMMEDIATE");
  for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step) db.run(kSteps[step]);
  db.run(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}; COMMIT", kLedgerApplication, kLedgerVersion).c_str());
}

Ledger::Ledger(std::unique_ptr<Sqlite> db) : db_(std::move(db)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& data_dir) {
  const auto path = ledger_path(data_dir);
  auto db = Sqlite::open(path, Sqlite::How::write);
  if (!db) return std::unexpected(db.error());
  if (auto ours = check_ledger(**db, path); !ours) {
    (*db)->leave();
    return std::unexpected(ours.error());
  }
  (*db)->run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=8000; PRAGMA cache_size=-65536");
  bring_forward(**db);
  std::unique_ptr<Ledger> out(new Ledger(std::move(*db)));
  out->s_ = std::make_unique<Statements>(*out->db_);
  if (const auto loaded = out->load(); !loaded) return std::unexpected(loaded.error());
  return out;
}

Result<void> Ledger::reset() {
  s_.reset();
  db_->clear();
  db_->run("ROLLBACK");
  db_->clear();  // there may have been nothing to roll back
  s_ = std::make_unique<Statements>(*db_);
  return load();
}

Result<void> Ledger::load() {
  lanes_.clear();
  words_.clear();
  tagged_.clear();
  runs_.clear();
  open_.clear();
  sums_.clear();
  stored_ = read_positions(*db_);
  next_attempt_ = db_->number("SELECT max(id) FROM attempts") + 1;
  oldest_open_ = db_->number("SELECT value FROM standing WHERE name='oldest_open'");
  tag_sets_ = db_->number("SELECT count(*) FROM tag_sets");
  if (!db_->ok()) return std::unexpected(db_->error());
  return {};
}

Positions read_positions(Sqlite& db) {
  Positions out;
  Statement rows(db, "SELECT r.run,core,segment,offset,sequence FROM positions p JOIN runs r ON r.id=p.run");
  while (rows.row()) {
    RunId run{};
    const auto bytes = rows.text();
    std::copy_n(bytes.begin(), std::min(bytes.size(), run.size()), run.begin());
    Position p;
    p.core = static_cast<std::uint32_t>(rows.integer());
    p.segment = static_cast<std::uint32_t>(rows.integer());
    p.offset = static_cast<std::uint32_t>(rows.integer());
    p.sequence = static_cast<std::uint64_t>(rows.integer());
    out[{run, p.core}] = p;
  }
  return out;
}

bool is_behind(const Positions& stored, const RunId& run, const Position& p) {
  const auto it = stored.find({run, p.core});
  return it == stored.end() || std::pair(p.segment, p.offset) > std::pair(it->second.segment, it->second.offset);
}

std::optional<Position> Ledger::stored(const RunId& run, std::uint32_t core) const {
  const auto it = stored_.find({run, core});
  return it == stored_.end() ? std::nullopt : std::optional(it->second);
}

void Ledger::begin() { db_->run("BEGIN IMMEDIATE"); }

Result<void> Ledger::commit(bool durable) {
  if (changed_) write_standing();
  changed_ = false;
  if (!durable) {
    db_->run("COMMIT");
  } else {
    // The whole write-ahead log is synced with this commit, so all former ones are on disk with it. The setting
    // cannot be changed within a transaction, so the commit before this one is followed by an empty one.
    db_->run("COMMIT; PRAGMA synchronous=FULL; BEGIN IMMEDIATE; UPDATE standing SET value=value+1 WHERE name='durable'; COMMIT;"
             "PRAGMA synchronous=NORMAL");
  }
  if (!db_->ok()) return std::unexpected(db_->error());
  return {};
}

void Ledger::write_standing() {
  write_sums();
  write_positions();
  auto oldest = next_attempt_;
  for (const auto& [id, open] : open_) oldest = std::min(oldest, open.id);
  s_->standing.put(std::min(oldest, oldest_open_)).put("oldest_open").run();
}

std::int64_t Ledger::run_row(const RunId& run) {
  if (const auto it = runs_.find(run); it != runs_.end()) return it->second;
  const std::string_view bytes(reinterpret_cast<const char*>(run.data()), run.size());
  s_->new_run.put_bytes(bytes).run();
  std::int64_t id = 0;
  if (s_->run.put_bytes(bytes).row()) id = s_->run.integer();
  s_->run.reset();
  return runs_[run] = id;
}

std::int64_t Ledger::word(std::string_view text) {
  if (text.empty()) return kEmptyWord;
  if (const auto it = words_.find(text); it != words_.end()) return it->second;
  s_->new_word.put(text).run();
  std::int64_t id = kEmptyWord;
  if (s_->word.put(text).row()) id = s_->word.integer();
  s_->word.reset();
  if (words_.size() >= kWordsKept) words_.clear();
  words_.emplace(text, id);
  return id;
}

Ledger::Tagged Ledger::tagged(std::string_view tags) {
  if (tags.empty()) return {};
  if (const auto it = tagged_.find(tags); it != tagged_.end()) return it->second;
  Tagged out{.set = kOtherTags};
  if (s_->tag_set.put(tags).row()) out.set = s_->tag_set.integer();
  s_->tag_set.reset();
  if (out.set == kOtherTags && tag_sets_ < kTagSetsMax) {
    s_->new_tag_set.put(tags).run();
    ++tag_sets_;
    if (s_->tag_set.put(tags).row()) out.set = s_->tag_set.integer();
    s_->tag_set.reset();
  }
  const auto team = ledger::tag_of(tags, ledger::kTeamTag);
  // Beyond the limit a team that nobody named before would make the sums grow as well.
  if (out.set != kOtherTags) out.team = word(team);
  else if (s_->word.put(team).row()) out.team = s_->word.integer();
  s_->word.reset();
  if (tagged_.size() >= kWordsKept) tagged_.clear();
  tagged_.emplace(tags, out);
  return out;
}

std::int64_t Ledger::word(Lane& lane, const ledger::SegmentReader& reader, ledger::NameId id) {
  const auto at = static_cast<std::size_t>(id);
  if (at < lane.words.size() && lane.words[at] != 0) return lane.words[at];
  const auto text = reader.text(id);
  if (text.empty()) return kEmptyWord;  // not named here, or its naming is broken: it may be named later
  if (at >= lane.words.size()) lane.words.resize(at + 1);
  return lane.words[at] = word(text);
}

Ledger::Lane& Ledger::lane(std::uint32_t core, const RunId& run) {
  auto& lane = lanes_[core];
  if (lane.moved && lane.run_id != run) write_positions();
  if (lane.run == 0 || lane.run_id != run) lane = Lane{core, run, run_row(run), {}, lane.time};
  return lane;
}

void Ledger::take(const Position& position, const ledger::Record& record, const ledger::SegmentReader& reader) {
  if (!is_behind(stored_, reader.header().run, position)) return;
  auto& of = lane(position.core, reader.header().run);
  std::visit(
      [&](const auto& r) {
        using R = std::decay_t<decltype(r)>;
        if constexpr (std::is_same_v<R, ledger::Facts>) take(r);
        else if constexpr (std::is_same_v<R, ledger::Mark>) take(r, of);
        else if constexpr (std::is_same_v<R, ledger::Adjustment>) take(r, record.sequence, of);
        else if constexpr (!std::is_same_v<R, ledger::Naming>) take(r, record.sequence, of, reader);
      },
      record.body);
  stored_.insert_or_assign(std::pair(of.run_id, position.core), position);
  of.moved = changed_ = true;
  ++counts_.taken;
}

void Ledger::write_positions() {
  for (auto& [core, lane] : lanes_) {
    if (!lane.moved) continue;
    lane.moved = false;
    const auto& at = stored_.at({lane.run_id, core});
    s_->position.put(std::int64_t{core}).put(lane.run).put(std::int64_t{at.segment}).put(std::int64_t{at.offset})
        .put(static_cast<std::int64_t>(at.sequence)).run();
  }
}

void Ledger::note_damage(std::string_view file, std::string_view words) {
  s_->damage.put(file).put(words).run();
  changed_ = true;
}

void Ledger::take(const ledger::Facts& r) { s_->facts.put_bytes(r.hash).put_bytes(r.bytes).run(); }

void Ledger::take(const ledger::Mark& r, Lane& lane) {
  lane.time = r.time;
  if (r.kind == ledger::MarkKind::run_started) s_->run_started.put(r.time.ns).put(r.text).put(lane.run).run();
}

void Ledger::take(const ledger::BudgetMove& r, std::uint64_t sequence, Lane& lane, const ledger::SegmentReader& reader) {
  s_->budget_move.put(lane.run).put(std::int64_t{lane.core}).put(static_cast<std::int64_t>(sequence)).put(word(lane, reader, r.budget))
      .put(r.time.ns).put(bounded(r.amount)).put(r.about).run();
}

void Ledger::take(const ledger::ExchangeEnd& r, std::uint64_t, Lane& lane, const ledger::SegmentReader& reader) {
  s_->exchange.put(r.request_id).put(r.client_request_id).put(r.time.ns).put(std::int64_t{r.duration_ms}).put(std::int64_t{r.first_token_ms})
      .put(word(lane, reader, r.tenant)).put(word(lane, reader, r.key)).put(word(lane, reader, r.model)).put(word(lane, reader, r.policy))
      .put(static_cast<std::int64_t>(r.dialect_in)).put(static_cast<std::int64_t>(r.operation)).put(std::int64_t{r.stream})
      .put(std::int64_t{r.client_left}).put(std::int64_t{r.status}).put(r.outcome).put(std::int64_t{r.attempts}).put(bounded(r.cost))
      .put_bytes(r.decision).put(word(lane, reader, r.deployment)).put(r.tags).run();
}

std::optional<Money> Ledger::bounded(const std::optional<Money>& amount) {
  constexpr std::int64_t kMicroMax = 1'000'000'000'000'000'000;  // 10^12 USD
  if (!amount) return amount;
  if (const auto split = amount_of(*amount); split && split->micro < kMicroMax && split->micro > -kMicroMax) return amount;
  ++counts_.too_large;
  return std::nullopt;
}

// ---- sums

const std::array<const char*, kSumCounts> kSumColumns{
    "attempts", "open", "settled_exact", "settled_estimated", "not_sent", "refused_unbilled", "ambiguous", "unpriced", "input", "cache_read",
    "cache_write", "output", "reasoning", "audio_in", "audio_out", "image", "tool_calls"};

void Sums::add(const Sums& other) {
  for (std::size_t i = 0; i < kSumCounts; ++i) counts[i] += other.counts[i];
  cost += other.cost;
  low += other.low;
  high += other.high;
}

void Sums::subtract(const Sums& other) {
  for (std::size_t i = 0; i < kSumCounts; ++i) counts[i] -= other.counts[i];
  cost = cost - other.cost;
  low = low - other.low;
  high = high - other.high;
}

Sums sums_of(const ledger::Booked& a) {
  Sums out;
  out.counts[0] = 1;
  out.counts[1 + static_cast<std::size_t>(a.state)] = 1;
  out.counts[7] = ledger::unpriced(a.state, a.cost, a.cost_high) ? 1 : 0;
  const std::array tokens{a.usage.input,  a.usage.cache_read, a.usage.cache_written(), a.usage.output, a.usage.reasoning,
                          a.usage.audio_in, a.usage.audio_out, a.usage.image,          a.usage.tool_calls};
  std::ranges::copy(tokens, out.counts.begin() + 8);
  out.cost = a.cost.value_or(Money{});
  out.low = a.cost_low.value_or(Money{});
  out.high = a.cost_high.value_or(Money{});
  return out;
}

std::array<Group, 2> groups_of(WallTime time, const std::array<std::int64_t, kGroupColumns>& words) {
  const auto s = time.seconds();
  return {Group{kHour, s - s % kHour, words}, Group{kDay, s - s % kDay, words}};
}

void Ledger::count(const Open& attempt, ledger::Account account, const Sums& change) {
  auto words = attempt.words;
  words[kAccountColumn] = static_cast<std::int64_t>(account);
  for (const auto& group : groups_of(attempt.time, words)) sums_[group].add(change);
}

void Ledger::write_sums() {
  auto& s = s_->sums;
  for (const auto& [group, sums] : sums_) {
    if (sums == Sums{}) continue;
    s.put(group.span).put(group.start);
    for (const auto w : group.words) s.put(w);
    for (const auto n : sums.counts) s.put(n);
    s.put(sums.cost).put(sums.low).put(sums.high).run();
  }
  sums_.clear();
}

}  // namespace fw::store
