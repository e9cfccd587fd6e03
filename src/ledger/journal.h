// The journal's bytes: records as they are written into a segment, and how a segment is read back.
// No files and no clock here; `store/journal.h` has those.
//
// A segment is one file: a header page, then records one after the other, each on a multiple of 8,
// then zeros. A record is kRecordHeaderBytes of header and a body:
//   u32 crc32c of all that follows, padding included, begun with the segment's salt
//   u32 length, header included, padding not
//   u64 sequence: one more than the record's before, over all segments of a core in one run
//   u8 kind, u8 version, u16 flags
// All little-endian. Eight zero bytes where a record would begin: nothing was written there yet.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/money.h"
#include "cloud/verdict.h"
#include "dialect/dialect.h"
#include "dialect/usage.h"
#include "ledger/record.h"
#include "ledger/reserve.h"

namespace fw::ledger {

inline constexpr std::size_t kHeaderPageBytes = 4096;
inline constexpr std::size_t kRecordHeaderBytes = 20;
inline constexpr std::size_t kRecordAlign = 8;
inline constexpr std::size_t kSegmentBytesMin = 16 * 1024;
inline constexpr std::size_t kSegmentBytesMax = 1024U * 1024 * 1024;
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::uint32_t kNamesMax = 262'144;  // ids of one core in one run

// A word of the configuration, by number. Given out per core and run, over all tables; 0: none.
enum class NameId : std::uint32_t { none = 0 };

enum class NameTable : std::uint8_t {
  tenant, key, model, deployment, provider, cloud, scope, price_row, budget, policy, error
};
inline constexpr std::size_t kNameTables = 11;
std::string_view name(NameTable table);

// The records. Texts are views: of the caller's when written, of the segment's bytes when read. A text
// beyond its limit (said beside it) is cut when it is written.

// What an id stands for; before its first use in each segment, so that each segment reads alone.
struct Naming {
  NameTable table = NameTable::tenant;
  NameId id = NameId::none;
  std::string_view text = {};  // 512
};

// Written before the first byte goes upstream.
struct Intent {
  std::string_view attempt_id = {};         // 64
  std::string_view request_id = {};         // 64
  std::string_view client_request_id = {};  // 128
  WallTime time = {};
  NameId tenant = NameId::none;
  NameId key = NameId::none;
  NameId model = NameId::none;
  NameId deployment = NameId::none;
  NameId provider = NameId::none;
  NameId cloud = NameId::none;
  NameId scope = NameId::none;
  NameId price_row = NameId::none;  // at that time, where one is known
  dialect::Dialect dialect_in = dialect::Dialect::chat;
  dialect::Dialect dialect_out = dialect::Dialect::chat;
  dialect::Operation operation = dialect::Operation::chat;
  bool stream = false;
  std::string_view tags = {};  // 1,024; as tags.h writes them
  Reservation reserved = {};
  std::optional<Money> reserved_cost = {};  // the most it can cost; absent: no price is known
  Purpose purpose = Purpose::unknown;       // since version 2
};

// The end of an attempt. There is one per attempt; what is learned later are adjustments.
struct Settlement {
  std::string_view attempt_id = {};  // 64
  AttemptState state = AttemptState::ambiguous;
  Basis basis = Basis::none;
  cloud::FailureKind outcome = cloud::FailureKind::none;
  std::int16_t status = 0;             // as in AttemptRecord, these all
  std::int32_t first_token_ms = -1;
  std::int32_t ended_ms = 0;
  NameId price_row = NameId::none;
  std::string_view tier = {};                 // 32
  std::string_view upstream_request_id = {};  // 128
  dialect::Usage usage = {};
  std::optional<Money> cost = {};
  std::optional<Money> cost_low = {};
  std::optional<Money> cost_high = {};
};

// The end of a client's request: ExchangeRecord without its attempts, which have records of their own.
struct ExchangeEnd {
  std::string_view request_id = {};         // 64
  std::string_view client_request_id = {};  // 128
  WallTime time = {};
  std::int32_t duration_ms = 0;
  std::int32_t first_token_ms = -1;
  NameId tenant = NameId::none;
  NameId key = NameId::none;
  NameId model = NameId::none;
  NameId policy = NameId::none;
  dialect::Dialect dialect_in = dialect::Dialect::chat;
  dialect::Operation operation = dialect::Operation::chat;
  bool stream = false;
  bool client_left = false;
  std::int16_t status = 0;
  std::string_view outcome = {};    // 64
  std::uint32_t attempts = 0;  // how many there were
  dialect::Usage usage = {};
  std::optional<Money> cost = {};
  std::string_view decision = {};   // opaque; any length
  std::string_view tags = {};          // since version 2; 1,024
  NameId deployment = NameId::none;    // likewise: that served, else the last that was tried; none: none was
};

// What was learned of an attempt after its settlement (or instead of one). Never edits: adds. What it
// says replaces what earlier records of the attempt said; an absent usage leaves theirs.
struct Adjustment {
  std::string_view attempt_id = {};  // 64
  WallTime time = {};
  AttemptState state = AttemptState::ambiguous;
  Basis basis = Basis::none;
  std::optional<Money> cost = {};
  std::optional<Money> cost_low = {};
  std::optional<Money> cost_high = {};
  std::optional<dialect::Usage> usage = {};
  std::string_view reason = {};  // for people; 4,096
  std::string_view source = {};  // a bill's file and line, an operator; 1,024
};

// Money of a budget set aside (positive) or given back (negative). Laid out now, used later.
struct BudgetMove {
  NameId budget = NameId::none;
  WallTime time = {};
  Money amount = {};
  std::string_view about = {};  // the attempt or request; 64
};

// A text that decisions refer to by its hash: a policy, a configuration without its secrets.
struct Facts {
  std::string_view hash = {};   // 64 bytes at most; which hash is the writer's choice
  std::string_view bytes = {};  // any length
};

enum class MarkKind : std::uint8_t { run_started, segment_sealed, clean_shutdown };
struct Mark {
  MarkKind kind = MarkKind::run_started;
  WallTime time = {};
  std::string_view text = {};  // the program's version; 256
};

// On disk a kind is its place here, counted from 1. Only ever added to, at the end.
using Body = std::variant<Naming, Intent, Settlement, ExchangeEnd, Adjustment, BudgetMove, Facts, Mark>;

// ---- writing

struct Stamp {
  std::uint64_t sequence = 0;
  std::uint32_t salt = 0;  // of the segment
};

// R is one of Body's. No allocation, no failure. At most this many bytes, padding included:
template <class R>
std::size_t size_bound(const R& record);
// Writes at the start of `out`, which begins on a multiple of 8 of the segment and has size_bound bytes.
// The bytes written, padding included. The record becomes valid with the last store, of its first word.
template <class R>
std::size_t encode(const R& record, Stamp stamp, std::span<std::byte> out);

struct SegmentHeader {
  std::array<std::uint8_t, 16> run{};  // random, one per start of the program
  std::uint32_t core = 0;
  std::uint32_t number = 0;  // of the segments of a core, over all runs; never used twice
  std::uint32_t bytes = 0;   // of the whole file
  WallTime created;
  std::uint32_t salt() const;  // a record in the wrong file does not look valid
  bool operator==(const SegmentHeader&) const = default;
};
// Written twice into the page, so that one broken sector does not cost the segment.
void write_segment_header(const SegmentHeader& header, std::span<std::byte, kHeaderPageBytes> page);

// Written into the header page once a full segment was synced to its end: all of it must be there.
struct Seal {
  std::uint32_t end = 0;  // offset behind the last record
  std::uint64_t last_sequence = 0;
  bool operator==(const Seal&) const = default;
};
inline constexpr std::size_t kSealOffset = 1024;
inline constexpr std::size_t kSealBytes = 24;
void write_seal(const Seal& seal, const SegmentHeader& header, std::span<std::byte, kSealBytes> out);

// ---- reading

// `file` names it in the words of errors: not a journal, a newer format, both copies broken, cut short.
Result<SegmentHeader> read_segment_header(std::span<const std::byte> bytes, std::string_view file);
std::optional<Seal> read_seal(std::span<const std::byte> bytes, const SegmentHeader& header);

struct Record {
  std::uint64_t sequence = 0;
  std::uint32_t offset = 0;  // in the file
  bool after_gap = false;    // records between this and the one before are missing
  Body body;
};

enum class SegmentEnd : std::uint8_t {
  open,     // not reached yet
  clean,    // nothing follows but zeros
  torn,     // an unfinished record and nothing valid after it: the tail of a crash
  damaged,  // records are missing, or what a seal or mark promised is not there; see gaps()
  refused   // written by a newer version, which must be understood: words() say so
};
std::string_view name(SegmentEnd end);

// A place where bytes are broken, and the records that are therefore not there. `first` 0: the segment's
// beginning is lost, so where they begin is not known here.
struct Gap {
  std::uint32_t offset = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t missing() const { return last >= first ? last - first + (first == 0 ? 0 : 1) : 0; }  // at most
};

// Reads a segment from its start. Never guesses: a record is given only where checksum, salt and
// sequence fit. What follows a damaged place is given too, flagged. Reading is linear in the bytes,
// but for a damaged place, where a plausible length costs a checksum of that length.
class SegmentReader {
 public:
  // `bytes`: the file, and must outlive the reader and all views it gave out.
  static Result<SegmentReader> open(std::span<const std::byte> bytes, std::string_view file);

