// What a file of the offer book may hold.
#pragma once

#include <vector>

#include "config/field.h"
#include "offer/row.h"

namespace fw::config {

// The table of a file that is a mapping; decodes into an offer::BookText.
const Table& offer_table();
// A file that is a list of rows.
void read_offer_rows(Reader& reader, const Node& list, std::vector<offer::RowText>& rows);

}  // namespace fw::config
