// Any answer gets a sound verdict.
#include "cloud/openai_http/classify_fuzzing.h"
#include "cloud/vertex/vertex.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return fw::cloud::openai_http::classify_any(fw::cloud::vertex::adapter(), bytes, size);
}
