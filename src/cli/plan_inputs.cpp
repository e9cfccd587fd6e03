#include "cli/plan_inputs.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "config/plan_files.h"
#include "wire/hash.h"
#include "wire/json.h"
#include "wire/nearest.h"

namespace fw::cli {
namespace {

constexpr int kDepth = 32;

std::optional<std::string> read(const std::string& path, Input& input) {
  auto text = read_large_file(path);
  if (!text) fmt::print(stderr, "error: {} cannot be read: {}\n", path, std::strerror(errno));
  else input = {path, wire::hex(wire::sha256(*text))};
  return text;
}

bool told(const std::vector<config::Problem>& problems, const std::string& path) {
  bool good = true;
  for (const auto& each : problems) {
    fmt::print(stderr, "{}", config::render(each, path));
    good = good && each.severity != config::Severity::error;
  }
  return good;
}

// The book's rows are an input like a file's.
std::optional<std::string> read_book(const std::string& config, Inputs& inputs, int& status) {
  auto text = book_offers(inputs.found, config, inputs.at);
  if (!text) {
    status = text.error();
    return std::nullopt;
  }
  inputs.offers_file = {"", wire::hex(wire::sha256(*text))};
  return *std::move(text);
}

// Names that no demand has are most often misspelt.
bool known_names(const Inputs& inputs, const std::string& rules_path) {
  bool good = true;
  for (const auto& [name, rule] : inputs.rules.classes)
    if (std::ranges::find(inputs.demand().classes, name, &plan::DemandClass::name) == inputs.demand().classes.end()) {
      fmt::print(stderr, "{}: error: classes.{}: found a class that the demand does not have; expected a name from its column class\n", rules_path, name);
      good = false;
    }
  for (const auto& [place, growth] : inputs.rules.growth_per_year)
    if (std::ranges::find(inputs.demand().classes, place, &plan::DemandClass::place) == inputs.demand().classes.end()) {
      fmt::print(stderr, "{}: error: places.{}: found growth of a place that the demand does not have; expected a name from its column place\n", rules_path, place);
      good = false;
    }
  std::vector<std::string> offered;
  for (const auto& each : inputs.offers) offered.push_back(each.model);
  for (const auto& each : inputs.demand().classes)
    if (std::ranges::find(offered, each.model) == offered.end()) {
      const auto near = wire::nearest(each.model, offered, 1);
      const auto place = each.line > 0 ? fmt::format("{}:{}:{}: ", inputs.found.origin, each.line, each.column) : std::string();
      fmt::print(stderr, "{}error: found no offer of the model {}; expected one at least for every model of the demand.{}\n", place, each.model,
                 near.empty() ? "" : fmt::format(" Did you mean {}?", near[0]));
      good = false;
      break;
    }
  return good;
}

void compare(LoadedPlan& loaded, const char* name, const std::string& origin, const std::string& sha256) {
  if (text_at(loaded.json, {"inputs", name, "sha256"}) != sha256) loaded.differs.push_back(fmt::format("{} is not what the plan was made from", origin.empty() ? fmt::format("no {} file", name) : origin));
}

}  // namespace

int read_demand(const DemandSource& source, Inputs& inputs) {
  inputs.source = source;
  auto found = find_demand(source);
  if (!found) return found.error();
  inputs.found = *std::move(found);
  return kOk;
}

int read_supply(const PlanFiles& files, Inputs& inputs) {
  int status = kFailed;
  const auto offers = files.offers.empty() ? read_book(inputs.source.config, inputs, status) : read(files.offers, inputs.offers_file);
  if (!offers) return status;
  auto supply = config::load_supply(*offers);
  bool good = told(supply.problems, files.offers.empty() ? "the offer book" : files.offers);
  inputs.offers = std::move(supply.offers);
  if (!files.rules.empty()) {
    const auto rules = read(files.rules, inputs.rules_file);
    if (!rules) return kFailed;
    auto loaded = config::load_plan_rules(*rules);
    good = told(loaded.problems, files.rules) && good;
    inputs.rules = std::move(loaded.rules);
  }
  // What the books' own policies say, where the rules do not speak of the class.
  for (const auto& [name, scopes] : inputs.found.residency)
    if (!inputs.rules.classes.contains(name)) inputs.rules.classes[name].residency = scopes;
  return good ? kOk : kConfigInvalid;
}

int read_inputs(const DemandSource& source, const PlanFiles& files, Inputs& inputs) {
  const int demand = read_demand(source, inputs);
  if (demand != kOk && demand != kConfigInvalid) return demand;
  if (demand == kConfigInvalid && files.offers.empty()) return demand;
  const int supply = read_supply(files, inputs);
  if (supply != kOk || demand != kOk) return supply == kFailed || supply == kUsage ? supply : kConfigInvalid;
  return known_names(inputs, files.rules) ? kOk : kConfigInvalid;
}

std::unique_ptr<LoadedPlan> load_plan(const std::string& path, const std::string& demand, const PlanFiles& files, int& status) {
  auto json = read_large_file(path);
  if (!json) {
    fmt::print(stderr, "error: {} cannot be read: {}\n", path, std::strerror(errno));
    status = kFailed;
    return nullptr;
  }
  if (wire::json_check(*json, kDepth)) {
    fmt::print("{} is no valid JSON\n", path);
    status = kDifferent;
    return nullptr;
  }
  auto made = std::make_unique<LoadedPlan>();
  made->json = *std::move(json);
  const auto named = [&](const std::string& given, const char* name) { return given.empty() ? text_at(made->json, {"inputs", name, "path"}) : given; };
  const PlanFiles all{named(files.offers, "offers"), named(files.rules, "rules")};
  auto source = read_source(made->json);
  if (!demand.empty()) source.file = demand;
  auto& inputs = made->inputs;
  inputs.at = text_at(made->json, {"inputs", "offers", "book_at"});
  if (is_empty(source) || read_demand(source, inputs) != kOk || read_supply(all, inputs) != kOk) {
    fmt::print(stderr, "error: the plan's files cannot be used; name them with --demand, --offers and --rules\n");
    status = kFailed;
    return nullptr;
  }
  compare(*made, "demand", inputs.found.origin, inputs.found.sha256);
  compare(*made, "offers", inputs.offers_file.path.empty() ? "the offer book" : inputs.offers_file.path, inputs.offers_file.sha256);
  compare(*made, "rules", inputs.rules_file.path, inputs.rules_file.sha256);
  made->problem = plan::compile(inputs.demand(), inputs.offers, inputs.rules);
  std::string fault;
  auto read = plan::read_plan(made->json, made->problem, fault);
  if (!read) {
    fmt::print("{}: {}\n", path, fault);
    status = kDifferent;
    return nullptr;
  }
  made->plan = *std::move(read);
  return made;
}

std::string text_at(std::string_view json, std::initializer_list<std::string_view> path) {
  std::string out;
  if (const auto found = wire::json_find(json, path); found && found->starts_with('"')) wire::json_unescape(wire::json_text(*found), out);
  return out;
}

int write_file(const std::string& path, std::string_view text) {
  auto* file = std::fopen(path.c_str(), "wb");
  const bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file && std::fclose(file) == 0 && written) return kOk;
  fmt::print(stderr, "error: {} cannot be written: {}\n", path, std::strerror(errno));
  return kFailed;
}

}  // namespace fw::cli
