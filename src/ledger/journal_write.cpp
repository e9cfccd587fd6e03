#include <algorithm>
#include <cassert>
#include <cstring>

#include "base/crc32c.h"
#include "base/varint.h"
#include "ledger/journal.h"
#include "ledger/journal_fields.h"

namespace fw::ledger {
namespace {

// The request's id is most often the attempt's beginning: then only the attempt's is written.
bool begins(std::string_view attempt, std::string_view request) {
  return !request.empty() && request.size() <= attempt.size() && attempt.size() <= kIdMax && attempt.starts_with(request);
}

// The most each field can take. Folds into a constant but for the texts.
struct Bound {
  std::size_t size = 0;
  static bool since(std::uint8_t) { return true; }
  void id_pair(std::string_view attempt, std::string_view request) {
    text(attempt, kIdMax);
    size += 2;
    text(request, kIdMax);
  }
  void text(std::string_view t, std::size_t limit) { size += 5 + std::min(t.size(), limit); }
  void fixed(std::int64_t) { size += 8; }
  void number(std::int64_t) { size += 10; }
  void count(std::uint32_t) { size += 5; }
  template <class E>
  void code(E, E) { size += 1; }
  void flag(bool) { size += 1; }
  void name(NameId) { size += 5; }
  void money(Money) { size += 19; }
  void amount(const std::optional<Money>&) { size += 20; }
  void usage(const dialect::Usage&) { size += 2 + 10 * kBuckets; }
  void maybe_usage(const std::optional<dialect::Usage>&) { size += 3 + 10 * kBuckets; }
};

class Writer {
 public:
  explicit Writer(std::byte* at) : at_(at) {}
  std::byte* at() const { return at_; }
  static bool since(std::uint8_t) { return true; }

  void id_pair(std::string_view attempt, std::string_view request) {
    text(attempt, kIdMax);
    const bool shared = begins(attempt, request);
    varint(shared ? request.size() : 0);
    if (!shared) text(request, kIdMax);
  }
  void text(std::string_view t, std::size_t limit) {
    const auto n = std::min(t.size(), limit);
    varint(n);
    if (n != 0) std::memcpy(at_, t.data(), n);
    at_ += n;
  }
  void fixed(std::int64_t value) { put(value); }
  void number(std::int64_t value) { varint(zigzag(value)); }
  void count(std::uint32_t value) { varint(value); }
  template <class E>
  void code(E value, E) { *at_++ = static_cast<std::byte>(value); }
  void flag(bool value) { *at_++ = static_cast<std::byte>(value ? 1 : 0); }
  void name(NameId id) { varint(static_cast<std::uint32_t>(id)); }
  void money(Money m) {
    using U = unsigned __int128;
    U left = static_cast<U>(m.units()) << 1 ^ static_cast<U>(m.units() >> 127);
    for (; left >> 64 != 0; left >>= 7) *at_++ = static_cast<std::byte>(static_cast<unsigned>(left & 0x7f) | 0x80);
    varint(static_cast<std::uint64_t>(left));
  }
  void amount(const std::optional<Money>& m) {
    flag(m.has_value());
    if (m) money(*m);
  }
  void usage(const dialect::Usage& u) {
    std::byte* const mask_at = at_;
    at_ += 2;
    unsigned mask = (u.reported ? 1U << 15 : 0) | (u.inconsistent ? 1U << 14 : 0);
    unsigned bit = 1;
    each_bucket(u, [&](std::int64_t tokens) {
      if (tokens != 0) {
        mask |= bit;
        number(tokens);
      }
      bit <<= 1;
    });
    const auto word = static_cast<std::uint16_t>(mask);
    std::memcpy(mask_at, &word, 2);
  }
  void maybe_usage(const std::optional<dialect::Usage>& u) {
    flag(u.has_value());
    if (u) usage(*u);
  }

  template <class T>
  void put(T value) {  // little-endian, as every machine this runs on
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }

 private:
  void varint(std::uint64_t value) { at_ = put_varint(at_, value); }

  std::byte* at_;
};

}  // namespace

template <class R>
std::size_t size_bound(const R& record) {
  Bound bound;
  fields(bound, record);
  return padded(kRecordHeaderBytes + bound.size);
}

template <class R>
std::size_t encode(const R& record, Stamp stamp, std::span<std::byte> out) {
  Writer w(out.data() + 8);
  w.put(stamp.sequence);
  w.put(kKind<R>);
  w.put(kVersion<R>);
  w.put(kFlags<R>);
  fields(w, record);
  const auto length = static_cast<std::uint32_t>(w.at() - out.data());
  const std::size_t size = padded(length);
  assert(size <= out.size());
  std::memset(w.at(), 0, size - length);
  std::memcpy(out.data() + 4, &length, 4);
  const std::uint32_t crc = crc32c(out.subspan(4, size - 4), stamp.salt);
  std::memcpy(out.data(), &crc, 4);
  return size;
}

template std::size_t size_bound(const Naming&);
template std::size_t size_bound(const Intent&);
template std::size_t size_bound(const Settlement&);
template std::size_t size_bound(const ExchangeEnd&);
template std::size_t size_bound(const Adjustment&);
template std::size_t size_bound(const BudgetMove&);
template std::size_t size_bound(const Facts&);
template std::size_t size_bound(const Mark&);
template std::size_t encode(const Naming&, Stamp, std::span<std::byte>);
template std::size_t encode(const Intent&, Stamp, std::span<std::byte>);
template std::size_t encode(const Settlement&, Stamp, std::span<std::byte>);
template std::size_t encode(const ExchangeEnd&, Stamp, std::span<std::byte>);
template std::size_t encode(const Adjustment&, Stamp, std::span<std::byte>);
template std::size_t encode(const BudgetMove&, Stamp, std::span<std::byte>);
template std::size_t encode(const Facts&, Stamp, std::span<std::byte>);
template std::size_t encode(const Mark&, Stamp, std::span<std::byte>);

// magic 8, version 4, crc 4 (of what follows), run 16, core 4, number 4, bytes 4, zero 4, created 8
void write_segment_header(const SegmentHeader& header, std::span<std::byte, kHeaderPageBytes> page) {
  std::ranges::fill(page, std::byte{0});
  Writer w(page.data() + 16);
  w.put(header.run);
  w.put(header.core);
  w.put(header.number);
  w.put(header.bytes);
  w.put(std::uint32_t{0});
  w.put(header.created.ns);
  std::memcpy(page.data(), kMagic.data(), 8);
  std::memcpy(page.data() + 8, &kFormatVersion, 4);
  const std::uint32_t crc = crc32c(page.subspan(16, kHeaderBytes - 16), kFormatVersion);
  std::memcpy(page.data() + 12, &crc, 4);
  std::memcpy(page.data() + kHeaderCopyOffset, page.data(), kHeaderBytes);
}

std::uint32_t SegmentHeader::salt() const {
  std::array<std::byte, 24> all;
  Writer w(all.data());
  w.put(run);
  w.put(core);
  w.put(number);
  return crc32c(all);
}

// magic 8, crc 4 (of what follows), end 4, last sequence 8
void write_seal(const Seal& seal, const SegmentHeader& header, std::span<std::byte, kSealBytes> out) {
  Writer w(out.data() + 12);
  w.put(seal.end);
  w.put(seal.last_sequence);
  std::memcpy(out.data(), kSealMagic.data(), 8);
  const std::uint32_t crc = crc32c(out.subspan(12), header.salt());
  std::memcpy(out.data() + 8, &crc, 4);
}

}  // namespace fw::ledger
