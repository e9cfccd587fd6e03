// Anthropic's errors, and around them those of the clouds that resell it, told apart by their shape.
#pragma once

#include "cloud/openai_http/failure.h"

namespace fw::cloud::anthropic {

// By Anthropic's type where there is one, else by the status. `status` 0: told inside a stream.
FailureKind kind_of(int status, const openai_http::ErrorBody& error);

Verdict classify(const Answer& answer, WallTime now);
Verdict classify_stream(const dialect::ProviderStreamError& error);

}  // namespace fw::cloud::anthropic
