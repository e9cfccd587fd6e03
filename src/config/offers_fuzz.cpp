// Any bytes as an offer book: no crash, no exception, and what it gives prints and loads again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/offers.h"
#include "offer/render.h"

using namespace fw::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto loaded = load_offers({reinterpret_cast<const char*>(bytes), size});
  if (loaded.rows.empty()) return 0;
  for (const auto& problem : loaded.problems)
    if (problem.severity == Severity::error) std::abort();
  std::string text;
  fw::wire::JsonWriter json(text);
  json.begin_array();
  for (const auto& row : loaded.rows) fw::offer::write_row(json, row);
  json.end_array();
  if (load_offers(text).rows != loaded.rows) std::abort();
  return 0;
}
