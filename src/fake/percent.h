// Percent-encoding as the clouds undo it (RFC 3986 §2.1), and forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fw::fake {

// A `%` that no two hex digits follow stays.
std::string percent_decoded(std::string_view text);
// The value of a name in `a=b&c=d`, decoded, `+` a blank; nothing: it is not there.
std::optional<std::string> form_value(std::string_view form, std::string_view name);

}  // namespace fw::fake
