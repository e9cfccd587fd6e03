// Requests as generateContent wants them.
#pragma once

#include <string>

#include "dialect/inner.h"

namespace fw::cloud::vertex {

// Appends the body. The path names the model; Target::model_json only tells what it understands.
// Errors: values that cannot be said there, origin client. Field names: @google/genai 3.1.0
// `GenerateContentParameters`, facts of the Vertex reference for v1.
Result<void> write_generate_request(const dialect::inner::Request& request, const dialect::inner::Target& target,
                                    std::string& out);

}  // namespace fw::cloud::vertex
