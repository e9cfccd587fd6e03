// Follows a lane of the running journal from another thread, for what moves records into other books.
#pragma once

#include <memory>
#include <optional>

#include "store/journal.h"

namespace fw::store {

class LiveReader {
 public:
  // Of this run's records those behind `after` (a position it gave); without one, from the first of this run. The
  // segment of `after` must still be there. What former runs left is Journal::recover()'s.
  LiveReader(const Journal& journal, std::uint32_t core, std::optional<Position> after = {});

  // The next record; null: none was published since. Lives until the next call. An error is a damaged or vanished
  // segment; calling again reads on behind the damage.
  Result<const ledger::Record*> next();
  // Of the record that next() gave.
  Position position() const;
  // Of the segment that the record stands in; only after next() gave one, and until it is called again.
  const ledger::SegmentReader& reader() const { return *reader_; }
  // What an id of the record stands for.
  std::string_view text(ledger::NameId id) const { return reader_ ? reader_->text(id) : std::string_view(); }
  // Segments below this one were read to their end.
  std::uint32_t segment() const { return segment_; }

 private:
  Result<void> open_segment();

  const Journal& journal_;
  std::uint32_t core_;
  std::uint32_t segment_;
  std::uint64_t after_ = 0;  // records up to this sequence were given before
  std::unique_ptr<FileBytes> file_;
  std::optional<ledger::SegmentReader> reader_;
  Position position_;
};

}  // namespace fw::store
