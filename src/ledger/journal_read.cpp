#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/crc32c.h"
#include "base/varint.h"
#include "ledger/journal.h"
#include "ledger/journal_fields.h"

namespace fw::ledger {
namespace {

constexpr std::array<std::string_view, kNameTables> kTables{"tenant",    "key",    "model",  "deployment",
                                                            "provider",  "cloud",  "scope",  "price_row",
                                                            "budget",    "policy", "error"};
constexpr std::array<std::string_view, 5> kEnds{"open", "clean", "torn", "damaged", "refused"};

template <class T>
T load(std::span<const std::byte> bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool only_zeros(std::span<const std::byte> bytes) {
  return bytes.empty() || (bytes[0] == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

class Parser {
 public:
  Parser(std::span<const std::byte> body, std::uint8_t version) : at_(body.data()), end_(at_ + body.size()), version_(version) {}
  bool ok() const { return ok_; }
  bool since(std::uint8_t version) const { return version_ >= version; }

  void id_pair(std::string_view& attempt, std::string_view& request) {
    text(attempt, kIdMax);
    const auto shared = varint();
    if (shared > attempt.size()) return fail();
    if (shared != 0) request = attempt.substr(0, shared);
    else text(request, kIdMax);
  }
  void text(std::string_view& t, std::size_t limit) {
    const auto n = varint();
    if (n > limit || n > left()) return fail();
    t = {reinterpret_cast<const char*>(at_), n};
    at_ += n;
  }
  void fixed(std::int64_t& value) { get(value); }
  template <class T>
  void number(T& value) {
    const auto n = varint();
    const auto wide = unzigzag(n);
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) return fail();
    value = static_cast<T>(wide);
  }
  void count(std::uint32_t& value) {
    const auto n = varint();
    if (n > UINT32_MAX) return fail();
    value = static_cast<std::uint32_t>(n);
  }
  template <class E>
  void code(E& value, E last) {
    std::uint8_t n = 0;
    get(n);
    if (n > static_cast<std::uint8_t>(last)) return fail();
    value = static_cast<E>(n);
  }
  void flag(bool& value) {
    std::uint8_t n = 0;
    get(n);
    if (n > 1) return fail();
    value = n == 1;
  }
  void name(NameId& id) {
    std::uint32_t n = 0;
    count(n);
    if (n > kNamesMax) return fail();
    id = static_cast<NameId>(n);
  }
  void money(Money& m) {
    using U = unsigned __int128;
    U value = 0;
    for (unsigned shift = 0;; shift += 7) {
      std::uint8_t b = 0;
      get(b);
      if (!ok_ || (shift == 126 && b > 3)) return fail();
      value |= static_cast<U>(b & 0x7f) << shift;
      if (b < 0x80) break;
    }
    m = Money::of_units(static_cast<Int128>(value >> 1) ^ -static_cast<Int128>(value & 1));
  }
  void amount(std::optional<Money>& m) {
    bool there = false;
    flag(there);
    if (there) money(m.emplace());
  }
  void usage(dialect::Usage& u) {
    std::uint16_t mask = 0;
    get(mask);
    u.reported = (mask >> 15 & 1) != 0;
    u.inconsistent = (mask >> 14 & 1) != 0;
    if ((mask >> kBuckets & 1) != 0) return fail();
    unsigned bit = 1;
    each_bucket(u, [&](std::int64_t& tokens) {
      if ((mask & bit) != 0) number(tokens);
      bit <<= 1;
    });
  }
  void maybe_usage(std::optional<dialect::Usage>& u) {
    bool there = false;
    flag(there);
    if (there) usage(u.emplace());
  }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  void fail() {
    ok_ = false;
    at_ = end_;
  }
  template <class T>
  void get(T& value) {
    if (left() < sizeof value) return fail();
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    const auto* const behind = ok_ ? take_varint(at_, end_, value) : nullptr;
    if (behind == nullptr) {
      fail();
      return 0;
    }
    at_ = behind;
    return value;
  }

  const std::byte* at_;
  const std::byte* end_;
  std::uint8_t version_;
  bool ok_ = true;
};

template <class R>
bool parse_as(std::uint8_t version, std::span<const std::byte> body, Body& out) {
  Parser parser(body, version);
  fields(parser, out.emplace<R>());
  return parser.ok();
}

template <std::size_t... I>
bool parse_body(std::uint8_t kind, std::uint8_t version, std::span<const std::byte> body, Body& out, std::index_sequence<I...>) {
  bool ok = false;
  (void)((kind == I + 1 && ((ok = parse_as<std::variant_alternative_t<I, Body>>(version, body, out)), true)) || ...);
  return ok;
}

// The newest version of a kind that is read; 0: the kind is not known.
template <std::size_t... I>
std::uint8_t newest(std::uint8_t kind, std::index_sequence<I...>) {
  std::uint8_t version = 0;
  (void)((kind == I + 1 && ((version = kVersion<std::variant_alternative_t<I, Body>>), true)) || ...);
  return version;
}
constexpr std::make_index_sequence<kKinds> kEveryKind;

Error broken(std::string message) { return {.code = Code::internal_error, .origin = Origin::operator_, .message = std::move(message)}; }

std::optional<SegmentHeader> header_at(std::span<const std::byte> bytes, std::size_t at) {
  const auto copy = bytes.subspan(at, kHeaderBytes);
  if (std::memcmp(copy.data(), kMagic.data(), 8) != 0 || load<std::uint32_t>(copy, 8) != kFormatVersion) return std::nullopt;
  if (crc32c(copy.subspan(16), kFormatVersion) != load<std::uint32_t>(copy, 12)) return std::nullopt;
  SegmentHeader h;
  std::memcpy(h.run.data(), copy.data() + 16, h.run.size());
  h.core = load<std::uint32_t>(copy, 32);
  h.number = load<std::uint32_t>(copy, 36);
  h.bytes = load<std::uint32_t>(copy, 40);
  h.created.ns = load<std::int64_t>(copy, 48);
  return h;
}

}  // namespace

std::string_view name(NameTable table) { return kTables[static_cast<std::size_t>(table)]; }
std::string_view name(SegmentEnd end) { return kEnds[static_cast<std::size_t>(end)]; }

Result<SegmentHeader> read_segment_header(std::span<const std::byte> bytes, std::string_view file) {
  if (bytes.size() < kHeaderPageBytes)
    return std::unexpected(broken(fmt::format("{}: {} bytes, but a journal's segment begins with a page of {}; the copy is cut short",
                                              file, bytes.size(), kHeaderPageBytes)));
  for (const std::size_t at : {std::size_t{0}, kHeaderCopyOffset})
    if (const auto h = header_at(bytes, at)) return *h;
  if (std::memcmp(bytes.data(), kMagic.data(), 8) != 0)
    return std::unexpected(broken(fmt::format("{}: does not begin as a journal's segment (\"{}\")", file, kMagic)));
  const auto version = load<std::uint32_t>(bytes, 8);
  if (version != kFormatVersion)
    return std::unexpected(broken(fmt::format("{}: format version {} found at offset 8, but this program knows version {}; "
                                              "read it with the version of Fairway that wrote it",
                                              file, version, kFormatVersion)));
  return std::unexpected(broken(fmt::format("{}: both copies of the segment's header are broken", file)));
}

std::optional<Seal> read_seal(std::span<const std::byte> bytes, const SegmentHeader& header) {
  const auto at = bytes.subspan(kSealOffset, kSealBytes);
  if (std::memcmp(at.data(), kSealMagic.data(), 8) != 0) return std::nullopt;
  if (crc32c(at.subspan(12), header.salt()) != load<std::uint32_t>(at, 8)) return std::nullopt;
  return Seal{.end = load<std::uint32_t>(at, 12), .last_sequence = load<std::uint64_t>(at, 16)};
}

struct SegmentReader::Frame {
  std::size_t offset = 0;
  std::size_t size = 0;  // padding included
  std::uint64_t sequence = 0;
  std::uint8_t kind = 0;
  std::uint8_t version = 0;
  std::uint16_t flags = 0;
  std::span<const std::byte> body;  // without padding
};

SegmentReader::SegmentReader(std::span<const std::byte> bytes, std::string_view file, const SegmentHeader& header)
    : bytes_(bytes.first(bytes.size() / kRecordAlign * kRecordAlign)),
      file_(file), header_(header), salt_(header.salt()), seal_(read_seal(bytes, header)) {}

Result<SegmentReader> SegmentReader::open(std::span<const std::byte> bytes, std::string_view file) {
  const auto header = read_segment_header(bytes, file);
  if (!header) return std::unexpected(header.error());
  return SegmentReader(bytes, file, *header);
}

std::optional<SegmentReader::Frame> SegmentReader::frame_at(std::size_t offset) const {
  if (bytes_.size() - offset < kRecordHeaderBytes) return std::nullopt;
  const auto at = bytes_.subspan(offset);
  const std::size_t length = load<std::uint32_t>(at, 4);
  if (length < kRecordHeaderBytes || length > at.size()) return std::nullopt;
  Frame f{.offset = offset,
          .size = padded(length),
          .sequence = load<std::uint64_t>(at, 8),
          .kind = load<std::uint8_t>(at, 16),
          .version = load<std::uint8_t>(at, 17),
          .flags = load<std::uint16_t>(at, 18),
          .body = at.subspan(kRecordHeaderBytes, length - kRecordHeaderBytes)};
  // Sequences only grow, by no more than there is room for: this spares most checksums where bytes are broken.
  const auto room = bytes_.size() / (kRecordHeaderBytes + 1);
  if (f.sequence <= last_ || (last_ != 0 && f.sequence - last_ > room)) return std::nullopt;
  if (crc32c(at.subspan(4, f.size - 4), salt_) != load<std::uint32_t>(at, 0)) return std::nullopt;
  return f;
}

const Record* SegmentReader::next(std::size_t limit) {
  if (end_ != SegmentEnd::open) return nullptr;
  for (;;) {
    if (at_ >= limit) return nullptr;
    const auto frame = frame_at(at_);
    if (frame) {
      if (const Record* r = take(*frame)) return r;
      if (end_ != SegmentEnd::open) return nullptr;
      continue;  // passed over
    }
    const auto rest = bytes_.subspan(std::min(at_, bytes_.size()));
    if (only_zeros(rest)) return finish(SegmentEnd::clean);
    if (!skip_to_next_valid()) return finish(SegmentEnd::torn);
  }
}

// Gives the record, or null where it was passed over or refused.
const Record* SegmentReader::take(const Frame& frame) {
  const bool jumped = broken_at_ != 0 || (last_ != 0 && frame.sequence != last_ + 1);
  if (jumped) {
    const auto offset = static_cast<std::uint32_t>(broken_at_ != 0 ? broken_at_ : at_);
    gaps_.push_back({offset, last_ == 0 ? 0 : last_ + 1, frame.sequence - 1});
    broken_at_ = 0;
  }
  const bool known = frame.version <= newest(frame.kind, kEveryKind);
  if (!known && (frame.flags & kMustUnderstand) != 0) {
    refuse(frame, "and it says that it must be understood");
    return nullptr;
  }
  if (known && !parse_body(frame.kind, frame.version, frame.body, record_.body, kEveryKind)) {
    refuse(frame, "but its body cannot be read as that");
    return nullptr;
  }
  last_ = frame.sequence;
  at_ = frame.offset + frame.size;
  if (!known) {
    ++skipped_;
    return nullptr;
  }
  record_.sequence = frame.sequence;
  record_.offset = static_cast<std::uint32_t>(frame.offset);
  record_.after_gap = jumped;
  if (const auto* naming = std::get_if<Naming>(&record_.body)) learn(*naming);
  const auto* mark = std::get_if<Mark>(&record_.body);
  closed_ = mark && mark->kind != MarkKind::run_started;
  return &record_;
}

// The place that is broken begins at at_. Goes to the next record that is whole; false: there is none.
bool SegmentReader::skip_to_next_valid() {
  for (std::size_t offset = at_ + kRecordAlign; offset + kRecordHeaderBytes <= bytes_.size(); offset += kRecordAlign) {
    if (!frame_at(offset)) continue;
    broken_at_ = at_;
    at_ = offset;
    return true;
  }
  return false;
}

const Record* SegmentReader::finish(SegmentEnd end) {
  // A seal promised more than there is: that is no crash's tail.
  if (seal_ && last_ < seal_->last_sequence)
    gaps_.push_back({static_cast<std::uint32_t>(at_), last_ == 0 ? 0 : last_ + 1, seal_->last_sequence});
  const bool after_the_end = end == SegmentEnd::torn && (closed_ || seal_);
  end_ = gaps_.empty() && !after_the_end && bytes_.size() >= header_.bytes ? end : SegmentEnd::damaged;
  return nullptr;
}

void SegmentReader::refuse(const Frame& frame, std::string_view what) {
  refusal_ = fmt::format("{}: at offset {} a record of kind {}, version {} was found, {}; expected kinds 1 to {}, this one of version {} at most; "
                         "read it with the version of Fairway that wrote it",
                         file_, frame.offset, frame.kind, frame.version, what, kKinds, newest(frame.kind, kEveryKind));
  end_ = SegmentEnd::refused;
}

void SegmentReader::learn(const Naming& naming) {
  const auto id = static_cast<std::size_t>(naming.id);
  if (id >= names_.size()) names_.resize(id + 1);
  names_[id] = naming.text;
}

std::string_view SegmentReader::text(NameId id) const {
  const auto n = static_cast<std::size_t>(id);
  return n < names_.size() ? names_[n] : std::string_view();
}

std::string SegmentReader::words() const {
  if (end_ == SegmentEnd::refused) return refusal_;
  if (end_ == SegmentEnd::torn)
    return fmt::format("{}: a crash left an unfinished record at offset {}, behind sequence {}; nothing valid follows it", file_, at_, last_);
  if (end_ != SegmentEnd::damaged) return {};
  std::string out = fmt::format("{}: damaged", file_);
  for (const auto& gap : gaps_) {
    if (gap.missing() == 0) out += fmt::format("; at offset {} bytes are broken, but no record is missing", gap.offset);
    else if (gap.first == 0) out += fmt::format("; at offset {} records up to sequence {} are missing", gap.offset, gap.last);
    else out += fmt::format("; at offset {} records {} to {} are missing", gap.offset, gap.first, gap.last);
  }
  if (bytes_.size() < header_.bytes) out += fmt::format("; cut short: {} bytes of {}", bytes_.size(), header_.bytes);
  if (gaps_.empty() && bytes_.size() >= header_.bytes) out += fmt::format("; bytes behind its end at offset {}", at_);
  return out;
}

}  // namespace fw::ledger
