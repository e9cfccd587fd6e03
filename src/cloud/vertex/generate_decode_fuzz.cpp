// The same bytes give the same events, whole and wherever they are split; every event can be rendered.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cloud/vertex/events_testing.h"
#include "wire/json.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using fw::cloud::vertex::told;
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  const std::string once = told(in, {in.size()});
  demand(told(in, {1}) == once);
  for (std::size_t step = 2; step < 40; step += 7) demand(told(in, {step}) == once);
  const std::string whole = fw::cloud::vertex::told_whole(in);
  demand(!whole.empty());
  return 0;
}
