// Responses of one connection. The first byte says what was asked for, the rest is the answer.
#include <cstdlib>

#include "wire/http1_trace.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using fw::wire::Method;
  using fw::wire::trace::Connection;
  if (size == 0) return 0;
  const Method asked = bytes[0] == 'H' ? Method::head : bytes[0] == 'G' ? Method::get : Method::post;
  const std::string_view in(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::string whole = Connection(in, size + 1).responses(asked);
  const std::size_t fine = size <= 512 ? 1 : size / 64;
  for (const std::size_t step : {fine, fine + 1, size / 2 + 1}) {
    Connection connection(in, step);
    if (connection.responses(asked) != whole || connection.missed_end()) std::abort();
  }
  return 0;
}
