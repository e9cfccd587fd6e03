// A stream says the same however it arrives. An input that begins with '{' is lines of events, which
// become frames; any other is the bytes themselves, and a whole answer.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cloud/bedrock/converse_decode.h"
#include "cloud/bedrock/converse_testing.h"

namespace {

using fw::cloud::bedrock::converse_decoder;
using fw::cloud::bedrock::testing::EventLog;

void demand(bool holds) {
  if (!holds) std::abort();
}

struct Told {
  std::string log;
  bool ended = false;
};

Told decode(std::string_view bytes, std::size_t first, std::size_t piece) {
  const auto decoder = converse_decoder({.event_bytes = 1 << 16});
  EventLog log;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min(at == 0 ? first : piece, bytes.size() - at);
    // Memory that ends where the bytes end, so that reading on is seen.
    const std::string part(bytes.substr(at, size));
    decoder->feed(part, log);
    at += size;
  }
  decoder->close(log);
  return {log.text, decoder->ended()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  // Long names cannot stand in a frame; the writer asserts it.
  const bool lines = in.starts_with('{') && in.size() < 30'000;
  const std::string stream = lines ? fw::cloud::bedrock::testing::frames_of(in) : std::string(in);
  const Told whole = decode(stream, stream.size(), 1);
  demand(!whole.ended || whole.log.find("finish") != std::string::npos || whole.log.find("error") != std::string::npos);
  for (const std::size_t piece : {1u, 2u, 7u, 64u}) {
    const Told split = decode(stream, piece, piece);
    demand(split.log == whole.log && split.ended == whole.ended);
  }
  for (std::size_t cut = 1; cut < std::min<std::size_t>(stream.size(), 64); ++cut)
    demand(decode(stream, cut, stream.size()).log == whole.log);
  EventLog log;
  const auto read = converse_decoder({})->whole(in, 64, log);
  demand(read || log.text.empty());
  return 0;
}
