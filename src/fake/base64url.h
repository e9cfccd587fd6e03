// RFC 4648 §5 as JSON Web Tokens use it: without padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fw::fake {

std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace fw::fake
