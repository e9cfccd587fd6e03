#include "cloud/anthropic/anthropic.h"
#include "cloud/openai_http/classify_fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return fw::cloud::openai_http::classify_any(fw::cloud::anthropic::adapter(), bytes, size);
}
