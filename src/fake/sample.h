// A JSON value that a JSON Schema accepts: what a fake model answers under response_format.
#pragma once

#include <string>
#include <string_view>

namespace fw::fake {

// Understands type (a list too), properties, required, enum, const, default, items, prefixItems, minItems,
// minLength, maxLength, minimum and its like, format, anyOf, oneOf, allOf and $ref to "#/…". Every property
// named is written, so that schemas of strict mode are met. Anything else gives a value of the stated type.
// `schema` must be valid JSON. Bounded: depth 24, 64 KiB.
std::string sample_json(std::string_view schema);

}  // namespace fw::fake
