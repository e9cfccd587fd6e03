#include "wire/event_stream.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace fw::wire {
namespace {

constexpr std::size_t kPreludeBytes = 12;  // both lengths and their CRC
constexpr std::size_t kCrcBytes = 4;
constexpr std::size_t kMessageBytesMin = kPreludeBytes + kCrcBytes;
constexpr std::size_t kHeadersBytesMax = 128 * 1024;
constexpr std::size_t kValueBytesMax = 32'767;
constexpr std::size_t kUuidBytes = 16;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t out = 0;
  for (char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(big_endian(bytes.substr(at, 4)));
}

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

// The bytes of a type with one size; 0: none; -1: a length of two bytes stands before the value.
int value_bytes(EventHeaderType type) {
  switch (type) {
    case EventHeaderType::boolean_true:
    case EventHeaderType::boolean_false: return 0;
    case EventHeaderType::int8: return 1;
    case EventHeaderType::int16: return 2;
    case EventHeaderType::int32: return 4;
    case EventHeaderType::int64:
    case EventHeaderType::timestamp: return 8;
    case EventHeaderType::uuid: return static_cast<int>(kUuidBytes);
    case EventHeaderType::bytes:
    case EventHeaderType::string: return -1;
  }
  return 0;
}

bool is_bytes(EventHeaderType type) {
  return type == EventHeaderType::bytes || type == EventHeaderType::string || type == EventHeaderType::uuid;
}

std::int64_t sign_extended(std::string_view bytes) {
  const auto unused = static_cast<int>(64 - 8 * bytes.size());
  return static_cast<std::int64_t>(big_endian(bytes) << unused) >> unused;
}

// Cuts `count` bytes off the front; false: there are fewer.
bool cut(std::string_view& from, std::size_t count, std::string_view& out) {
  if (from.size() < count) return false;
  out = from.substr(0, count);
  from.remove_prefix(count);
  return true;
}

bool read_header(std::string_view& from, EventHeader& out) {
  std::string_view part;
  if (!cut(from, 1, part) || !cut(from, static_cast<unsigned char>(part[0]), out.name)) return false;
  if (!cut(from, 1, part)) return false;
  const auto type = static_cast<unsigned char>(part[0]);
  if (type > static_cast<unsigned char>(EventHeaderType::uuid)) return false;
  out.type = static_cast<EventHeaderType>(type);
  out.bytes = {};
  out.number = out.type == EventHeaderType::boolean_true ? 1 : 0;
  const int fixed = value_bytes(out.type);
  if (fixed == 0) return true;
  auto size = static_cast<std::size_t>(std::max(fixed, 0));
  if (fixed < 0) {
    if (!cut(from, 2, part)) return false;
    size = big_endian(part);
    if (size > kValueBytesMax) return false;
  }
  if (!cut(from, size, part)) return false;
  if (is_bytes(out.type)) {
    out.bytes = part;
  } else {
    out.number = sign_extended(part);
  }
  return true;
}

// Of the first twelve bytes.
EventStreamFault check_prelude(std::string_view prelude, std::size_t message_bytes_max) {
  if (crc32(prelude.substr(0, 8)) != u32_at(prelude, 8)) return EventStreamFault::prelude_crc;
  const std::size_t total = u32_at(prelude, 0);
  const std::size_t headers = u32_at(prelude, 4);
  if (total < kMessageBytesMin || headers > total - kMessageBytesMin || headers > kHeadersBytesMax)
    return EventStreamFault::length;
  return total > message_bytes_max ? EventStreamFault::too_long : EventStreamFault::none;
}

using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

// Tables of one byte followed by 0 to 7 zero bytes, so that eight bytes are eight independent look-ups.
constexpr CrcTables kCrc = [] {
  CrcTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
    tables[0][i] = crc;
  }
  for (std::size_t t = 1; t < 8; ++t)
    for (std::size_t i = 0; i < 256; ++i) tables[t][i] = tables[t - 1][i] >> 8 ^ tables[0][tables[t - 1][i] & 0xff];
  return tables;
}();

}  // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    const std::uint32_t low = crc ^ (std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 |
                                     std::uint32_t{at[3]} << 24);
    crc = kCrc[7][low & 0xff] ^ kCrc[6][low >> 8 & 0xff] ^ kCrc[5][low >> 16 & 0xff] ^ kCrc[4][low >> 24] ^
          kCrc[3][at[4]] ^ kCrc[2][at[5]] ^ kCrc[1][at[6]] ^ kCrc[0][at[7]];
  }
  for (; left > 0; --left) crc = kCrc[0][(crc ^ *at++) & 0xff] ^ crc >> 8;
  return ~crc;
}

