#include "cli/plan_demand.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/ledger_books.h"
#include "config/offers.h"
#include "ledger/bill.h"
#include "plan/demand_bill.h"
#include "plan/demand_booked.h"
#include "plan/demand_csv.h"
#include "plan/demand_look.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::cli {
namespace {

constexpr std::int64_t kNs = 1'000'000'000;
constexpr std::int64_t kHour = 3'600;

std::unexpected<int> complain(int status, const std::string& words) {
  fmt::print(stderr, "error: {}\n", words);
  return std::unexpected(status);
}

// ---- files

std::expected<plan::DemandRead, int> read_bill(const std::string& text, const DemandSource& source, ledger::BillForm form) {
  const auto bill = ledger::read_bill(text, source.file, form);
  if (!bill) return complain(kConfigInvalid, bill.error().message);
  return plan::bill_demand(*bill, config::embedded_book());
}

std::expected<plan::DemandRead, int> read_form(const std::string& text, const DemandSource& source) {
  plan::TraceNames names;
  if (!source.model.empty()) names.model = source.model;
  if (source.form == "azure2023") return plan::import_azure2023(text, names);
  if (source.form == "mooncake") return plan::import_mooncake(text, names);
  if (const auto form = ledger::bill_form(source.form)) return read_bill(text, source, *form);
  if (source.form != "servegen") return plan::read_demand(text);
  if (source.tokens.empty()) return complain(kUsage, "found no --tokens; expected the file of token counts beside the rates of --demand: ServeGen keeps them apart");
  const auto tokens = read_large_file(source.tokens);
  if (!tokens) return complain(kFailed, fmt::format("{} cannot be read: {}", source.tokens, std::strerror(errno)));
  return plan::import_servegen(text, *tokens, names);
}

std::expected<plan::DemandRead, int> read_file_demand(const DemandSource& source, DemandFound& found) {
  const auto text = read_large_file(source.file);
  if (!text) return complain(kFailed, fmt::format("{} cannot be read: {}", source.file, std::strerror(errno)));
  found.origin = source.file;
  found.sha256 = wire::hex(wire::sha256(*text));
  return read_form(*text, source);
}

// ---- the books

plan::ClassBy class_by(std::string_view word) {
  using enum plan::ClassBy;
  return word == "key" ? key : word == "tenant" ? tenant : word == "policy" ? policy : word == "model" ? model : rule;
}

std::map<std::string, std::string, std::less<>> residency_words(const std::optional<config::Config>& config) {
  std::map<std::string, std::string, std::less<>> words;
  words[""] = "";
  if (!config) return words;
  for (const auto& policy : config->policies) words[policy.name] = fmt::format("{}", fmt::join(policy.residency, "+"));
  return words;
}

// Which policy each request ran under: what the books say, else what the configuration says of its key.
class Policies {
 public:
  Policies(store::Books& books, const std::optional<config::Config>& config) : config_(config) {
    read_ = books.exchanges([this](const store::BookedExchange& x) { by_request_.emplace(x.request_id, x.policy); });
  }
  const Result<void>& read() const { return read_; }
  std::string_view of(const ledger::Booked& a) const {
    if (const auto at = by_request_.find(a.request_id); at != by_request_.end()) return at->second;
    if (!config_) return {};
    const auto key = std::ranges::find(config_->keys, a.key, &config::Key::name);
    return key == config_->keys.end() ? std::string_view{} : std::string_view(key->policy);
  }

