#include "store/live_reader.h"

namespace fw::store {

LiveReader::LiveReader(const Journal& journal, std::uint32_t core, std::optional<Position> after)
    : journal_(journal), core_(core), segment_(after ? after->segment : journal.lane(core).first_segment()),
      after_(after ? after->sequence : 0) {}

Result<void> LiveReader::open_segment() {
  const auto path = journal_.segment_path(core_, segment_);
  auto file = journal_.disk().read(path);
  if (!file) return std::unexpected(disk_error(file.error(), path));
  auto reader = ledger::SegmentReader::open((*file)->bytes(), path);
  if (!reader) return std::unexpected(reader.error());
  file_ = std::move(*file);
  reader_.emplace(std::move(*reader));
  return {};
}

Result<const ledger::Record*> LiveReader::next() {
  for (;;) {
    const auto published = journal_.lane(core_).published();
    if (!reader_) {
      if (segment_ > published.segment) return nullptr;
      const auto opened = open_segment();
      if (!opened) return std::unexpected(opened.error());
    }
    const bool finished = segment_ < published.segment;
    while (const ledger::Record* r = finished ? reader_->next() : reader_->next(published.offset)) {
      if (r->sequence <= after_) continue;
      after_ = r->sequence;
      position_ = {core_, segment_, r->offset, r->sequence};
      return r;
    }
    if (!finished && reader_->end() == ledger::SegmentEnd::open) return nullptr;
    const auto words = reader_->words();
    reader_.reset();
    file_.reset();
    ++segment_;
    if (!words.empty()) return std::unexpected(Error{.code = Code::internal_error, .message = words});
  }
}

Position LiveReader::position() const { return position_; }

}  // namespace fw::store
