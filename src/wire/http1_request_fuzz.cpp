// Requests of one connection: the trace must not depend on how the bytes were split.
#include <cstdlib>

#include "wire/http1_trace.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using fw::wire::trace::Connection;
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  const std::string whole = Connection(in, size + 1).requests();
  const std::size_t fine = size <= 512 ? 1 : size / 64;  // each try copies what has come
  for (const std::size_t step : {fine, fine + 1, size / 2 + 1}) {
    Connection connection(in, step);
    if (connection.requests() != whole || connection.missed_end()) std::abort();
  }
  return 0;
}
