#include "cloud/azure/failure.h"

namespace fw::cloud::azure {
namespace {

using openai_http::ErrorBody;
using openai_http::says;

bool is_filter(const ErrorBody& error) {
  return error.code == "content_filter" || error.inner_code == "ResponsibleAIPolicyViolation" ||
         says(error.message, "content management policy");
}

// One status, three causes, told apart by their words (Microsoft: troubleshoot-errors.md): the
// deployment's rate limit, the service's peak load, and a limit lowered for a while. The last looks
// like the first but for x-ratelimit-limit-tokens, and asks for the same.
FailureKind kind_of_429(const ErrorBody& error) {
  if (says(error.message, "temporarily unable") || says(error.message, "high demand") ||
      says(error.message, "no capacity"))
    return FailureKind::overloaded;
  // "have exceeded … rate limit", also a provisioned deployment at 100 %.
  if (says(error.message, "rate limit")) return FailureKind::rate_limited;
  return openai_http::kind_of(429, error);
}

}  // namespace

FailureKind kind_of(int status, const ErrorBody& error) {
  if ((status == 400 || status == 0) && is_filter(error)) return FailureKind::content_filter;
  if (status == 429) return kind_of_429(error);
  if (error.code == "DeploymentNotFound") return FailureKind::not_found;
  return openai_http::kind_of(status, error);
}

}  // namespace fw::cloud::azure
