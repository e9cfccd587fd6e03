// Providers as their clouds describe them: the registry's settings become fields of the file.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "config/field.h"

namespace fw::config {

// Words for `cloud`, in the order of the registry.
std::vector<std::string_view> cloud_words();

// A table per cloud of the registry.
std::span<const Variant> provider_tables();

// True for clouds of version 1 that this release has no adapter for.
bool is_later_cloud(std::string_view word);

}  // namespace fw::config
