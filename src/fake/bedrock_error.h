// Bedrock's errors in its two shapes.
#pragma once

#include "fake/manner.h"

namespace fw::fake {

// {"message":…} with the exception's name in x-amzn-ErrorType.
Spoken bedrock_native_error(const Refusal& refusal);
// {"error":{code,message,param,type}}
Spoken bedrock_openai_error(const Refusal& refusal);

}  // namespace fw::fake
