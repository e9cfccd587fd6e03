// What becomes of each field on its way to Bedrock.
#pragma once

#include <span>

#include "cloud/adapter.h"

namespace fw::cloud::bedrock {

// Per dialect spoken to Bedrock. Ids of runtime bear a geography before the vendor (`us.openai.…`),
// those of mantle do not: so the rows tell the hosts apart.
std::span<const FieldRow> fields();

}  // namespace fw::cloud::bedrock
