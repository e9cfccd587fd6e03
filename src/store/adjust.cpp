#include "store/adjust.h"

#include <fmt/format.h>

#include "store/bookkeeper.h"
#include "store/journal.h"
#include "store/lock.h"

namespace fw::store {

Result<void> write_adjustments(const std::string& data_dir, std::span<const ledger::Adjustment> adjustments, const std::string& version) {
  if (adjustments.empty()) return {};
  auto lock = DirectoryLock::take(data_dir);
  if (!lock) return std::unexpected(lock.error());
  auto journal = Journal::open({.data_dir = data_dir, .segment_bytes = std::size_t{1} << 20, .version = version, .side_thread = false});
  if (!journal) return std::unexpected(journal.error());
  {
    // What former runs left is moved first: journals are read core by core, and an adjustment must not come before the
    // intent that it is about.
    auto keeper = Bookkeeper::open(**journal, {.thread = false});
    if (!keeper) return std::unexpected(keeper.error());
    if (const auto moved = (*keeper)->step(); !moved) return std::unexpected(moved.error());
  }
  auto& lane = (*journal)->lane(0);
  std::size_t written = 0;
  for (const auto& adjustment : adjustments) {
    auto done = lane.append(adjustment);
    if (!done) {
      (*journal)->round();  // makes the next segment
      done = lane.append(adjustment);
    }
    if (!done)
      return std::unexpected(Error{.code = Code::ledger_unavailable, .origin = Origin::operator_,
                                   .message = fmt::format("{}: {} of {} adjustments are written; {}", data_dir, written, adjustments.size(), done.error().words())});
    ++written;
  }
  if (!(*journal)->close())
    return std::unexpected(Error{.code = Code::ledger_unavailable, .origin = Origin::operator_,
                                 .message = fmt::format("{}: the adjustments are written, but could not be synced to the disk", data_dir)});
  return {};
}

}  // namespace fw::store
