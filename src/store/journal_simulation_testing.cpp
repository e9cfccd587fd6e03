#include "store/journal_simulation_testing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "base/crc32c.h"
#include "store/journal.h"
#include "store/simulated_disk_testing.h"

namespace fw::store {
namespace {

using ledger::Record;

constexpr std::uint32_t kOfTheLane = 0;  // namings and marks are not ours to compare

// What was written: of each run and core the sum over each record's bytes, by sequence.
struct Written {
  RunId run{};
  std::uint32_t core = 0;
  std::vector<std::uint32_t> sums{kOfTheLane};  // [sequence]; 0 is none
  std::uint64_t safe = 0;  // acknowledged as synced; or all of it, where only the process died
  std::vector<bool> seen;
};

std::uint32_t sum_of(const ledger::Body& body) {
  return std::visit(
      [](const auto& r) -> std::uint32_t {
        using R = std::decay_t<decltype(r)>;
        if constexpr (std::is_same_v<R, ledger::Naming> || std::is_same_v<R, ledger::Mark>) return kOfTheLane;
        static thread_local std::vector<std::byte> space;
        space.resize(ledger::size_bound(r));
        return crc32c(std::span(space).first(ledger::encode(r, {1, 1}, space))) | 1;
      },
      body);
}

std::vector<std::string> words_of(const Reading& reading) {
  std::vector<std::string> out;
  for (const auto& s : reading.segments)
    out.push_back(fmt::format("{} {} {}-{} at {} {}", s.path, ledger::name(s.end), s.first_sequence, s.last_sequence, s.offset, s.words));
  return out;
}

// A world: the disk, what was written to it in all runs, and the run that lives.
class World {
 public:
  explicit World(std::uint64_t seed) : dice_(seed), random_(seed + 1), disk_(std::make_unique<SimulatedDisk>(seed + 2)) {}

  Lived live() {
    const auto runs = 1 + dice_.below(3);
    for (std::uint64_t run = 0; run < runs && out_.wrong.empty(); ++run) {
      if (!begin()) break;
      const auto steps = 5 + dice_.below(80);
      for (std::uint64_t i = 0; i < steps; ++i) step();
      die();
      if (out_.wrong.empty()) compare();
      if (flipped_) break;  // a broken disk is not gone on with
      if (dice_.one_in(3)) retire_all();
    }
    return out_;
  }

 private:
  bool begin() {
    disk_->create_fails = dice_.one_in(4) ? 300 : 0;
    disk_->sync_fails = dice_.one_in(4) ? 300 : 0;
    JournalOptions options{.data_dir = "d", .cores = 1 + dice_.below(2), .segment_bytes = ledger::kSegmentBytesMin, .retry_ms = 1};
    options.disk = disk_.get();
    options.side_thread = false;
    auto opened = Journal::open(options);
    if (!opened) return false;  // the disk failed right away, and was told
    journal_ = std::move(*opened);
    first_ = written_.size();
    for (std::uint32_t core = 0; core < journal_->cores(); ++core) written_.push_back({journal_->run(), core, {kOfTheLane}, 0, {}});
    return true;
  }

  void step() {
    disk_->now_ns += static_cast<std::int64_t>(dice_.below(2'000'000));
    if (dice_.one_in(6)) return journal_->round();
    const auto core = static_cast<std::uint32_t>(dice_.below(journal_->cores()));
    auto& lane = journal_->lane(core);
    switch (dice_.below(8)) {
      case 0: case 1: case 2: {
        auto r = random_.intent();
        const auto id = fmt::format("{}-{}-{}", written_.size(), core, ++attempts_);
        r.attempt_id = id;
        r.tenant = lane.name(ledger::NameTable::tenant, fmt::format("t{}", dice_.below(5)));
        for (auto* n : {&r.key, &r.model, &r.deployment, &r.provider, &r.cloud, &r.scope, &r.price_row}) *n = ledger::NameId::none;
        add(core, r);
        if (dice_.one_in(8)) open_.push_back({core, id});
        else settle(core, id);
        return;
      }
      case 3: case 4: return settle_some(core);
      case 5: return add(core, ledger::Facts{random_.text(32), random_.text(4000)});
      case 6: {
        auto r = random_.exchange();
        for (auto* n : {&r.tenant, &r.key, &r.model, &r.policy, &r.deployment}) *n = ledger::NameId::none;
        return add(core, r);
      }
      default: {
        auto r = random_.adjustment();
        return add(core, r);
      }
    }
  }

  void settle(std::uint32_t core, const std::string& id) {
    auto r = random_.settlement();
    r.attempt_id = id;
    r.price_row = journal_->lane(core).name(ledger::NameTable::price_row, "row");
    add(core, r);
  }

  void settle_some(std::uint32_t core) {
    const auto it = std::ranges::find_if(open_, [&](const auto& o) { return o.first == core; });
    if (it == open_.end()) return;
    settle(core, it->second);
    open_.erase(it);
  }

  template <class R>
  void add(std::uint32_t core, const R& record) {
    const auto position = journal_->lane(core).append(record);
    if (!position) return;
    auto& sums = written_[first_ + core].sums;
    if (position->sequence < sums.size()) return fail("a sequence was given out twice");
    sums.resize(position->sequence + 1, kOfTheLane);
    sums[position->sequence] = sum_of(ledger::Body(record));
    ++out_.appended;
  }

