// Rows as the JSON that `offers` prints and that `offers: [FILE]` of the config reads again.
#pragma once

#include <string>

#include "offer/row.h"
#include "wire/json_write.h"

namespace fw::offer {

void write_row(wire::JsonWriter& json, const Row& row);

}  // namespace fw::offer
