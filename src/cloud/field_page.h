// The tables of fates as a page for people.
#pragma once

#include <string>

namespace fw::cloud {

// docs/fields.md: what each upstream dialect can be told at all, and what each cloud does with a
// field, with source and date per row.
std::string field_page();

}  // namespace fw::cloud
