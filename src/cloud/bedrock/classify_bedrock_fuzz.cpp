// Any answer gets a sound verdict, and none tells tenants of the account.
#include "cloud/aws/failure.h"
#include "cloud/bedrock/bedrock.h"
#include "cloud/openai_http/classify_fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const std::string once = fw::cloud::aws::masked(text);
  fw::cloud::openai_http::demand(once.size() <= text.size() && fw::cloud::aws::masked(once) == once);
  return fw::cloud::openai_http::classify_any(fw::cloud::bedrock::adapter(), bytes, size);
}
