// Amazon Bedrock: the runtime and mantle hosts, OpenAI's paths and Converse.
#pragma once

#include "cloud/adapter.h"

namespace fw::cloud::bedrock {

const Adapter& adapter();

}  // namespace fw::cloud::bedrock
