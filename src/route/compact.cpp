#include "route/compact.h"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <cstring>
#include <utility>

#include "base/varint.h"
#include "route/record_fields.h"
#include "wire/hash.h"

namespace fw::route {
namespace {

constexpr std::size_t kTextMax = UINT8_MAX;

// The last value of an enumeration that records hold.
constexpr auto last_of(Tier) { return Tier::other; }
constexpr auto last_of(dialect::Effort) { return dialect::Effort::other; }
constexpr auto last_of(dialect::Operation) { return dialect::Operation::embeddings; }
constexpr auto last_of(health::BreakerState) { return health::BreakerState::probing; }

constexpr int kPackedSince = 3;
static_assert(dialect::kNeeds <= 64);  // they are packed into one number

// Fields one after the other: numbers as varints, sets as the number of their bits, words of enumerations and bools as
// a byte, texts behind their length. Before kPackedSince numbers and sets stood as they lie in memory (little-endian).
struct Put {
  char* to;
  void raw(const void* bytes, std::size_t n) {
    std::memcpy(to, bytes, n);
    to += n;
  }
  void operator()(std::string_view, std::string_view text) {
    const auto n = static_cast<std::uint8_t>(std::min<std::size_t>(text.size(), kTextMax));
    *to++ = static_cast<char>(n);
    raw(text.data(), n);
  }
  void operator()(std::string_view, bool value) { *to++ = static_cast<char>(value); }
  template <class T>
    requires std::is_enum_v<T>
  void operator()(std::string_view, T value) {
    static_assert(sizeof value == 1);
    *to++ = static_cast<char>(value);
  }
  template <std::unsigned_integral T>
  void operator()(std::string_view, T value) { to = put_varint(to, value); }
  template <std::signed_integral T>
  void operator()(std::string_view, T value) { to = put_varint(to, zigzag(value)); }
  void operator()(std::string_view, const dialect::Needs& needs) { to = put_varint(to, needs.to_ullong()); }
};

// Texts of a place: four; of the question: one. A packed number has at most half as many bytes more than it has in memory.
constexpr std::size_t kPlaceMax = 2 * (sizeof(Seen) + sizeof(Ranked)) + 4 * (kTextMax + 1);
constexpr std::size_t kHeadMax = 64 + 2 * sizeof(Question) + 2 * (kTextMax + 1);

struct Take {
  std::string_view in;
  bool packed;
  bool good = true;
  void raw(void* bytes, std::size_t n) {
    good = good && in.size() >= n;
    if (!good) return;
    std::memcpy(bytes, in.data(), n);
    in.remove_prefix(n);
  }
  void operator()(std::string_view, std::string_view& text) {
    std::uint8_t n = 0;
    raw(&n, sizeof n);
    good = good && in.size() >= n;
    if (!good) return;
    text = in.substr(0, n);
    in.remove_prefix(n);
  }
  void operator()(std::string_view, bool& value) {
    std::uint8_t byte = 0;
    raw(&byte, sizeof byte);
    good = good && byte <= 1;
    value = byte == 1;
  }
  template <class T>
    requires std::is_enum_v<T>
  void operator()(std::string_view, T& value) {
    std::underlying_type_t<T> number = 0;
    raw(&number, sizeof number);
    good = good && number <= static_cast<std::underlying_type_t<T>>(last_of(T{}));
    value = good ? static_cast<T>(number) : T{};
  }
  template <std::integral T>
  void operator()(std::string_view, T& value) {
    if (!packed) return raw(&value, sizeof value);
    const auto bits = number();
    const auto fit = [&](auto n) {
      good = good && std::in_range<T>(n);
      if (good) value = static_cast<T>(n);
    };
    if constexpr (std::unsigned_integral<T>) fit(bits);
    else fit(unzigzag(bits));
  }
  void operator()(std::string_view, dialect::Needs& needs) {
    if (!packed) return raw(&needs, sizeof needs);
    const auto bits = number();
    if constexpr (dialect::kNeeds < 64) good = good && bits >> dialect::kNeeds == 0;
    needs = good ? dialect::Needs(bits) : dialect::Needs();
  }
  std::uint64_t number() {
    std::uint64_t bits = 0;
    const char* const behind = good ? take_varint(in.data(), in.data() + in.size(), bits) : nullptr;
    good = behind != nullptr;
    if (good) in.remove_prefix(static_cast<std::size_t>(behind - in.data()));
    return bits;
  }
};

Error unreadable(std::string_view why) {
  return Error{Code::invalid_value, Origin::gateway, Retry::never, fmt::format("a kept decision {}", why), {}, 0};
}

}  // namespace

std::string_view write_compact(const Decided& decided, std::string& room) {
  const auto& d = decided.decision;
  if (const auto most = kHeadMax + d.seen.size() * kPlaceMax; room.size() < most) room.resize(most);
  Put put{room.data()};
  *put.to++ = static_cast<char>(kFieldsVersion);
  put.raw(&decided.time.ns, sizeof decided.time.ns);
  put("", decided.policy_hash);
  visit(d.question, put);
  put("", static_cast<std::uint8_t>(d.seen.size()));
  for (const auto& s : d.seen) visit(s, put);
  for (const auto& r : d.ranked) {
    put("", r.score);
    put("", static_cast<std::uint8_t>(r.place));
    put("", static_cast<std::uint8_t>(r.verdict));
  }
  put("", static_cast<std::uint8_t>(d.tried));
  put("", d.reference);
  return {room.data(), put.to};
}

Result<ReadDecided> read_compact(std::string_view bytes) {
  const int version = bytes.empty() ? 0 : bytes.front();
  if (version < 1 || version > kFieldsVersion)
    return std::unexpected(unreadable(fmt::format("has the version {}; this program reads 1 to {}", version, kFieldsVersion)));
  ReadDecided out;
  auto& d = out.decision;
  Take take{bytes.substr(1), version >= kPackedSince};
  std::uint8_t count = 0;
  std::uint8_t tried = 0;
  take.raw(&out.time.ns, sizeof out.time.ns);
  take("", out.policy_hash);
  visit(d.question, take, version);
  take("", count);
  if (count > kCandidatesMax) return std::unexpected(unreadable("has more places than there can be"));
  d.seen.resize(count);
  for (auto& s : d.seen) visit(s, take, version);
  d.ranked.resize(count);
  for (auto& r : d.ranked) {
    std::uint8_t place = 0;
    std::uint8_t verdict = 0;
    take("", r.score);
    take("", place);
    take("", verdict);
    take.good = take.good && place < count && verdict < kVerdicts;
    r.place = place;
    r.verdict = static_cast<Verdict>(verdict);
  }
  take("", tried);
  take("", d.reference);
  d.tried = tried;
  if (!take.good || !take.in.empty() || tried > count) return std::unexpected(unreadable("is cut short or damaged"));
  return out;
}

std::string policy_hash(std::string_view text) { return wire::hex(wire::sha256(text)).substr(0, 16); }

}  // namespace fw::route
