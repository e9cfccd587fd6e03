// The clouds that are faked; one file each.
#pragma once

#include "fake/manner.h"

namespace fw::fake {

const Manner& openai_manner();
const Manner& azure_manner();
const Manner& compatible_manner();
const Manner& bedrock_manner();
const Manner& vertex_manner();
const Manner& tokens_manner();  // not a cloud: where tokens for them come from

}  // namespace fw::fake
