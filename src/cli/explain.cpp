#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/json_text.h"
#include "cli/kept_decisions.h"
#include "cli/output.h"
#include "config/load.h"
#include "route/record.h"
#include "store/lock.h"
#include "wire/json.h"
#include "wire/json_write.h"

namespace fw::cli {
namespace {

// The answer as people read it: all candidates on the three axes, then what happened.
void print_explained(std::string_view body) {
  fmt::print("{} asked for {} under the policy {} (prefer {})\nchosen: {}\n\n", at(body, {"request_id"}), at(body, {"model"}), at(body, {"policy"}),
             at(body, {"prefer"}), at(body, {"chosen"}).empty() ? "nothing" : at(body, {"chosen"}));
  List list{{"deployment", "cloud", "scope", "verdict", "expected USD", "late %", "fails %", "first token ms", "compatibility", "score"}, {}};
  std::string reasons;
  for (const auto c : elements(wire::json_find(body, {"candidates"}))) {
    list.rows.push_back({{at(c, {"deployment"})}, {at(c, {"cloud"})}, {at(c, {"scope"})}, {at(c, {"verdict"})}, {at(c, {"price", "expected_usd"})},
                         {at(c, {"service", "miss_percent"}), true}, {at(c, {"service", "error_percent"}), true}, {at(c, {"service", "first_token_ms"}), true},
                         {at(c, {"compatibility", "verdict"})}, {at(c, {"score"}), true}});
    if (const auto why = at(c, {"reason"}); !why.empty()) reasons += fmt::format("  {}: {}\n", at(c, {"deployment"}), why);
  }
  fmt::print("{}", to_text(list, Format::table));
  if (!reasons.empty()) fmt::print("\n{}", reasons);
  if (const auto pool = at(body, {"spill", "from"}); !pool.empty())
    fmt::print("\nspilled from the pool {} to {} ({}; the pool is {} % full, what the request takes of it is worth {} USD): expected to cost {} USD more\n", pool, at(body, {"spill", "to"}),
               at(body, {"spill", "why"}), at(body, {"spill", "utilisation_percent"}), at(body, {"spill", "bid_usd"}), at(body, {"spill", "more_usd"}));
  if (const auto all = wire::json_find(body, {"tags"}); all && all->starts_with('{') && *all != "{}") fmt::print("\ntags: {}\n", *all);
  List attempts{{"attempt", "purpose", "deployment", "outcome", "status", "first token ms", "ended ms"}, {}};
  for (const auto a : elements(wire::json_find(body, {"attempts"})))
    attempts.rows.push_back({{at(a, {"attempt_id"})}, {at(a, {"purpose"})}, {at(a, {"deployment"})}, {at(a, {"outcome"})}, {at(a, {"status"}), true}, {at(a, {"first_token_ms"}), true}, {at(a, {"ended_ms"}), true}});
  if (!attempts.rows.empty()) fmt::print("\n{}", to_text(attempts, Format::table));
}

struct Different {
  std::string request_id;
  std::string what;
};

// What replaying came to.
struct Replayed {
  std::size_t replayed = 0;
  std::vector<Different> differences;
};

std::expected<Replayed, std::string> replay_all(const std::vector<std::string_view>& records) {
  Replayed out;
  for (const auto line : records) {
    const auto read = route::read_record(line);
    if (!read) return std::unexpected(fmt::format("record {}: {}", out.replayed + 1, read.error().message));
    ++out.replayed;
    if (auto what = route::difference(*read); !what.empty()) out.differences.push_back({std::string(read->request_id), std::move(what)});
  }
  return out;
}

std::string as_json(const Replayed& r) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("replayed", static_cast<std::int64_t>(r.replayed)).member("different", static_cast<std::int64_t>(r.differences.size()));
  json.key("differences").begin_array();
  for (const auto& d : r.differences) json.begin_object().member("request_id", d.request_id).member("difference", d.what).end_object();
  json.end_array().end_object();
  return out;
}

int print_replayed(const Replayed& replayed, Format format) {
  if (format == Format::table) {
    fmt::print("{} decisions replayed, {} different\n", replayed.replayed, replayed.differences.size());
    for (const auto& d : replayed.differences) fmt::print("{}: {}\n", d.request_id, d.what);
  } else {
    fmt::print("{}\n", as_json(replayed));
  }
  return replayed.differences.empty() ? kOk : kDifferent;
}

// The books to read: the ones named, or, where no gateway holds them, those of the configuration. Empty: one does, or an
// address was given to ask at.
std::expected<std::string, int> books_of(const std::string& named, const std::string& config_path, const std::string& admin) {
  if (!named.empty() || !admin.empty()) return named;
  const auto config = valid_config(config_path);
  if (!config) return std::unexpected(config.error());
  return store::DirectoryLock::held(config->data_dir) ? std::string() : config->data_dir;
}

// One record per line, or the list the admin plane prints.
std::vector<std::string_view> records_in(std::string_view text) {
  if (text.starts_with(R"({"data":)")) return elements(wire::json_find(text, {"data"}));
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.empty()) out.push_back(line);
  }
  return out;
}

// The policy of another configuration, by which recorded traffic is decided anew.
std::expected<route::Policy, int> policy_of(const std::string& path, const std::string& wanted) {
  const auto config = valid_config(path);
  if (!config) return std::unexpected(config.error());
  for (const auto& p : config->policies)
    if (p.name == wanted) return config::routed(p);
  fmt::print(stderr, "{} has no policy '{}'\n", path, wanted);
  return std::unexpected(kUsage);
}

