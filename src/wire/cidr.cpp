#include "wire/cidr.h"

#include <charconv>

#include <fmt/format.h>

namespace fw::wire {
namespace {

constexpr std::uint8_t kMappedBits = 96;
constexpr int kGroups = 8;

// A whole number of at most `digits` digits.
std::optional<unsigned> number(std::string_view text, std::size_t digits, int base) {
  unsigned value = 0;
  if (text.empty() || text.size() > digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) {
  std::array<std::uint8_t, 4> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto dot = text.find('.');
    if ((dot == text.npos) != (i + 1 == out.size())) return std::nullopt;
    const auto part = text.substr(0, dot);
    const auto value = number(part, 3, 10);
    if (!value || *value > 255 || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(*value);
    text.remove_prefix(dot == text.npos ? text.size() : dot + 1);
  }
  return out;
}

// Groups of one side of "::", or of all of the address.
bool read_groups(std::string_view text, std::array<std::uint16_t, kGroups>& groups, int& count) {
  while (!text.empty()) {
    const auto colon = text.find(':');
    const auto part = text.substr(0, colon);
    if (part.find('.') != part.npos) {
      const auto tail = colon == text.npos ? parse_ipv4(part) : std::nullopt;
      if (!tail || count + 2 > kGroups) return false;
      for (std::size_t i = 0; i < 4; i += 2) groups[static_cast<std::size_t>(count++)] = static_cast<std::uint16_t>((*tail)[i] << 8 | (*tail)[i + 1]);
      return true;
    }
    const auto value = number(part, 4, 16);
    if (!value || count == kGroups) return false;
    groups[static_cast<std::size_t>(count++)] = static_cast<std::uint16_t>(*value);
    if (colon == text.npos) return true;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;  // a colon at the end
  }
  return true;
}

std::optional<IpAddress> parse_ipv6(std::string_view text) {
  std::array<std::uint16_t, kGroups> front{}, back{};
  int in_front = 0, behind = 0;
  const auto gap = text.find("::");
  if (!read_groups(text.substr(0, gap), front, in_front)) return std::nullopt;
  if (gap == text.npos ? in_front != kGroups : !read_groups(text.substr(gap + 2), back, behind)) return std::nullopt;
  if (gap != text.npos && in_front + behind >= kGroups) return std::nullopt;
  // The dots of an embedded IPv4 address are its end.
  if (gap != text.npos && text.substr(0, gap).find('.') != text.npos) return std::nullopt;
  for (int i = 0; i < behind; ++i) front[static_cast<std::size_t>(kGroups - behind + i)] = back[static_cast<std::size_t>(i)];
  IpAddress out;
  for (std::size_t i = 0; i < kGroups; ++i) {
    out.bytes[2 * i] = static_cast<std::uint8_t>(front[i] >> 8);
    out.bytes[2 * i + 1] = static_cast<std::uint8_t>(front[i] & 0xff);
  }
  return out;
}

bool bit(const IpAddress& address, unsigned at) { return address.bytes[at / 8] >> (7 - at % 8) & 1; }

}  // namespace

IpAddress ipv4_address(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress out;
  out.bytes[10] = out.bytes[11] = 0xff;
  for (std::size_t i = 0; i < bytes.size(); ++i) out.bytes[12 + i] = bytes[i];
  return out;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.find(':') != text.npos) return parse_ipv6(text);
  const auto four = parse_ipv4(text);
  return four ? std::optional(ipv4_address(*four)) : std::nullopt;
}

bool Cidr::contains(const IpAddress& address) const {
  for (unsigned i = 0; i < bits; ++i)
    if (bit(address, i) != bit(base, i)) return false;
  return true;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = parse_ip(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned before = text.substr(0, slash).find(':') == text.npos ? kMappedBits : 0;
  Cidr out{.base = *base, .bits = 128};
  if (slash != text.npos) {
    const auto part = text.substr(slash + 1);
    const auto length = number(part, 3, 10);
    if (!length || *length > 128 - before || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    out.bits = static_cast<std::uint8_t>(before + *length);
  }
  for (unsigned i = out.bits; i < 128; ++i)
    if (bit(*base, i)) return std::nullopt;
  return out;
}

std::string to_text(const Cidr& block) {
  const auto& b = block.base.bytes;
  const bool four = block.bits >= kMappedBits && Cidr{.base = ipv4_address({}), .bits = kMappedBits}.contains(block.base);
  std::string out;
  if (four) out = fmt::format("{}.{}.{}.{}", b[12], b[13], b[14], b[15]);
  for (std::size_t i = 0; !four && i < b.size(); i += 2) out += fmt::format("{}{:x}", i == 0 ? "" : ":", b[i] << 8 | b[i + 1]);
  if (block.bits < 128) out += fmt::format("/{}", four ? block.bits - kMappedBits : int{block.bits});
  return out;
}

}  // namespace fw::wire
