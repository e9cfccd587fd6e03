// The AWS event stream (application/vnd.amazon.eventstream): binary messages with headers, each
// under two CRC-32s. Facts: awslabs/aws-c-event-stream; the SDKs' `@smithy/eventstream-codec`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fw::wire {

enum class EventHeaderType : std::uint8_t {
  boolean_true,
  boolean_false,
  int8,
  int16,
  int32,
  int64,
  bytes,
  string,
  timestamp,
  uuid
};

struct EventHeader {
  std::string_view name;
  EventHeaderType type = EventHeaderType::string;
  std::string_view bytes;   // string, bytes, uuid: the value
  std::int64_t number = 0;  // the integers; timestamp: milliseconds since 1970; booleans: 0 or 1
};

struct EventMessage {
  std::span<const EventHeader> headers;
  std::string_view payload;
  // The value of a string header; empty: there is none.
  std::string_view text(std::string_view header_name) const;
};

enum class EventStreamFault : std::uint8_t { none, prelude_crc, message_crc, length, headers, too_long };
std::string_view say(EventStreamFault fault);

// Feed bytes, then call next() until it says need_more. A fault is final: what follows cannot be
// trusted.
class EventStreamDecoder {
 public:
  explicit EventStreamDecoder(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  // `bytes` must stay until next() said need_more. Ends the life of views given out before.
  void feed(std::string_view bytes);
  enum class Next : std::uint8_t { message, need_more, fault };
  // Views in `out` live until the next next() or feed().
  Next next(EventMessage& out);
  EventStreamFault fault() const { return fault_; }
  // After need_more: bytes of an unfinished message are held.
  bool partial() const { return !held_.empty(); }

 private:
  Next take(std::string_view message, EventMessage& out);
  Next fail(EventStreamFault fault);

  std::size_t message_bytes_max_;
  std::string_view fed_;
  std::string held_;
  std::string finished_;
  std::vector<EventHeader> headers_;
  EventStreamFault fault_ = EventStreamFault::none;
};

// Appends one message. Header names at most 255 bytes, values at most 32,767 (asserted).
void write_event_message(std::string& out, std::span<const EventHeader> headers, std::string_view payload);

// CRC-32 as zlib has it; `seed` continues an earlier one.
std::uint32_t crc32(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace fw::wire
