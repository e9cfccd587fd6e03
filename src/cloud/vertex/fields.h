// What becomes of a request's fields at Google, per dialect it is spoken to in.
#pragma once

#include <span>

#include "cloud/adapter.h"

namespace fw::cloud::vertex {

std::span<const FieldRow> fields();

}  // namespace fw::cloud::vertex
