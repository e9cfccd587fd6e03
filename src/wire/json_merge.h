// Changing a JSON object by another: RFC 7396.
#pragma once

#include <string>
#include <string_view>

namespace fw::wire {

// `target` with what `patch` says: its members replace, objects are merged, null removes. Both are valid JSON objects of
// at most json_depth_cap levels without duplicate keys. Members of `target` come first, in their order; keys are written
// without needless escapes, values that are no objects as they stand.
std::string json_merge(std::string_view target, std::string_view patch);

}  // namespace fw::wire
