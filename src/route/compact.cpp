#include "route/compact.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "route/record_fields.h"
#include "wire/hash.h"

namespace fw::route {
namespace {

constexpr std::size_t kTextMax = UINT8_MAX;

// The last value of an enumeration that records hold.
constexpr auto last_of(Tier) { return Tier::other; }
constexpr auto last_of(dialect::Operation) { return dialect::Operation::embeddings; }
constexpr auto last_of(health::BreakerState) { return health::BreakerState::probing; }

// Fields one after the other: numbers and words of enumerations as they lie in memory (little-endian),
// texts behind their length.
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
  template <class T>
    requires std::is_trivially_copyable_v<T>
  void operator()(std::string_view, const T& value) { raw(&value, sizeof value); }
};

// Texts of a place: four; of the question: one.
constexpr std::size_t kPlaceMax = sizeof(Seen) + sizeof(Ranked) + 4 * (kTextMax + 1);
constexpr std::size_t kHeadMax = 64 + sizeof(Question) + 2 * (kTextMax + 1);

struct Take {
  std::string_view in;
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
  template <class T>
    requires(std::is_trivially_copyable_v<T> && !std::is_enum_v<T>)
  void operator()(std::string_view, T& value) { raw(&value, sizeof value); }
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
  put("", decided.time.ns);
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
  Take take{bytes.substr(1)};
  std::uint8_t count = 0;
  std::uint8_t tried = 0;
  take("", out.time.ns);
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
