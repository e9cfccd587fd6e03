// OpenAI itself.
#pragma once

#include "cloud/adapter.h"

namespace fw::cloud::openai {

const Adapter& adapter();

}  // namespace fw::cloud::openai