// What a policy would have chosen: expected cost and service of the first choices, summed.
struct Side {
  std::size_t served = 0;
  std::size_t refused = 0;
  std::size_t unpriced = 0;
  route::Pico cost = 0;
  double miss = 0;
  double error = 0;
  void add(const route::Decision& d) {
    if (d.tried == 0) {
      ++refused;
      return;
    }
    const auto& s = d.seen[d.ranked[0].place];
    ++served;
    if (s.cost < 0) ++unpriced;
    else cost += s.cost;
    miss += static_cast<double>(s.miss) / route::kWhole;
    error += static_cast<double>(s.error) / route::kWhole;
  }
  std::vector<Cell> row(const std::string& name) const {
    const auto n = static_cast<double>(std::max<std::size_t>(served, 1));
    return {{name}, {fmt::to_string(served), true}, {fmt::to_string(refused), true}, {Money::of_units(Int128{cost} * 1'000).usd()},
            {fmt::to_string(unpriced), true}, {fmt::format("{:.3f}", 100 * miss / n), true}, {fmt::format("{:.3f}", 100 * error / n), true}};
  }
};

int compare(const std::vector<std::string_view>& records, const ReplayOptions& options) {
  const auto policy = policy_of(options.policy_file, options.policy);
  if (!policy) return policy.error();
  Side was;
  Side would;
  std::size_t moved = 0;
  for (const auto line : records) {
    auto read = route::read_record(line);
    if (!read) {
      fmt::print(stderr, "{}\n", read.error().message);
      return kFailed;
    }
    was.add(read->decision);
    const auto before = read->decision.tried > 0 ? read->decision.ranked[0].place : UINT16_MAX;
    const auto rule = route::rule_for(*policy, read->decision.question);
    route::decide(read->decision, rule ? route::ruled(*policy, *rule) : *policy);
    would.add(read->decision);
    moved += before != (read->decision.tried > 0 ? read->decision.ranked[0].place : UINT16_MAX) ? 1 : 0;
  }
  List list{{"policy", "served", "refused", "expected_usd", "unpriced", "late_percent", "fails_percent"}, {was.row("recorded"), would.row(policy->name)}};
  fmt::print("{}", to_text(list, options.format));
  fmt::print(stderr, "{} of {} requests would go elsewhere. Chances of being late are those under each record's own slo.\n", moved, records.size());
  return kOk;
}

}  // namespace

int explain(const ExplainOptions& options) {
  const auto data_dir = books_of(options.data_dir, options.config, options.admin);
  if (!data_dir) return data_dir.error();
  std::string body;
  if (!data_dir->empty()) {
    auto kept = explain_kept(*data_dir, options.request_id);
    if (!kept || !*kept) {
      fmt::print(stderr, "{}: {}\n", options.request_id, kept ? fmt::format("{} has no decision for this request", *data_dir) : kept.error().message);
      return kFailed;
    }
    body = std::move(**kept);
  } else {
    auto answer = ask_admin({options.config, options.admin}, "/admin/v1/explain/" + options.request_id);
    if (!answer) return answer.error();
    if (answer->status != 200) {
      fmt::print(stderr, "{}: {}\n", options.request_id, told(*answer));
      return kFailed;
    }
    body = std::move(answer->body);
  }
  if (options.format == Format::table) print_explained(body);
  else fmt::print("{}\n", body);
  return kOk;
}

// What is kept in a data directory, decided again as it is read.
int replay_books(const std::string& data_dir, const ReplayOptions& options) {
  Replayed replayed;
  std::vector<std::string> lines;
  std::vector<std::string> damage;
  const auto visited = visit_decisions(data_dir, [&](const route::Recorded& recorded) {
    ++replayed.replayed;
    if (!options.policy_file.empty()) return route::write_record(recorded, lines.emplace_back());
    if (auto what = route::difference(recorded); !what.empty()) replayed.differences.push_back({std::string(recorded.request_id), std::move(what)});
  }, &damage);
  if (!visited) {
    fmt::print(stderr, "{}\n", visited.error().message);
    return kFailed;
  }
  for (const auto& words : damage) fmt::print(stderr, "{}\n", words);
  if (!options.policy_file.empty()) {
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    return compare(views, options);
  }
  const int status = print_replayed(replayed, options.format);
  return damage.empty() ? status : kDifferent;
}

int replay(const ReplayOptions& options) {
  std::string text;
  if (!options.file.empty()) {
    auto read = read_file(options.file);
    if (!read) {
      fmt::print(stderr, "{}: {}\n", options.file, std::strerror(errno));
      return kFailed;
    }
    text = std::move(*read);
  } else {
    const auto data_dir = books_of(options.data_dir, options.config, options.admin);
    if (!data_dir) return data_dir.error();
    if (!data_dir->empty()) return replay_books(*data_dir, options);
    auto answer = ask_admin({options.config, options.admin}, fmt::format("/admin/v1/decisions?limit={}", options.limit));
    if (!answer) return answer.error();
    if (answer->status != 200) {
      fmt::print(stderr, "{}\n", told(*answer));
      return kFailed;
    }
    text = std::move(answer->body);
  }
  const auto records = records_in(text);
  if (!options.policy_file.empty()) return compare(records, options);
  const auto replayed = replay_all(records);
  if (!replayed) {
    fmt::print(stderr, "{}\n", replayed.error());
    return kFailed;
  }
  return print_replayed(*replayed, options.format);
}

}  // namespace fw::cli
