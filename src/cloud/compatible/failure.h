// Errors that servers of open models spell in their own ways, before those they share with OpenAI.
#pragma once

#include "cloud/openai_http/failure.h"

namespace fw::cloud::compatible {

FailureKind kind_of(int status, const openai_http::ErrorBody& error);

}  // namespace fw::cloud::compatible
