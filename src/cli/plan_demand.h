// Where the demand of a plan comes from: a file, the books, or a forecast from either.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "config/config.h"
#include "plan/demand.h"
#include "plan/forecast.h"
#include "wire/json_write.h"

namespace fw::cli {

struct DemandFound {
  plan::Demand demand;
  std::string origin;                 // the file, or the directory of the books
  std::string sha256;                 // of the file's bytes; of the books: of the demand as our own CSV
  std::string until;                  // of the books: what --until came to
  std::vector<std::string> notes;     // what is odd about it, for people
  std::map<std::string, std::vector<std::string>> residency;  // by class, where the books' policies tell it
  std::optional<config::Config> config;
  std::optional<plan::Forecast> forecast;  // of which `demand` is the middle
};

// What is wrong goes to standard error, notes too. The error is an exit status.
std::expected<DemandFound, int> find_demand(const DemandSource& source);
// Neither a file nor books were named.
bool is_empty(const DemandSource& source);

// The member `demand` of a plan's inputs, and what makes the same demand again.
void write_source(wire::JsonWriter& json, const DemandSource& source, const DemandFound& found);
DemandSource read_source(std::string_view plan_json);

// The offer book's rows of the models in demand as a text that load_supply() reads: ordinary tier, at the prices of one day,
// which hold for the whole span. The error is an exit status.
std::expected<std::string, int> book_offers(const DemandFound& found, const std::string& config, const std::string& at);

}  // namespace fw::cli
