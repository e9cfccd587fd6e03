// What a request is tagged with beside its key: from `x-fairway-tags`, and from its `metadata`.
#pragma once

#include <string_view>

#include "gateway/exchange.h"

namespace fw::gateway {

// The header's. Error (400): malformed, a name that `tags.names` does not have, or another value than the key's.
Result<void> take_tags(Exchange& x, const wire::RequestHead& head);
// Members of `metadata` (an object, well-formed) whose names `tags.names` has; others are the client's own matter. Error
// (400): such a member is no tag, or says another value than the key or the header.
Result<void> take_tags(Exchange& x, std::string_view metadata);

}  // namespace fw::gateway
