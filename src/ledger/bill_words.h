// What the names of meters mean: "5.6 luna ShortCo Cd Inp Std Gl 1M Tokens" of Azure,
// "openai.gpt-5.6-luna-mantle-cache-write-tokens-30m-long-ctx-flex" of AWS, "priority | gpt-5.6-sol, output" of OpenAI.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "offer/book.h"

namespace fw::ledger {

struct MeterWords {
  std::string model;     // what is left when all words that are known are taken out
  std::string meter;     // "input", "cache_read", "cache_write", "output", "audio_in", "audio_out", "image"; empty: not known
  std::string lifetime;  // "5m", "30m", "1h", "12h"
  std::string tier = "standard";
  std::string reach;     // "global", "zone", "region"; empty: not told
  bool long_context = false;
};

MeterWords read_meter(std::string_view name);

// How the book calls the model that a cloud's word means; a word that no row knows, in lower case and without what clouds
// put around it (vendor, date, version). So two spellings of one model come to the same.
std::string model_called(const offer::Book& book, std::string_view cloud, std::string_view word);

// Tokens in one of a unit: "1K tokens" -> 1,000, "1M" -> 1,000,000, "count" and "tokens" -> 1. Nothing: not a count.
std::optional<std::int64_t> tokens_of_unit(std::string_view unit);

}  // namespace fw::ledger
