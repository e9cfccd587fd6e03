// IP addresses and blocks of them (RFC 4632, RFC 4291 §2.3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fw::wire {

// Of either version: an IPv4 address is the IPv6 address ::ffff:a.b.c.d that stands for it (RFC 4291 §2.5.5.2), so that a
// peer is the same through a listener of either kind.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const IpAddress&) const = default;
};

IpAddress ipv4_address(const std::array<std::uint8_t, 4>& bytes);
// "192.0.2.1", "2001:db8::1". No brackets, no zone, no leading zeros in IPv4.
std::optional<IpAddress> parse_ip(std::string_view text);

struct Cidr {
  IpAddress base;
  std::uint8_t bits = 128;  // of the 128 that count: 10.0.0.0/8 has 104
  bool contains(const IpAddress& address) const;
  bool operator==(const Cidr&) const = default;
};

// "10.0.0.0/8", "2001:db8::/32", or one address. Nothing for a block with bits behind its length: 10.1.0.0/8 may have been
// meant as either.
std::optional<Cidr> parse_cidr(std::string_view text);

// As parse_cidr() reads it; one address without its length. IPv6 as eight groups without leading zeros.
std::string to_text(const Cidr& block);

}  // namespace fw::wire
