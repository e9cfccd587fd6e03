#include "store/lane.h"

#include <algorithm>

#include "ledger/journal_fields.h"

namespace fw::store {
namespace {

using ledger::NameId;

// An archive that only takes note of the ids.
template <class W>
struct Collect {
  W& words;
  static bool since(std::uint8_t) { return true; }
  void id_pair(std::string_view, std::string_view) {}
  void text(std::string_view, std::size_t) {}
  void fixed(std::int64_t) {}
  void number(std::int64_t) {}
  void count(std::uint32_t) {}
  template <class E>
  void code(E, E) {}
  void flag(bool) {}
  void name(NameId id) {
    if (id != NameId::none) words.ids[words.count++] = id;
  }
  void money(Money) {}
  void amount(const std::optional<Money>&) {}
  void usage(const dialect::Usage&) {}
  void maybe_usage(const std::optional<dialect::Usage>&) {}
};

constexpr std::uint64_t pack(std::uint32_t segment, std::size_t offset) {
  return static_cast<std::uint64_t>(segment) << 32 | offset;
}

}  // namespace

Lane::Lane(Journal& journal, std::uint32_t core)
    : journal_(journal), core_(core), names_(std::make_unique<Names>()), side_(std::make_unique<Side>()) {}
Lane::~Lane() = default;

NameId Lane::name(ledger::NameTable table, std::string_view text) {
  if (text.empty()) return NameId::none;
  auto& ids = names_->ids[static_cast<std::size_t>(table)];
  const auto it = ids.find(text);
  if (it != ids.end()) return it->second;
  if (names_->words.size() > ledger::kNamesMax) return NameId::none;
  const auto id = static_cast<NameId>(names_->words.size());
  names_->words.push_back({table, std::string(text)});
  ids.emplace(text, id);
  return id;
}

// Of those this segment does not have yet.
std::size_t Lane::names_bound(const Words& words) const {
  std::size_t size = 0;
  for (std::size_t i = 0; i < words.count; ++i) {
    const auto& word = names_->words.at(static_cast<std::size_t>(words.ids[i]));
    if (word.written_in != current_->number)
      size += ledger::size_bound(ledger::Naming{word.table, words.ids[i], word.text});
  }
  return size;
}

void Lane::write_names(const Words& words) {
  for (std::size_t i = 0; i < words.count; ++i) {
    auto& word = names_->words[static_cast<std::size_t>(words.ids[i])];
    if (word.written_in == current_->number) continue;
    const ledger::Naming naming{word.table, words.ids[i], word.text};
    write(naming, ledger::size_bound(naming));
    word.written_in = current_->number;
  }
}

template <class R>
void Lane::write(const R& record, std::size_t bound) {
  const auto size = ledger::encode(record, {sequence_ + 1, salt_}, {bytes_ + at_, bound});
  at_ += size;
  ++sequence_;
}

void Lane::publish() {
  published_.store(pack(current_->number, at_), std::memory_order_release);
  written_.store(sequence_, std::memory_order_release);
}

template <class R>
std::expected<Position, Refusal> Lane::append(const R& record) {
  static_assert(!std::is_same_v<R, ledger::Naming>, "a lane names by itself");
  constexpr bool kIntent = std::is_same_v<R, ledger::Intent>;
  Words words;
  Collect<Words> collect{words};
  ledger::fields(collect, record);
  const auto bound = ledger::size_bound(record);
  const auto need = at_ + bound + names_bound(words);
  if (need > (kIntent ? limit_ - limit_ / kSettleShare : limit_)) {
    const auto room = make_room(bound, words, kIntent);
    if (!room) return std::unexpected(room.error());
  }
  const auto before = at_;
  write_names(words);
  const Position position{core_, current_->number, static_cast<std::uint32_t>(at_), sequence_ + 1};
  write(record, bound);
  appended_bytes_.store(appended_bytes_.load(std::memory_order_relaxed) + (at_ - before), std::memory_order_relaxed);
  publish();
  return position;
}

template std::expected<Position, Refusal> Lane::append(const ledger::Intent&);
template std::expected<Position, Refusal> Lane::append(const ledger::Settlement&);
template std::expected<Position, Refusal> Lane::append(const ledger::ExchangeEnd&);
template std::expected<Position, Refusal> Lane::append(const ledger::Adjustment&);
template std::expected<Position, Refusal> Lane::append(const ledger::BudgetMove&);
template std::expected<Position, Refusal> Lane::append(const ledger::Facts&);
template std::expected<Position, Refusal> Lane::append(const ledger::Mark&);

std::expected<void, Refusal> Lane::make_room(std::size_t bound, const Words& words, bool intent) {
  std::size_t all_names = 0;
  for (std::size_t i = 0; i < words.count; ++i) {
    const auto& word = names_->words[static_cast<std::size_t>(words.ids[i])];
    all_names += ledger::size_bound(ledger::Naming{word.table, words.ids[i], word.text});
  }
  const auto capacity = journal_.options_.segment_bytes - ledger::kHeaderPageBytes - kSealRoom;
  if (bound + all_names > capacity) return std::unexpected(refuse(Trouble::too_large, 0));
  const bool ready = ready_.load(std::memory_order_acquire) != nullptr;
  if (at_ + bound + names_bound(words) <= limit_ && (ready || !intent)) return {};
  if (ready && roll()) return {};
  if (!asked_) {
    asked_ = true;
    journal_.wake();
  }
  const auto packed = trouble_.load(std::memory_order_acquire);
  const auto trouble = static_cast<Trouble>(packed & 0xff);
  return std::unexpected(refuse(trouble == Trouble::none ? Trouble::slow : trouble, static_cast<int>(packed >> 32)));
}

Refusal Lane::refuse(Trouble trouble, int error) {
  refused_.store(refused_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return {trouble, error};
}

// Ends the segment and goes on in the one that is ready.
bool Lane::roll() {
  Segment* next = ready_.exchange(nullptr, std::memory_order_acq_rel);
  if (!next) return false;
  const ledger::Mark mark{ledger::MarkKind::segment_sealed, journal_.disk().wall(), {}};
  write(mark, ledger::size_bound(mark));
  current_->last_sequence = sequence_;
  current_->end.store(static_cast<std::uint32_t>(at_), std::memory_order_release);
  enter(next);
  publish();
  asked_ = false;
  journal_.wake();
  return true;
}

void Lane::enter(Segment* next) {
  current_ = next;
  bytes_ = next->file->bytes().data();
  at_ = ledger::kHeaderPageBytes;
  limit_ = next->header.bytes - kSealRoom;
  salt_ = next->header.salt();
}

Lane::Published Lane::published() const {
  const auto packed = published_.load(std::memory_order_acquire);
  return {static_cast<std::uint32_t>(packed >> 32), static_cast<std::uint32_t>(packed)};
}

bool Lane::wait(Waiter& waiter) {
  if (synced() >= waiter.sequence) return false;
  waiter.next = waiters_;
  if (waiters_) waiters_->at = &waiter.next;
  waiters_ = &waiter;
  waiter.at = &waiters_;
  if (wanted_.load(std::memory_order_relaxed) < waiter.sequence)
    wanted_.store(waiter.sequence, std::memory_order_release);
  waits_.store(waits_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  journal_.wake();
  return true;
}

void Lane::cancel(Waiter& waiter) {
  if (!waiter.at) return;
  *waiter.at = waiter.next;
  if (waiter.next) waiter.next->at = waiter.at;
  waiter.next = nullptr;
  waiter.at = nullptr;
}

void Lane::deliver() {
  const bool failing = sync_failing();
  const auto synced_to = synced();
  // Out of the list first: what is called may wait again, or cancel others.
  Waiter* due = nullptr;
  for (Waiter* w = waiters_; w;) {
    Waiter* const following = w->next;
    if (w->sequence <= synced_to || failing) {
      cancel(*w);
      w->next = due;
      if (due) due->at = &w->next;
      due = w;
      w->at = &due;
    }
    w = following;
  }
  while (Waiter* w = due) {
    cancel(*w);
    w->done(*w, w->sequence <= synced_to);
  }
}

}  // namespace fw::store
