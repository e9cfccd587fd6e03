// Hashes and the spellings of bytes, by OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fw::wire {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view text);
// Of the pieces one after the other.
Sha256 sha256(std::span<const std::string_view> pieces);

// Lower case.
std::string hex(std::span<const std::uint8_t> bytes);
// Exactly 64 hex digits of either case.
std::optional<Sha256> parse_hex(std::string_view text);

// In a time that does not depend on where they differ.
bool equal_constant_time(const Sha256& a, const Sha256& b);

// RFC 4648 §4, with padding.
std::string base64(std::string_view bytes);
// Nothing if it is no base64; padding may be missing, line breaks may not stand in it.
std::optional<std::string> base64_decode(std::string_view text);

// RFC 2104.
Sha256 hmac_sha256(std::string_view key, std::string_view text);

}  // namespace fw::wire