  // The next record that begins before `limit`; null: there is none, and where no limit was met end()
  // says why. Lives until the next call. A limit must be the end of a record (LiveReader's is what the
  // writer published); then end() stays open and a later call may go on.
  const Record* next(std::size_t limit = SIZE_MAX);

  const SegmentHeader& header() const { return header_; }
  SegmentEnd end() const { return end_; }
  std::size_t offset() const { return at_; }           // behind the last valid record
  std::uint64_t last_sequence() const { return last_; }  // 0: none was read
  std::uint64_t skipped() const { return skipped_; }   // of unknown kinds or newer versions, not needed
  std::span<const Gap> gaps() const { return gaps_; }
  bool sealed() const { return seal_.has_value(); }
  // What was found, for people, with file and offset; empty while all is well.
  std::string words() const;
  // What `id` was named so far; empty: not named, or its naming is missing.
  std::string_view text(NameId id) const;

 private:
  SegmentReader(std::span<const std::byte> bytes, std::string_view file, const SegmentHeader& header);
  struct Frame;
  std::optional<Frame> frame_at(std::size_t offset) const;
  const Record* take(const Frame& frame);
  bool skip_to_next_valid();
  const Record* finish(SegmentEnd end);
  void refuse(const Frame& frame, std::string_view what);
  void learn(const Naming& naming);

  std::span<const std::byte> bytes_;
  std::string file_;
  SegmentHeader header_;
  std::uint32_t salt_ = 0;
  std::optional<Seal> seal_;
  std::size_t at_ = kHeaderPageBytes;
  std::uint64_t last_ = 0;
  std::uint64_t skipped_ = 0;
  std::size_t broken_at_ = 0;  // where the broken place began that was just passed; 0: none
  bool closed_ = false;  // a mark said that nothing follows
  SegmentEnd end_ = SegmentEnd::open;
  std::vector<Gap> gaps_;
  std::vector<std::string_view> names_;  // by id
  std::string refusal_;
  Record record_;
};

}  // namespace fw::ledger
