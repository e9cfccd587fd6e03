#include "store/journal.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "store/lane.h"

namespace fw::store {
namespace {

constexpr std::size_t kCoresMax = 1000;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kTouchAhead = 512 * 1024;  // what a core writes in 50 ms at 20,000 attempts a second, twice over

constexpr std::array<std::string_view, 6> kTroubles{"none", "disk_full", "read_only", "io_error", "slow", "too_large"};

Trouble trouble_of(int error) {
  switch (error) {
    case 0: return Trouble::none;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return Trouble::disk_full;
    case EROFS:
    case EACCES:
    case EPERM: return Trouble::read_only;
    default: return Trouble::io_error;
  }
}

Error wrong(std::string message) {
  return {.code = Code::internal_error, .origin = Origin::operator_, .message = std::move(message)};
}

std::string_view advice(Trouble trouble) {
  switch (trouble) {
    case Trouble::none: return "";
    case Trouble::disk_full: return "; make room on the disk of data_dir, it goes on by itself";
    case Trouble::read_only: return "; make data_dir writable, it goes on by itself";
    case Trouble::io_error: return "; look at the disk of data_dir and the kernel's log";
    case Trouble::slow: return "; the disk of data_dir is too slow, or stuck";
    case Trouble::too_large: return "; a record must fit into one segment";
  }
  return "";
}

}  // namespace

std::string_view name(Trouble trouble) { return kTroubles[static_cast<std::size_t>(trouble)]; }

std::string Refusal::words() const {
  if (trouble == Trouble::none) return {};
  return fmt::format("the journal took no record: {}{}{}", name(trouble),
                     error != 0 ? fmt::format(" ({})", std::strerror(error)) : "", advice(trouble));
}

std::string Condition::words() const {
  if (ok()) return {};
  return fmt::format("the journal of core {}: {} ({}{}){}", core, name(trouble), store::name(step),
                     error != 0 ? fmt::format(": {}", std::strerror(error)) : "", advice(trouble));
}

struct Journal::Thread {
  int wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::atomic<bool> signalled{false};
  std::atomic<bool> stop{false};
  std::thread thread;
  ~Thread() {
    if (wake_fd >= 0) ::close(wake_fd);
  }
};

Journal::Journal(JournalOptions options) : options_(std::move(options)), thread_(std::make_unique<Thread>()) {
  if (!options_.disk) options_.disk = &real_disk();
}

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options) {
  if (options.cores < 1 || options.cores > kCoresMax)
    return std::unexpected(wrong(fmt::format("a journal for {} cores; expected 1 to {}", options.cores, kCoresMax)));
  if (options.segment_bytes < ledger::kSegmentBytesMin || options.segment_bytes > ledger::kSegmentBytesMax ||
      options.segment_bytes % kPage != 0)
    return std::unexpected(
        wrong(fmt::format("segments of {} bytes; expected {} to {}, a multiple of {}", options.segment_bytes,
                          ledger::kSegmentBytesMin, ledger::kSegmentBytesMax, kPage)));
  std::unique_ptr<Journal> journal(new Journal(std::move(options)));
  auto prepared = journal->prepare();
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  return journal;
}

