// Google's own errors, before those it shares with OpenAI.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cloud/openai_http/failure.h"

namespace fw::cloud::google {

// {"error":{"code","message","status","details":[…]}}, also in an array of one. `type` is the status
// ("RESOURCE_EXHAUSTED"), `inner_code` the reason of an ErrorInfo ("SERVICE_DISABLED").
struct GoogleError {
  openai_http::ErrorBody error;
  std::uint32_t retry_delay_ms = 0;  // of a RetryInfo; 0: none
};
GoogleError read_google_error(std::string_view body);

// By Google's word where there is one, else by the status. `status` 0: told inside a stream.
FailureKind kind_of(int status, const openai_http::ErrorBody& error);

// The names of projects give way to "***": a tenant has no business with them.
std::string without_projects(std::string_view message);

Verdict classify(const Answer& answer, WallTime now);
Verdict classify_stream(const dialect::ProviderStreamError& error);

}  // namespace fw::cloud::google
