// A stream says the same however it arrives. An input that begins with '{' is lines of events, told as
// server-sent events and in frames alike; any other is the bytes themselves; all are a whole answer, too.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cloud/anthropic/messages_testing.h"

namespace {

using namespace fw::cloud::anthropic::testing;

void demand(bool holds) {
  if (!holds) std::abort();
}

void expect_same_in_pieces(std::string_view stream, bool framed) {
  const fw::dialect::RelayLimits limits{.event_bytes = 1 << 16};
  const std::string whole = told(stream, framed, stream.size(), stream.size(), limits);
  for (const std::size_t piece : {1u, 7u, 64u}) demand(told(stream, framed, piece, piece, limits) == whole);
  for (std::size_t cut = 1; cut < std::min<std::size_t>(stream.size(), 64); cut += 5)
    demand(told(stream, framed, cut, stream.size(), limits) == whole);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  const bool lines = in.starts_with('{') && in.size() < 30'000;
  expect_same_in_pieces(lines ? sse_of(in) : std::string(in), false);
  expect_same_in_pieces(lines ? frames_of(in) : std::string(in), true);
  demand(!told_whole(in).empty());
  return 0;
}
