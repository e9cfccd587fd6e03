// Price catalogues of others as rows of the offer book.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"
#include "offer/book.h"

namespace fw::config {

enum class CatalogueFormat : std::uint8_t {
  genai_prices,  // pydantic/genai-prices: prices/data.json or prices/providers/NAME.yml, USD per million tokens
  portkey,       // Portkey-AI/models: pricing/CLOUD.json, US cents per token
};

struct CatalogueFile {
  CatalogueFormat format = CatalogueFormat::genai_prices;
  std::string name;  // the file's: Portkey's says which cloud it is about
  std::string_view text;
  std::string date;  // of the catalogue; prices without a day of their own begin then
};

struct Catalogue {
  std::vector<offer::Row> rows = {};       // kind third-party
  std::vector<std::string> left_out = {};  // what could not be taken over, and why
  std::vector<Problem> problems = {};      // the file cannot be read
};

// The prices of clouds that the book knows. A word of theirs that the book knows bears the book's name of the model. Numbers
// are moved as decimal text, none is rounded.
Catalogue read_catalogue(const CatalogueFile& file, const offer::Book& book);

}  // namespace fw::config
