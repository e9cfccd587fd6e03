// Anthropic's Messages API, wherever it is sold.
#pragma once

#include "cloud/adapter.h"

namespace fw::cloud::anthropic {

const Adapter& adapter();

}  // namespace fw::cloud::anthropic