std::string_view say(EventStreamFault fault) {
  switch (fault) {
    case EventStreamFault::none: return "no fault";
    case EventStreamFault::prelude_crc: return "the checksum of a message's lengths does not match";
    case EventStreamFault::message_crc: return "the checksum of a message does not match";
    case EventStreamFault::length: return "a message's lengths contradict each other";
    case EventStreamFault::headers: return "a message's headers are malformed";
    case EventStreamFault::too_long: return "a message is longer than the limit";
  }
  return "";
}

std::string_view EventMessage::text(std::string_view header_name) const {
  for (const EventHeader& header : headers)
    if (header.type == EventHeaderType::string && header.name == header_name) return header.bytes;
  return {};
}

void EventStreamDecoder::feed(std::string_view bytes) {
  // What an earlier feed left unread was not to be kept beyond need_more, which takes all.
  fed_ = bytes;
}

EventStreamDecoder::Next EventStreamDecoder::fail(EventStreamFault fault) {
  fault_ = fault;
  fed_ = {};
  held_.clear();
  return Next::fault;
}

EventStreamDecoder::Next EventStreamDecoder::next(EventMessage& out) {
  if (fault_ != EventStreamFault::none) return Next::fault;
  const auto hold = [this](std::size_t wanted) {
    const std::size_t count = std::min(wanted - held_.size(), fed_.size());
    held_.append(fed_.substr(0, count));
    fed_.remove_prefix(count);
    return held_.size() == wanted;
  };
  const bool in_pieces = !held_.empty() || fed_.size() < kPreludeBytes;
  if (in_pieces && held_.size() < kPreludeBytes && !hold(kPreludeBytes)) return Next::need_more;
  const std::string_view prelude = in_pieces ? std::string_view(held_) : fed_;
  const auto fault = check_prelude(prelude.substr(0, kPreludeBytes), message_bytes_max_);
  if (fault != EventStreamFault::none) return fail(fault);
  const std::size_t total = u32_at(prelude, 0);
  if (!in_pieces && fed_.size() >= total) {
    const std::string_view message = fed_.substr(0, total);
    fed_.remove_prefix(total);
    return take(message, out);
  }
  if (!hold(total)) return Next::need_more;
  finished_.swap(held_);
  held_.clear();
  return take(finished_, out);
}

EventStreamDecoder::Next EventStreamDecoder::take(std::string_view message, EventMessage& out) {
  const std::size_t crc_at = message.size() - kCrcBytes;
  if (crc32(message.substr(0, crc_at)) != u32_at(message, crc_at)) return fail(EventStreamFault::message_crc);
  const std::size_t headers_bytes = u32_at(message, 4);
  std::string_view left = message.substr(kPreludeBytes, headers_bytes);
  headers_.clear();
  while (!left.empty())
    if (!read_header(left, headers_.emplace_back())) return fail(EventStreamFault::headers);
  out.headers = headers_;
  out.payload = message.substr(kPreludeBytes + headers_bytes, crc_at - kPreludeBytes - headers_bytes);
  return Next::message;
}

void write_event_message(std::string& out, std::span<const EventHeader> headers, std::string_view payload) {
  const std::size_t start = out.size();
  out.append(kPreludeBytes, '\0');
  for (const EventHeader& header : headers) {
    if (header.name.size() > 255 || header.bytes.size() > kValueBytesMax) std::abort();
    out += static_cast<char>(header.name.size());
    out.append(header.name);
    out += static_cast<char>(header.type);
    const int fixed = value_bytes(header.type);
    if (fixed < 0) append_big_endian(out, header.bytes.size(), 2);
    if (header.type == EventHeaderType::uuid && header.bytes.size() != kUuidBytes) std::abort();
    if (is_bytes(header.type)) {
      out.append(header.bytes);
    } else {
      append_big_endian(out, static_cast<std::uint64_t>(header.number), fixed);
    }
  }
  std::string prelude;
  append_big_endian(prelude, out.size() - start + payload.size() + kCrcBytes, 4);
  append_big_endian(prelude, out.size() - start - kPreludeBytes, 4);
  append_big_endian(prelude, crc32(prelude), 4);
  out.replace(start, kPreludeBytes, prelude);
  out.append(payload);
  append_big_endian(out, crc32(std::string_view(out).substr(start)), 4);
}

}  // namespace fw::wire
