// Files of the repository that the program carries inside. The build writes the definitions (cmake/Embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace fw::config {

struct EmbeddedFile {
  std::string_view name;  // "azure.yaml"
  std::string_view text;
};

// offers/*.yaml
std::span<const EmbeddedFile> embedded_offers();

}  // namespace fw::config
