// A stream as a sequence of server-sent events, made one at a time: an open stream costs little memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "fake/bill.h"
#include "fake/fault.h"

namespace fw::fake {

class EventSource {
 public:
  virtual ~EventSource() = default;
  enum class Step : std::uint8_t { content, frame, over };
  // Appends the next event, blank line included; over: nothing was appended.
  virtual Step next(std::string& out) = 0;
  // What has been generated so far, as the bill counts it.
  virtual Tokens so_far() const = 0;
  // An error in the middle of this stream, as its dialect tells it.
  virtual void append_error(std::string& out, const Fault& fault) const = 0;
  virtual std::string_view content_type() const { return "text/event-stream; charset=utf-8"; }
  // Makes of an event one that must not be believed: here JSON that is none.
  virtual void spoil(std::string& event) const {
    if (const auto at = event.find('{'); at != std::string::npos) event.insert(at, "{");
  }
};

}  // namespace fw::fake
