// The journal's reader over any bytes: no crash, and no record that was not written. Then records made from
// the input: read back as they were written, and a flipped bit is seen.
#include <cstdlib>
#include <cstring>

#include "base/crc32c.h"
#include "ledger/journal_testing.h"

namespace {

using namespace fw::ledger;

void must(bool holds) {
  if (!holds) std::abort();
}

// The input as the records' bytes of a segment, with checksums made right where a length allows, so that the
// bodies are reached.
std::vector<std::byte> segment_of(std::span<const std::byte> in, bool sums) {
  WrittenSegment s(kHeaderPageBytes + (in.size() + 7) / 8 * 8);
  if (!in.empty()) std::memcpy(s.bytes.data() + kHeaderPageBytes, in.data(), in.size());
  std::uint64_t sequence = 1;
  for (std::size_t at = kHeaderPageBytes; sums && at + kRecordHeaderBytes <= s.bytes.size();) {
    std::uint32_t length = 0;
    std::memcpy(&length, s.bytes.data() + at + 4, 4);
    length = kRecordHeaderBytes + length % 512;
    const std::size_t size = (length + 7) / 8 * 8;
    if (size > s.bytes.size() - at) break;
    std::memcpy(s.bytes.data() + at + 4, &length, 4);
    std::memcpy(s.bytes.data() + at + 8, &sequence, 8);
    const auto crc = fw::crc32c(std::span(s.bytes).subspan(at + 4, size - 4), s.header.salt());
    std::memcpy(s.bytes.data() + at, &crc, 4);
    at += size;
    ++sequence;
  }
  return s.bytes;
}

void read_anything(std::span<const std::byte> bytes) {
  auto reader = SegmentReader::open(bytes, "fuzz");
  if (!reader) return;
  std::uint64_t last = 0;
  int read = 0;
  while (const Record* r = reader->next()) {
    must(r->sequence > last && (last == 0 || r->after_gap || r->sequence == last + 1));
    last = r->sequence;
    if (++read > 4) continue;
    // What was read can be written, and reads the same.
    const Stamp stamp{r->sequence, reader->header().salt()};
    WrittenSegment again(kHeaderPageBytes + 8192, 1, r->sequence);
    if (!again.add(r->body)) continue;
    auto second = again.reader();
    const Record* same = second.next();
    must(same && encoded(same->body, stamp) == encoded(r->body, stamp));
  }
  must(reader->end() != SegmentEnd::open);
  must((reader->end() == SegmentEnd::clean) == reader->words().empty());
}

void write_and_break(std::uint64_t seed) {
  RandomRecords random(seed);
  WrittenSegment s(kHeaderPageBytes + 8192);
  std::uint64_t count = 0;
  while (count < 3 && s.add(random.body())) ++count;
  auto whole = s.reader();
  std::uint64_t n = 0;
  while (whole.next()) ++n;
  must(n == count && whole.end() == SegmentEnd::clean);
  const auto bit = kHeaderPageBytes * 8 + random.dice.below((s.bytes.size() - kHeaderPageBytes) * 8);
  s.bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
  auto broken = s.reader();
  while (broken.next()) {}
  must(broken.end() != SegmentEnd::clean);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const auto in = std::as_bytes(std::span(bytes, size));
  read_anything(in);
  read_anything(segment_of(in, false));
  read_anything(segment_of(in, true));
  if (size >= 8) {
    std::uint64_t seed;
    std::memcpy(&seed, bytes, 8);
    write_and_break(seed);
  }
  return 0;
}
