#include "store/bookkeeper.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace fw::store {

using ledger::SegmentEnd;

namespace {
constexpr std::int64_t kLookMs = 1'000;
}

Bookkeeper::Bookkeeper(Journal& journal, BookkeeperOptions options, std::unique_ptr<Ledger> ledger)
    : journal_(journal), options_(options), ledger_(std::move(ledger)), wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      sequences_(journal.cores()) {
  for (std::size_t core = 0; core < journal.cores(); ++core) next_to_retire_.push_back(journal.lane(core).first_segment());
  caught_up_ns_ = journal.disk().mono().ns;
}

Result<std::unique_ptr<Bookkeeper>> Bookkeeper::open(Journal& journal, BookkeeperOptions options) {
  auto ledger = Ledger::open(journal.data_dir());
  if (!ledger) return std::unexpected(ledger.error());
  std::unique_ptr<Bookkeeper> out(new Bookkeeper(journal, options, std::move(*ledger)));
  if (options.thread) out->thread_ = std::thread([&keeper = *out] { keeper.run(); });
  return out;
}

Bookkeeper::~Bookkeeper() {
  close();
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

bool Bookkeeper::close() {
  if (closed_) return true;
  closed_ = true;
  if (thread_.joinable()) {
    stop_ = true;
    const std::uint64_t one = 1;
    (void)!::write(wake_fd_, &one, sizeof one);
    thread_.join();
  }
  if (options_.follow_from > 0) return words().empty();
  for (;;) {
    const auto moved = step();
    if (!moved) return false;
    if (*moved == 0) return true;
  }
}

void Bookkeeper::wait(std::int64_t ms) {
  pollfd ready{wake_fd_, POLLIN, 0};
  (void)::poll(&ready, 1, static_cast<int>(ms));
}

void Bookkeeper::run() {
  auto pause = options_.retry_ms;
  bool following = options_.follow_from == 0;
  while (!stop_) {
    if (recovered_ && !following && lag() < options_.follow_from) {
      wait(kLookMs);
      continue;
    }
    const auto moved = step();
    if (!moved) {
      wait(pause);
      pause = std::min(2 * pause, options_.retry_ms_max);
      continue;
    }
    pause = options_.retry_ms;
    following = options_.follow_from == 0 || *moved == options_.batch;
    if (*moved < options_.batch) wait(options_.batch_ms);
  }
}

void Bookkeeper::tell(std::string words) {
  const std::scoped_lock lock(words_mutex_);  // tidy-allow mutex: see its declaration
  words_ = std::move(words);
}

std::string Bookkeeper::words() const {
  const std::scoped_lock lock(words_mutex_);  // tidy-allow mutex: see its declaration
  return words_;
}

Result<std::size_t> Bookkeeper::step() {
  const auto done = [&]() -> Result<std::size_t> {
    if (!recovered_)
      if (const auto moved = recover(); !moved) return std::unexpected(moved.error());
    return follow();
  }();
  if (done) {
    tell({});
    return done;
  }
  ++failures_;
  began_ = false;
  tell(done.error().message);
  if (const auto again = ledger_->reset(); !again) tell(again.error().message);
  return done;
}

// ---- former runs

// What a newer version wrote is left to one: moving what stands behind it would put it behind the ledger's position.
Result<void> Bookkeeper::all_understood() const {
  const auto reading = journal_.recover();
  if (!reading) return std::unexpected(reading.error());
  for (const auto& segment : reading->segments)
    if (segment.end == SegmentEnd::refused)
      return std::unexpected(Error{.code = Code::internal_error, .origin = Origin::operator_, .message = segment.words});
  return {};
}

Result<void> Bookkeeper::recover() {
  if (auto understood = all_understood(); !understood) return understood;
  std::size_t taken = 0;
  Result<void> going;
  ledger_->begin();
  auto reading = journal_.recover([&](const Position& position, const ledger::Record& record, const ledger::SegmentReader& reader) {
    if (!going) return;
    const auto before = ledger_->counts().taken;
    ledger_->take(position, record, reader);
    if (ledger_->counts().taken == before || ++taken % options_.batch != 0) return;
    going = ledger_->commit(false);
    ++transactions_;
    if (going) ledger_->begin();
  });
  if (!going) return going;
  if (!reading) return std::unexpected(reading.error());
  for (const auto& problem : reading->problems) ledger_->note_damage(journal_.data_dir(), problem);
  ledger_->close_former(journal_.run());
  going = ledger_->commit(true);
  if (!going) return going;
  ++transactions_;
  moved_ += taken;
  damages_ += reading->problems.size();
  going = put_away(*reading);
  if (going) recovered_ = true;
  return going;
}

Result<void> Bookkeeper::put_away(const Reading& reading) {
  for (const auto& segment : reading.segments) {
    if (!segment.header) continue;  // perhaps it can be read another time
    const auto away = segment.end == SegmentEnd::damaged ? set_aside(segment.core, segment.number) : journal_.retire(segment.core, segment.number);
    if (!away) return away;
    ++retired_;
  }
  return {};
}

// A damaged segment is kept beside the others, under a name that no reader looks for.
Result<void> Bookkeeper::set_aside(std::uint32_t core, std::uint32_t segment) {
  const auto path = journal_.segment_path(core, segment);
  if (std::rename(path.c_str(), (path + ".damaged").c_str()) == 0) return {};
  return std::unexpected(disk_error({Step::rename, errno}, path));
}

// ---- this run

void Bookkeeper::begin_readers() {
  readers_.clear();
  for (std::size_t core = 0; core < journal_.cores(); ++core) {
    auto after = ledger_->stored(journal_.run(), static_cast<std::uint32_t>(core));
    // The segment of the last record may be gone: its end was read.
    if (after) after->segment = std::max(after->segment, next_to_retire_[core]);
    readers_.push_back(std::make_unique<LiveReader>(journal_, static_cast<std::uint32_t>(core), after));
    sequences_[core] = after ? after->sequence : 0;
  }
  began_ = true;
}

// Moves up to `left` records of a core. False: the segment cannot be read now.
bool Bookkeeper::read_lane(std::size_t core, std::size_t& left) {
  auto& reader = *readers_[core];
  while (left > 0) {
    const auto segment = reader.segment();
    const auto record = reader.next();
    if (!record) {
      if (reader.segment() == segment) {
        tell(record.error().message);
        return false;
      }
      ledger_->note_damage(journal_.segment_path(static_cast<std::uint32_t>(core), segment), record.error().message);
      damaged_.push_back({static_cast<std::uint32_t>(core), segment});
      ++damages_;
      continue;
    }
    if (!*record) return true;
    ledger_->take(reader.position(), **record, reader.reader());
    --left;
  }
  return true;
}

Result<std::size_t> Bookkeeper::follow() {
  if (!began_) begin_readers();
  const auto at = journal_.disk().mono().ns;
  std::size_t left = options_.batch;
  ledger_->begin();
  bool readable = true;
  // Each core its share first, so that a busy one does not hold up the others; then what is left of the batch.
  for (std::size_t core = 0; core < readers_.size(); ++core) {
    auto share = std::max<std::size_t>(left / (readers_.size() - core), 1);
    const auto before = share;
    readable = read_lane(core, share) && readable;
    left -= std::min(left, before - share);
  }
  for (std::size_t core = 0; core < readers_.size() && left > 0; ++core) readable = read_lane(core, left) && readable;
  if (const auto stored = ledger_->commit(false); !stored) return std::unexpected(stored.error());
  const auto moved = options_.batch - left;
  ++transactions_;
  moved_ += moved;
  for (std::size_t core = 0; core < readers_.size(); ++core)
    if (const auto stored = ledger_->stored(journal_.run(), static_cast<std::uint32_t>(core))) sequences_[core] = stored->sequence;
  if (left > 0 && readable) caught_up_ns_ = at;
  if (const auto away = retire(); !away) return std::unexpected(away.error());
  if (!readable) return std::unexpected(Error{.code = Code::internal_error, .message = words()});
  return moved;
}

Result<void> Bookkeeper::retire() {
  bool durable = false;
  for (std::uint32_t core = 0; core < readers_.size(); ++core) {
    const auto end = std::min(journal_.lane(core).oldest_open(), readers_[core]->segment());
    for (auto& segment = next_to_retire_[core]; segment < end; ++segment) {
      if (!durable) {
        ledger_->begin();
        if (const auto stored = ledger_->commit(true); !stored) return stored;
        durable = true;
      }
      const bool damaged = std::ranges::any_of(damaged_, [&](const Place& p) { return p.core == core && p.segment == segment; });
      if (const auto away = damaged ? set_aside(core, segment) : journal_.retire(core, segment); !away) return away;
      ++retired_;
    }
  }
  return {};
}

std::uint64_t Bookkeeper::lag() const {
  std::uint64_t out = 0;
  for (std::size_t core = 0; core < sequences_.size(); ++core) {
    const auto written = journal_.lane(core).written();
    out += written - std::min(written, sequences_[core].load());
  }
  return out;
}

Bookkeeper::Condition Bookkeeper::condition() const {
  Condition out;
  out.words = words();
  out.recovered = recovered_;
  out.lag_records = lag();
  out.lag_ms = out.lag_records == 0 ? 0 : journal_.disk().mono().ms_since({caught_up_ns_});
  out.moved = moved_;
  out.transactions = transactions_;
  out.failures = failures_;
  out.damaged = damages_;
  out.retired = retired_;
  return out;
}

}  // namespace fw::store
