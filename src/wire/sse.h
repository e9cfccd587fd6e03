// Server-sent events (WHATWG HTML §9.2), cut and read without copying where the bytes allow it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>

namespace fw::wire {

struct SseEvent {
  std::string_view name;      // the last `event:` field, empty if there is none
  std::string_view data;      // the `data:` lines joined by LF
  std::string_view raw;       // the bytes as they came, blank line included, byte order mark not
  bool canonical = false;     // raw has LF only and fields spelt `event: x`, `data: y`: may be relayed as it is
  bool comment_only = false;  // nothing but comment lines (keep-alives)
  bool has_data = false;      // at least one `data` field, even an empty one
};

// Feed bytes, then call next() until it says need_more. Bytes are not decoded: invalid UTF-8 and
// NUL pass through as they are. Blank lines between events yield nothing. `id` and `retry` stand
// in raw only.
class SseDecoder {
 public:
  // `event_bytes_max` bounds the raw bytes of one event and so the memory held between feeds.
  explicit SseDecoder(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}
  SseDecoder(SseDecoder&&) = default;
  SseDecoder& operator=(SseDecoder&&) = default;

  // `bytes` must stay until next() said need_more; only then may more be fed. Ends the life of
  // views given out before.
  void feed(std::string_view bytes);

  enum class Next : std::uint8_t { event, need_more, too_long };
  // Views in `out` live until the next feed() (and no longer than the bytes fed). After need_more
  // the unfinished rest is kept inside; too_long is final.
  Next next(SseEvent& out);

  // After need_more: bytes of an unfinished event are held. At the end of a stream such an event
  // is not to be dispatched (WHATWG HTML §9.2.6).
  bool partial() const { return !held_.empty() || bom_matched_ != 0; }
  // After need_more: those bytes.
  std::string_view rest() const { return held_; }
  // Ends the life of views now instead of at the next feed: a quiet stream then holds no memory.
  void release();

 private:
  bool skip_to_event();
  Next finish_held(SseEvent& out);
  Next keep_rest();
  // Reads one event at the start of `bytes`; its size, or 0 if it is not complete.
  std::size_t read_event(std::string_view bytes, SseEvent& out);
  std::string_view join(std::string_view event_bytes);

  std::size_t event_bytes_max_;
  std::string_view fed_;                   // not yet looked at
  std::string held_;                       // an unfinished event from earlier feeds
  std::string finished_;                   // the event that was completed in this feed; its views live here
  std::forward_list<std::string> joined_;  // data of several lines
  std::uint8_t bom_matched_ = 0;           // bytes of a byte order mark seen at the very start
  bool at_start_ = true;
  bool too_long_ = false;
};

// Appends one canonical event. An empty name writes no `event:` line; line breaks in `data` (LF,
// CR, CRLF) become several `data:` lines; in `name` they are dropped.
void write_sse(std::string& out, std::string_view name, std::string_view data);

}  // namespace fw::wire
