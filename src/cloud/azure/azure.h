// Azure OpenAI in Microsoft Foundry.
#pragma once

#include "cloud/adapter.h"

namespace fw::cloud::azure {

const Adapter& adapter();

}  // namespace fw::cloud::azure
