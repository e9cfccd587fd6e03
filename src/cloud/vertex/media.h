// Images, files and sounds of a request as generateContent's parts.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "dialect/inner.h"
#include "wire/json.h"

namespace fw::cloud::vertex {

// The text of a JSON string token; unescaped into `store` only if it must be.
std::string_view text_of(std::string_view token, std::string& store);

// Writes one inlineData (bytes in the request) or fileData (an address) object into an open array.
// Google demands a media type: by the data URL, else by the name's extension, else JPEG for images
// and PDF for files. Errors (client): what is neither base64 nor an address, a file of another
// cloud's; `param` names the field it came from.
Result<void> write_media(const dialect::inner::Part& part, std::string_view param, wire::JsonWriter& out);

}  // namespace fw::cloud::vertex