Result<void> Journal::prepare() {
  if (thread_->wake_fd < 0) return std::unexpected(disk_error({Step::make_file, errno}, "eventfd"));
  if (::getrandom(run_.data(), run_.size(), 0) != static_cast<ssize_t>(run_.size()))
    return std::unexpected(wrong("no random bytes from the kernel"));
  const auto former = list_segments(disk(), options_.data_dir);
  if (!former) return std::unexpected(disk_error(former.error(), options_.data_dir + "/journal"));
  std::uint32_t first = 1;
  for (const auto& segment : *former) {
    first = std::max(first, segment.number + 1);
    // A process that was killed left pages that only the kernel has. What is read of them now must not be lost later.
    if (const auto kept = disk().make_durable(segment.path); !kept)
      return std::unexpected(disk_error(kept.error(), segment.path));
  }
  for (std::uint32_t core = 0; core < options_.cores; ++core) {
    const auto folder = core_folder(options_.data_dir, core);
    if (const auto made = disk().make_folder(folder); !made) return std::unexpected(disk_error(made.error(), folder));
    for (const auto& file : disk().list(folder).value_or(std::vector<std::string>()))
      if (file.ends_with(".new")) (void)disk().remove(folder + "/" + file);  // a former run did not get to its end
    auto& lane = *lanes_.emplace_back(std::make_unique<Lane>(*this, core));
    lane.first_segment_ = lane.side_->next_number = first;
    lane.oldest_open_ = first;
    if (const auto made = make_segment(lane); !made)
      return std::unexpected(disk_error(made.error(), segment_path(core, first)));
    begin(lane);
    if (!sync(lane)) return std::unexpected(disk_error(lane.side_->syncing, segment_path(core, first)));
  }
  for (auto& lane : lanes_) keep_ready(*lane);
  if (options_.side_thread) thread_->thread = std::thread([this] { run_side(); });
  return {};
}

void Journal::begin(Lane& lane) {
  lane.enter(lane.ready_.exchange(nullptr, std::memory_order_acq_rel));
  lane.publish();
  (void)lane.append(ledger::Mark{ledger::MarkKind::run_started, disk().wall(), options_.version});
}

Journal::~Journal() { close(); }

bool Journal::close() {
  if (closed_) return true;
  closed_ = true;
  if (thread_->thread.joinable()) {
    thread_->stop = true;
    wake();
    thread_->thread.join();
  }
  bool all = true;
  for (auto& lane : lanes_) {
    if (!lane->current_) {  // open() failed: nothing was begun here
      for (const auto& segment : lane->side_->live) (void)disk().remove(segment_path(lane->core_, segment->number));
      continue;
    }
    (void)lane->append(ledger::Mark{ledger::MarkKind::clean_shutdown, disk().wall(), {}});
    all = sync(*lane) && all;
    if (const Lane::Segment* unused = lane->ready_.exchange(nullptr))
      (void)disk().remove(segment_path(lane->core_, unused->number));
  }
  return all;
}

std::string Journal::segment_path(std::uint32_t core, std::uint32_t segment) const {
  return store::segment_path(options_.data_dir, core, segment);
}

