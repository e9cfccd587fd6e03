// Files of the offer book: from bytes to rows, or to every problem in them at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"
#include "offer/book.h"

namespace fw::config {

struct LoadedOffers {
  std::vector<offer::Row> rows = {};   // empty when any problem is an error
  std::vector<Problem> problems = {};  // by line and column
};

// YAML or JSON: a list of rows, or a mapping with `rows` and with `evidence` and `features` to be named in them. The
// limits of load() hold. Never throws.
LoadedOffers load_offers(std::string_view text);

// The book inside the program.
const offer::Book& embedded_book();

}  // namespace fw::config