 private:
  const std::optional<config::Config>& config_;
  std::unordered_map<std::string, std::string> by_request_;
  Result<void> read_;
};

// Scopes of classes whose name tells their policy.
void keep_residency(const DemandSource& source, const OpenedBooks& opened, DemandFound& found) {
  if (!opened.config) return;
  for (const auto& c : found.demand.classes)
    for (const auto& policy : opened.config->policies) {
      const auto words = fmt::format("{}", fmt::join(policy.residency, "+"));
      const bool its = source.class_by == "policy" ? c.name == policy.name : source.class_by == "rule" && !words.empty() && c.name.starts_with(words + "/");
      if (its && !policy.residency.empty()) found.residency[c.name] = policy.residency;
    }
}

std::expected<plan::DemandRead, int> read_books(const DemandSource& source, DemandFound& found) {
  if (source.step_s % 60 != 0 || (kHour % source.step_s != 0 && source.step_s % kHour != 0))
    return complain(kUsage, fmt::format("--step is {}, expected whole minutes that divide an hour, or whole hours, such as 60, 300 or 3600", source.step_s));
  const auto from = time_of(source.from, "--from");
  if (!from) return std::unexpected(from.error());
  auto until = time_of(source.until, "--until");
  if (!until) return std::unexpected(until.error());
  // A step that is not over yet would look like a quiet one.
  if (!*until) *until = WallTime{wall_now().ns / (source.step_s * kNs) * (source.step_s * kNs)};
  if (!are_tags(source.tags)) return std::unexpected(kUsage);
  auto opened = open_books({source.config, source.data_dir});
  if (!opened) return std::unexpected(opened.error());
  const Policies policies(*opened->books, opened->config);
  if (!policies.read()) return complain(kFailed, policies.read().error().message);
  plan::BookedDemand booked(class_by(source.class_by), source.step_s, residency_words(opened->config));
  store::BooksFilter filter;
  filter.from = *from;
  filter.until = *until;
  filter.tenant = source.tenant;
  filter.key = source.key;
  filter.team = source.team;
  filter.tags = source.tags;
  filter.model = source.model;
  const auto read = opened->books->attempts(filter, [&](const ledger::Booked& a) { booked.add(a, policies.of(a)); });
  if (!read) return complain(kFailed, read.error().message);
  auto made = booked.finish();
  found.origin = opened->data_dir;
  found.until = rfc3339_text(**until);
  found.demand = std::move(made.demand);
  keep_residency(source, *opened, found);
  made.demand = std::move(found.demand);
  for (const auto& words : opened->books->problems()) found.notes.push_back(fmt::format("damaged: {}", words));
  if (!opened->config && source.class_by == "rule")
    found.notes.emplace_back("without a configuration the residency of policies is not known: classes are named by the policy instead");
  found.config = std::move(opened->config);
  return made;
}

bool keep(plan::DemandRead read, DemandFound& found) {
  for (const auto& words : found.notes) fmt::print(stderr, "{}: warning: {}\n", found.origin, words);
  for (const auto& note : read.notes) {
    fmt::print(stderr, "{}: {}: {}\n", found.origin, note.warning ? "warning" : "error", plan::say(note));
    if (note.warning) found.notes.push_back(plan::say(note));
  }
  if (!read.ok()) return false;
  found.demand = std::move(read.demand);
  for (auto& words : plan::look_at(found.demand)) {
    fmt::print(stderr, "{}: warning: {}\n", found.origin, words);
    found.notes.push_back(std::move(words));
  }
  return true;
}

bool foretell(const DemandSource& source, DemandFound& found) {
  plan::ForecastOptions options;
  options.weeks = static_cast<std::size_t>(source.forecast_weeks);
  options.seed = static_cast<std::uint64_t>(source.seed);
  auto made = plan::forecast(found.demand, options);
  if (!made) {
    fmt::print(stderr, "{}: error: {}\n", found.origin, plan::say(made.error()));
    return false;
  }
  found.demand = made->middle;
  found.forecast = std::move(*made);
  return true;
}

}  // namespace

bool is_empty(const DemandSource& source) { return source.file.empty() && source.config.empty() && source.data_dir.empty(); }

std::expected<DemandFound, int> find_demand(const DemandSource& source) {
  DemandFound found;
  auto read = source.file.empty() ? read_books(source, found) : read_file_demand(source, found);
  if (!read) return std::unexpected(read.error());
  if (!keep(*std::move(read), found)) return std::unexpected(kConfigInvalid);
  if (source.file.empty()) found.sha256 = wire::hex(wire::sha256(plan::demand_csv(found.demand)));
  if (source.forecast_weeks > 0 && !foretell(source, found)) return std::unexpected(kConfigInvalid);
  return found;
}

// ---- what a plan says of it

void write_source(wire::JsonWriter& json, const DemandSource& source, const DemandFound& found) {
  json.key("demand").begin_object();
  const auto say = [&](const char* name, const std::string& text) {
    if (!text.empty()) json.member(name, std::string_view(text));
  };
  if (source.file.empty()) {
    say("data_dir", found.origin);
    say("config", source.config);
    say("from", source.from);
    say("until", found.until);
    say("tenant", source.tenant);
    say("key", source.key);
    say("team", source.team);
    say("tags", fmt::format("{}", fmt::join(source.tags, ",")));
    say("class_by", source.class_by);
    json.member("step_s", source.step_s);
  } else {
    say("path", source.file);
    say("tokens", source.tokens);
  }
  json.member("sha256", std::string_view(found.sha256));
  if (source.forecast_weeks > 0) json.member("forecast_weeks", source.forecast_weeks).member("seed", source.seed);
  json.end_object();
}

DemandSource read_source(std::string_view plan_json) {
  DemandSource source;
  const auto text = [&](std::initializer_list<std::string_view> path) {
    std::string out;
    if (const auto found = wire::json_find(plan_json, path); found && found->starts_with('"')) wire::json_unescape(wire::json_text(*found), out);
    return out;
  };
  const auto number = [&](const char* name, std::int64_t otherwise) {
    const auto found = wire::json_find(plan_json, {"inputs", "demand", name});
    return found ? wire::json_int(*found).value_or(otherwise) : otherwise;
  };
  source.file = text({"inputs", "demand", "path"});
  source.tokens = text({"inputs", "demand", "tokens"});
  source.data_dir = text({"inputs", "demand", "data_dir"});
  source.config = text({"inputs", "demand", "config"});
  source.from = text({"inputs", "demand", "from"});
  source.until = text({"inputs", "demand", "until"});
  source.tenant = text({"inputs", "demand", "tenant"});
  source.key = text({"inputs", "demand", "key"});
  source.team = text({"inputs", "demand", "team"});
  const auto tags = text({"inputs", "demand", "tags"});
  ledger::each_tag(tags, [&](std::string_view name, std::string_view value) { source.tags.push_back(fmt::format("{}={}", name, value)); });
  if (auto by = text({"inputs", "demand", "class_by"}); !by.empty()) source.class_by = std::move(by);
  source.step_s = number("step_s", source.step_s);
  source.forecast_weeks = number("forecast_weeks", 0);
  source.seed = number("seed", source.seed);
  source.form = text({"inputs", "form"});
  source.model = text({"inputs", "model"});
  return source;
}

}  // namespace fw::cli
