// Binary event streams: the messages must not depend on how the bytes were split, and a message that
// was read must be written as it was.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "wire/event_stream.h"

namespace {

using fw::wire::EventHeader;
using fw::wire::EventMessage;
using fw::wire::EventStreamDecoder;

constexpr std::size_t kMessageBytesMax = 4096;  // low, so that the limit is met

std::string written(const EventMessage& message) {
  std::string out;
  fw::wire::write_event_message(out, message.headers, message.payload);
  return out;
}

struct Trace {
  std::string messages;
  std::string end;
  bool operator==(const Trace&) const = default;
};

Trace decode(std::string_view in, std::size_t step) {
  EventStreamDecoder decoder(kMessageBytesMax);
  Trace out;
  for (std::size_t at = 0; at < in.size(); at += step) {
    const std::string_view part = in.substr(at, step);
    const std::vector<char> bytes(part.begin(), part.end());  // of its exact size, for the sanitizer
    decoder.feed({bytes.data(), bytes.size()});
    EventMessage message;
    EventStreamDecoder::Next next;
    while ((next = decoder.next(message)) == EventStreamDecoder::Next::message) out.messages += written(message);
    out.end = say(decoder.fault());
    if (next == EventStreamDecoder::Next::fault) return out;
  }
  if (decoder.partial()) out.end = "partial";
  return out;
}

// Makes the checksums right, so that what lies behind them is reached.
std::string with_checksums(std::string_view in) {
  std::string out;
  const auto number = [&out](std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  };
  while (in.size() >= 3) {
    const std::size_t headers = static_cast<unsigned char>(in[0]);
    const std::size_t payload = static_cast<unsigned char>(in[1]);
    const int lie = static_cast<signed char>(in[2]) / 64;
    in.remove_prefix(3);
    const std::string_view rest = in.substr(0, headers + payload);
    in.remove_prefix(rest.size());
    const std::size_t start = out.size();
    number(static_cast<std::uint32_t>(static_cast<int>(rest.size()) + 16 + lie));
    number(static_cast<std::uint32_t>(headers));
    number(fw::wire::crc32(std::string_view(out).substr(start)));
    out += rest;
    number(fw::wire::crc32(std::string_view(out).substr(start)));
  }
  return out;
}

void check(std::string_view in) {
  const Trace whole = decode(in, in.size() + 1);
  const std::size_t fine = in.size() <= 512 ? 1 : in.size() / 128;
  for (const std::size_t step : {fine, fine + 1, in.size() / 2 + 1})
    if (decode(in, step) != whole) std::abort();
  // What was read whole is, byte for byte, where it was read from.
  if (!in.starts_with(whole.messages)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  check(in);
  check(with_checksums(in));
  return 0;
}
