// Anthropic's errors, and around them those of the clouds that resell it, told apart by their shape.
#pragma once

#include "cloud/limits.h"
#include "cloud/openai_http/failure.h"

namespace fw::cloud::anthropic {

// By Anthropic's type where there is one, else by the status. `status` 0: told inside a stream.
FailureKind kind_of(int status, const openai_http::ErrorBody& error);

Verdict classify(const Answer& answer, WallTime now);
// anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}; the reset is a time. Of tokens it is the limit that is
// nearest its end (docs "Rate limits"). A reset that is over counts as not said.
StatedLimits limits(std::span<const wire::HeaderField> fields, WallTime now);
Verdict classify_stream(const dialect::ProviderStreamError& error);

}  // namespace fw::cloud::anthropic
