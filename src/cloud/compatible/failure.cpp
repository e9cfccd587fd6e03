#include "cloud/compatible/failure.h"

namespace fw::cloud::compatible {

using openai_http::ErrorBody;
using openai_http::says;

FailureKind kind_of(int status, const ErrorBody& error) {
  // llama.cpp while it starts; older ones and proxies before it say it with other statuses.
  if (status >= 400 && status != 401 && says(error.message, "loading model")) return FailureKind::overloaded;
  // Ollama says a missing model with 400 or 404, vLLM with 404 and a NotFoundError.
  if (status == 400 && (error.type == "NotFoundError" || says(error.message, "not found, try pulling it first")))
    return FailureKind::not_found;
  return openai_http::kind_of(status, error);
}

}  // namespace fw::cloud::compatible
