// Errors as clients read them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace fw::dialect {

// {"error":{"message":…,"type":…,"param":…,"code":…}}, the body of every refusal; `param` and
// `code` are null when empty. A request id, when given, is added inside as `request_id`.
std::string error_json(const Error& error, std::string_view request_id = {});

}  // namespace fw::dialect