  // The process ends, with or without the machine.
  void die() {
    const bool power = dice_.one_in(2);
    for (std::uint32_t core = 0; core < journal_->cores(); ++core) {
      auto& w = written_[first_ + core];
      const auto& lane = journal_->lane(core);
      if (lane.synced() > lane.written()) fail("synced more than was written");
      w.sums.resize(std::max<std::size_t>(w.sums.size(), lane.written() + 1), kOfTheLane);
      w.safe = power ? lane.synced() : lane.written();
    }
    for (std::uint32_t core = 0; core < journal_->cores(); ++core)
      if (dice_.one_in(2)) leave_half_a_record(core);
    auto left = power ? disk_->after_power_cut(dice_.next()) : disk_->after_kill(dice_.next());
    ++(power ? out_.power_cuts : out_.kills);
    journal_.reset();  // what it still writes goes to the disk that is thrown away
    disk_ = std::move(left);
    open_.clear();
    flipped_ = dice_.one_in(4) && flip();
  }

  // As if the core had been stopped in the middle of a copy: the header's first word comes last.
  void leave_half_a_record(std::uint32_t core) {
    const auto published = journal_->lane(core).published();
    auto* bytes = disk_->file(journal_->segment_path(core, published.segment));
    const auto header = ledger::read_segment_header(*bytes, "");
    const auto record = ledger::encoded(random_.settlement(), {journal_->lane(core).written() + 1, header->salt()});
    const auto upto = 4 + dice_.below(record.size() - 4);
    if (published.offset + record.size() > bytes->size()) return;
    std::copy(record.begin() + 4, record.begin() + static_cast<std::ptrdiff_t>(upto), bytes->begin() + published.offset + 4);
  }

  bool flip() {
    const auto paths = disk_->paths();
    if (paths.empty()) return false;
    for (std::uint64_t i = 0; i <= dice_.below(3); ++i) {
      auto& bytes = *disk_->file(paths[dice_.below(paths.size())]);
      bytes[dice_.below(bytes.size())] ^= static_cast<std::byte>(1U << dice_.below(8));
      ++out_.flips;
    }
    return true;
  }

  Written* of(const RunId& run, std::uint32_t core) {
    for (auto& w : written_)
      if (w.run == run && w.core == core) return &w;
    return nullptr;
  }

  // Everything that is read was written; everything safe is read, or its loss is told; the totals are those of what is read.
  void compare() {
    for (auto& w : written_) w.seen.assign(w.sums.size(), false);
    Money total;
    std::set<std::string> open;
    std::set<std::string> adjusted;
    const Visit visit = [&](const Position& p, const Record& r, const ledger::SegmentReader& reader) {
      ++out_.read;
      see(p, r, reader);
      if (const auto* i = std::get_if<ledger::Intent>(&r.body); i && !adjusted.contains(std::string(i->attempt_id))) open.emplace(i->attempt_id);
      if (const auto* s = std::get_if<ledger::Settlement>(&r.body)) {
        open.erase(std::string(s->attempt_id));
        total += s->cost.value_or(Money());
      }
      if (const auto* a = std::get_if<ledger::Adjustment>(&r.body)) {
        open.erase(std::string(a->attempt_id));
        adjusted.emplace(a->attempt_id);
      }
    };
    const auto reading = read_directory("d", {.disk = disk_.get(), .visit = visit});
    if (!reading) return fail(reading.error().message);
    const bool told = !reading->problems.empty() ||
                      std::ranges::any_of(reading->segments, [](const auto& s) { return s.end != ledger::SegmentEnd::clean; });
    for (const auto& w : written_) {
      for (std::uint64_t n = 1; n < w.sums.size(); ++n) {
        if (w.seen[n] || retired_.contains(w.run)) continue;
        if (n > w.safe) ++out_.lost;
        else if (!flipped_) return fail(fmt::format("record {} of core {} was acknowledged (up to {} of {}) and is not there; {}", n, w.core, w.safe,
                                                   w.sums.size() - 1, fmt::join(words_of(*reading), "; ")));
        else if (!told) return fail(fmt::format("record {} of core {} is missing and nothing says so", n, w.core));
      }
    }
    std::set<std::string> found;
    for (const auto& o : reading->open) found.insert(o.attempt_id);
    if (found != open) fail("the open intents are not those that are open");
  }

  void see(const Position& p, const Record& r, const ledger::SegmentReader& reader) {
    auto* w = of(reader.header().run, p.core);
    if (!w || r.sequence >= w->sums.size()) return fail(fmt::format("record {} of core {} was never written", r.sequence, p.core));
    if (w->seen[r.sequence]) return fail(fmt::format("record {} was read twice", r.sequence));
    w->seen[r.sequence] = true;
    if (w->sums[r.sequence] != sum_of(r.body)) return fail(fmt::format("record {} reads otherwise than it was written", r.sequence));
    if (const auto* i = std::get_if<ledger::Intent>(&r.body)) {
      const auto text = reader.text(i->tenant);  // of a naming that was lost it is empty
      if (!text.empty() && text[0] != 't') fail("a name stands for another");
      if (text.empty() && !flipped_ && r.sequence <= w->safe) fail("a name is missing");
    }
  }

  void retire_all() {
    for (const auto& w : written_) retired_.insert(w.run);
    for (const auto& path : disk_->paths()) (void)disk_->remove(path);
  }

  void fail(std::string what) {
    if (out_.wrong.empty()) out_.wrong = std::move(what);
  }

  ledger::Dice dice_;
  ledger::RandomRecords random_;
  std::unique_ptr<SimulatedDisk> disk_;
  std::unique_ptr<Journal> journal_;
  std::vector<Written> written_;
  std::size_t first_ = 0;  // of the run that lives
  std::vector<std::pair<std::uint32_t, std::string>> open_;
  std::set<RunId> retired_;
  std::uint64_t attempts_ = 0;
  bool flipped_ = false;
  Lived out_;
};

}  // namespace

Lived live(std::uint64_t seed) { return World(seed).live(); }

}  // namespace fw::store
