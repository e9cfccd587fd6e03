// One line per cloud.
#include <algorithm>
#include <array>

#include "cloud/adapter.h"
#include "cloud/anthropic/anthropic.h"
#include "cloud/azure/azure.h"
#include "cloud/bedrock/bedrock.h"
#include "cloud/compatible/compatible.h"
#include "cloud/openai/openai.h"
#include "cloud/vertex/vertex.h"

namespace fw::cloud {

std::span<const Adapter* const> all() {
  static const std::array kAll{
      &openai::adapter(),
      &azure::adapter(),
      &bedrock::adapter(),
      &vertex::adapter(),
      &anthropic::adapter(),
      &compatible::adapter(),
  };
  return kAll;
}

const Adapter* find(std::string_view cloud) {
  const auto found = std::ranges::find(all(), cloud, &Adapter::name);
  return found == all().end() ? nullptr : *found;
}

}  // namespace fw::cloud
