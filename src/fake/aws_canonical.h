// The canonical request of Signature Version 4, rebuilt from what was received.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http1.h"

namespace fw::fake {

struct CanonicalParts {
  std::string_view method;
  std::string_view path;   // as on the wire
  std::string_view query;  // as on the wire
  std::span<const wire::HeaderField> fields;
  std::span<const std::string_view> signed_names;  // lower case
  std::string_view payload_sha256;
};
std::string canonical_request(const CanonicalParts& parts);

std::string lower(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char at);

}  // namespace fw::fake