void Journal::wake() {
  if (thread_->signalled.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  (void)!::write(thread_->wake_fd, &one, sizeof one);
}

void Journal::run_side() {
  while (!thread_->stop) {
    pollfd ready{thread_->wake_fd, POLLIN, 0};
    (void)::poll(&ready, 1, static_cast<int>(options_.sync_ms));
    std::uint64_t count = 0;
    (void)!::read(thread_->wake_fd, &count, sizeof count);
    thread_->signalled.store(false, std::memory_order_release);
    if (!thread_->stop) round();
  }
}

void Journal::round() {
  for (auto& lane : lanes_) serve(*lane);
}

void Journal::serve(Lane& lane) {
  auto& side = *lane.side_;
  if (disk().mono() >= side.sync_at) (void)sync(lane);
  keep_ready(lane);
  // What was asked before what was reached, so that no wait falls in between.
  const auto waits = lane.waits_.load(std::memory_order_acquire);
  const auto wanted = lane.wanted_.load(std::memory_order_acquire);
  const auto synced = std::min(lane.synced(), wanted);
  const bool reached = synced > side.answered;
  const bool failing = lane.sync_failing() && waits != side.told_failing;
  if (reached) side.answered = synced;
  if (failing) side.told_failing = waits;
  if ((reached || failing) && lane.wake_) lane.wake_();
}

// The pages of an older segment first, so that what is synced is always a beginning.
bool Journal::sync(Lane& lane) {
  auto& side = *lane.side_;
  const auto sequence = lane.written();  // before published(), which is then at least as far
  const auto published = lane.published();
  DiskResult<void> done;
  while (done && side.live.front()->number < published.segment) {
    auto& segment = *side.live.front();
    done = sync_segment(segment, segment.end.load(std::memory_order_acquire));
    if (!done) break;
    const auto page = segment.file->bytes().first<ledger::kHeaderPageBytes>();
    ledger::write_seal({segment.synced, segment.last_sequence}, segment.header,
                       page.subspan<ledger::kSealOffset, ledger::kSealBytes>());
    int error = segment.seal_again ? segment.file->write_again(0, page.size()) : 0;
    if (error == 0) error = segment.file->sync(0, page.size());
    segment.seal_again = error != 0;
    if (error != 0) {
      done = std::unexpected(Fault{Step::sync, error});
      break;
    }
    lane.oldest_open_.store(segment.number + 1, std::memory_order_release);
    side.live.pop_front();
  }
  if (done) done = sync_segment(*side.live.front(), published.offset);
  if (!done) {
    side.syncing = done.error();
    side.sync_at = disk().mono().plus_ms(options_.retry_ms);
    sync_failures_.fetch_add(1, std::memory_order_relaxed);
    lane.sync_failing_.store(true, std::memory_order_release);
    tell_trouble(lane);
    return false;
  }
  lane.synced_.store(sequence, std::memory_order_release);
  if (side.syncing.error != 0) {
    side.syncing = {};
    lane.sync_failing_.store(false, std::memory_order_release);
    tell_trouble(lane);
  }
  return true;
}

DiskResult<void> Journal::sync_segment(Lane::Segment& segment, std::uint32_t to) {
  if (to == segment.synced) return {};
  auto& file = *segment.file;
  const auto began = disk().mono();
  sync_began_ns_.store(began.ns, std::memory_order_release);
  int error = segment.again ? file.write_again(segment.synced, to) : 0;
  if (error == 0) error = file.sync(segment.synced, to);
  const auto took_us = (disk().mono().ns - began.ns) / 1000;
  sync_began_ns_.store(0, std::memory_order_release);
  last_sync_us_.store(took_us, std::memory_order_relaxed);
  slowest_sync_us_.store(std::max(slowest_sync_us_.load(std::memory_order_relaxed), took_us),
                         std::memory_order_relaxed);
  segment.again = error != 0;
  if (error != 0) return std::unexpected(Fault{Step::sync, error});
  syncs_.fetch_add(1, std::memory_order_relaxed);
  file.leave(segment.synced, to);
  segment.synced = to;
  // The sync took the right to write from the pages; the core shall not have to ask for it again.
  file.touch(to, to + kTouchAhead);
  return {};
}

void Journal::keep_ready(Lane& lane) {
  auto& side = *lane.side_;
  if (lane.ready_.load(std::memory_order_acquire) || disk().mono() < side.make_at) return;
  const auto made = make_segment(lane);
  if (!made) {
    make_failures_.fetch_add(1, std::memory_order_relaxed);
    side.make_at = disk().mono().plus_ms(options_.retry_ms);
  }
  const bool changed = (made ? Fault{} : made.error()) != side.making;
  side.making = made ? Fault{} : made.error();
  if (changed) tell_trouble(lane);
}

DiskResult<void> Journal::make_segment(Lane& lane) {
  auto& side = *lane.side_;
  auto segment = std::make_unique<Lane::Segment>();
  segment->number = side.next_number;
  segment->header = {run_, lane.core_, segment->number, static_cast<std::uint32_t>(options_.segment_bytes),
                     disk().wall()};
  std::array<std::byte, ledger::kHeaderPageBytes> page;
  ledger::write_segment_header(segment->header, page);
  auto file = disk().create(segment_path(lane.core_, segment->number), options_.segment_bytes, page);
  if (!file) return std::unexpected(file.error());
  segment->file = std::move(*file);
  segment->file->touch(ledger::kHeaderPageBytes, ledger::kHeaderPageBytes + kTouchAhead);
  ++side.next_number;
  segments_.fetch_add(1, std::memory_order_relaxed);
  side.live.push_back(std::move(segment));
  lane.ready_.store(side.live.back().get(), std::memory_order_release);
  return {};
}

void Journal::tell_trouble(Lane& lane) {
  const auto& fault = lane.side_->syncing.error != 0 ? lane.side_->syncing : lane.side_->making;
  const auto trouble = trouble_of(fault.error);
  if (trouble != Trouble::none && lane.trouble_.load(std::memory_order_relaxed) == 0)
    lane.since_ns_.store(disk().wall().ns, std::memory_order_relaxed);
  const auto packed = static_cast<std::uint64_t>(static_cast<std::uint32_t>(fault.error)) << 32 |
                      static_cast<std::uint64_t>(fault.step) << 8 | static_cast<std::uint64_t>(trouble);
  lane.trouble_.store(packed, std::memory_order_release);
}

Condition Journal::condition() const {
  Condition out;
  for (const auto& lane : lanes_) {
    out.refused += lane->refused_.load(std::memory_order_relaxed);
    const auto packed = lane->trouble_.load(std::memory_order_acquire);
    if (packed == 0 || !out.ok()) continue;
    out.trouble = static_cast<Trouble>(packed & 0xff);
    out.step = static_cast<Step>(packed >> 8 & 0xff);
    out.error = static_cast<int>(packed >> 32);
    out.core = lane->core_;
    out.since.ns = lane->since_ns_.load(std::memory_order_relaxed);
  }
  const auto began = sync_began_ns_.load(std::memory_order_acquire);
  const auto running_ms = began == 0 ? 0 : disk().mono().ms_since({began});
  if (out.ok() && running_ms >= options_.slow_ms) {
    out.trouble = Trouble::slow;
    out.step = Step::sync;
    out.since.ns = disk().wall().ns - running_ms * 1'000'000;
  }
  return out;
}

JournalCounts Journal::counts() const {
  JournalCounts out;
  for (const auto& lane : lanes_) {
    const auto synced = lane->synced();
    const auto written = lane->written();  // after synced, so never less
    out.appended += written;
    out.unsynced += written - synced;
    out.appended_bytes += lane->appended_bytes_.load(std::memory_order_relaxed);
    out.refused += lane->refused_.load(std::memory_order_relaxed);
  }
  out.syncs = syncs_.load(std::memory_order_relaxed);
  out.sync_failures = sync_failures_.load(std::memory_order_relaxed);
  out.make_failures = make_failures_.load(std::memory_order_relaxed);
  out.segments = segments_.load(std::memory_order_relaxed);
  out.retired = retired_.load(std::memory_order_relaxed);
  out.last_sync_us = last_sync_us_.load(std::memory_order_relaxed);
  out.slowest_sync_us = slowest_sync_us_.load(std::memory_order_relaxed);
  return out;
}

Result<Reading> Journal::recover(const Visit& visit) const {
  ReadOptions options{.disk = options_.disk, .visit = visit};
  for (const auto& lane : lanes_) options.before.push_back(lane->first_segment_);
  return read_directory(options_.data_dir, options);
}

Result<void> Journal::retire(std::uint32_t core, std::uint32_t segment) {
  const auto path = segment_path(core, segment);
  if (core < lanes_.size() && segment >= lanes_[core]->oldest_open())
    return std::unexpected(wrong(fmt::format("{}: is still written to; only finished segments can be retired", path)));
  if (const auto removed = disk().remove(path); !removed) return std::unexpected(disk_error(removed.error(), path));
  retired_.fetch_add(1, std::memory_order_relaxed);
  return {};
}

}  // namespace fw::store
