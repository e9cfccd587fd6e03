// OpenAI itself.
#pragma once

#include "cloud/adapter.h"

namespace fw::cloud::openai {

const Adapter& adapter();

// The table of fates.
std::span<const FieldRow> field_rows();

}  // namespace fw::cloud::openai
