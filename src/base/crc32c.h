// CRC-32C (Castagnoli: RFC 3720 appendix B.4), the checksum of the journal. Not the CRC-32 of zlib
// and of the AWS event stream, which has another polynomial and stands in wire/event_stream.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fw {

// `seed`: the sum of what came before, or any number that both sides know. By the processor where it
// can, else by a table; the same result.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);

// The table's way, for tests.
std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t seed = 0);

}  // namespace fw
