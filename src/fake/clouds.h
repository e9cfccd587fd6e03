// The clouds that are faked; one file each.
#pragma once

#include "fake/manner.h"

namespace fw::fake {

const Manner& openai_manner();
const Manner& azure_manner();
const Manner& compatible_manner();

}  // namespace fw::fake
