// Files of the repository that the program carries inside. The build writes the definitions (tools/pack_offers.cpp).
#pragma once

#include <span>
#include <string_view>

namespace fw::config {

struct EmbeddedFile {
  std::string_view name;  // "azure.yaml"
  std::string_view text;  // as JSON
};

// offers/*.yaml
std::span<const EmbeddedFile> embedded_offers();

}  // namespace fw::config
