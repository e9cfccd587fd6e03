// Azure's own errors, before those it shares with OpenAI.
#pragma once

#include "cloud/openai_http/failure.h"

namespace fw::cloud::azure {

FailureKind kind_of(int status, const openai_http::ErrorBody& error);

}  // namespace fw::cloud::azure
