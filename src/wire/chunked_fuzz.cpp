// A chunked body: payload, end and fault must not depend on how the bytes were split.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http1_chunked.h"

namespace {

struct Decoded {
  std::string payload;
  std::size_t consumed = 0;
  bool done = false;
  fw::wire::HttpFault fault = fw::wire::HttpFault::none;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view in, std::size_t step) {
  fw::wire::ChunkedDecoder decoder;
  Decoded out;
  while (out.consumed < in.size()) {
    const std::string_view part = in.substr(out.consumed, step);
    std::vector<char> bytes(part.begin(), part.end());  // of its exact size, for the sanitizer
    const auto result = decoder.decode(bytes.data(), bytes.size());
    out.payload.append(bytes.data(), result.payload);
    out.consumed += result.consumed;
    out.done = result.done;
    out.fault = result.fault;
    if (out.done || out.fault != fw::wire::HttpFault::none) break;
    if (result.consumed != part.size()) std::abort();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  const Decoded whole = decode(in, size + 1);
  if (whole.payload.size() > whole.consumed) std::abort();
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, size / 2 + 1})
    if (decode(in, step) != whole) std::abort();
  return 0;
}
