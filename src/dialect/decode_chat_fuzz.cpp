// Chat answers of an upstream, translated: the same however the bytes were split, and always well-formed.
#include "dialect/decode_fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return fw::dialect::fuzzing::run(fw::dialect::Dialect::chat, bytes, size);
}
