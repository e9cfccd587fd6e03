#include "fake/base64url.h"

#include <algorithm>

#include "wire/hash.h"

namespace fw::fake {

std::string to_base64url(std::string_view bytes) {
  auto text = wire::base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  return wire::base64_decode(plain);
}

}  // namespace fw::fake
