// What becomes of a client's fields at Anthropic's models. Dated rows; the code of this folder does what they say.
#pragma once

#include <span>

#include "cloud/adapter.h"

namespace fw::cloud::anthropic {

std::span<const FieldRow> fields();

}  // namespace fw::cloud::anthropic
