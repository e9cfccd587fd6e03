// Azure OpenAI in Microsoft Foundry.
#pragma once

#include "cloud/adapter.h"

namespace fw::cloud::azure {

const Adapter& adapter();

// The table of fates.
std::span<const FieldRow> field_rows();

}  // namespace fw::cloud::azure
