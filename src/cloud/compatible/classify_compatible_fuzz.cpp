// Any answer gets a sound verdict.
#include "cloud/compatible/compatible.h"
#include "cloud/openai_http/classify_fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return fw::cloud::openai_http::classify_any(fw::cloud::compatible::adapter(), bytes, size);
}
