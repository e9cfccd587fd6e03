// An event stream: the events must not depend on how the bytes were split.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "wire/sse.h"

namespace {

using fw::wire::SseDecoder;
using fw::wire::SseEvent;

constexpr std::size_t kEventBytesMax = 512;  // low, so that the limit is met

struct Trace {
  std::string text;
  bool partial = false;
  bool operator==(const Trace&) const = default;
};

void note(std::string& out, const SseEvent& event) {
  std::string_view raw = event.raw;
  if (!event.canonical && raw.ends_with("\r\n")) raw.remove_suffix(1);  // its LF may come later
  out.append("event ").append(event.name).append("\ndata ").append(event.data).append("\nraw ").append(raw);
  out += event.canonical ? 'c' : '-';
  out += event.comment_only ? 'k' : '-';
  out += event.has_data ? 'd' : '-';
}

Trace decode(std::string_view in, std::size_t step) {
  SseDecoder decoder(kEventBytesMax);
  Trace out;
  for (std::size_t at = 0; at < in.size(); at += step) {
    const std::string_view part = in.substr(at, step);
    const std::vector<char> bytes(part.begin(), part.end());  // of its exact size, for the sanitizer
    decoder.feed({bytes.data(), bytes.size()});
    std::vector<SseEvent> events;  // all views must live until the next feed
    SseEvent event;
    SseDecoder::Next next;
    while ((next = decoder.next(event)) == SseDecoder::Next::event) events.push_back(event);
    for (const SseEvent& each : events) note(out.text, each);
    if (next == SseDecoder::Next::too_long) {
      out.text += "too long";
      return out;
    }
    if (decoder.rest().size() > kEventBytesMax) std::abort();
  }
  out.partial = decoder.partial();
  return out;
}

// What write_sse makes of an event must be read back as that event.
void expect_round_trip(std::string_view name, std::string_view data) {
  std::string bytes;
  fw::wire::write_sse(bytes, name, data);
  SseDecoder decoder(bytes.size());
  SseEvent event;
  decoder.feed(bytes);
  if (decoder.next(event) != SseDecoder::Next::event) std::abort();
  if (!event.canonical || event.name != name || event.data != data || event.raw != bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  const Trace whole = decode(in, size + 1);
  const std::size_t fine = size <= 512 ? 1 : size / 128;
  for (const std::size_t step : {fine, fine + 1, size / 2 + 1})
    if (decode(in, step) != whole) std::abort();
  SseDecoder decoder(size + 1);
  SseEvent event;
  decoder.feed(in);
  while (decoder.next(event) == SseDecoder::Next::event)
    if (event.has_data) expect_round_trip(event.name, event.data);
  return 0;
}
