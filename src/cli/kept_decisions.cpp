#include "cli/kept_decisions.h"

#include <fmt/format.h>

#include <map>
#include <type_traits>
#include <unordered_map>

#include "route/compact.h"
#include "store/read.h"

namespace fw::cli {
namespace {

constexpr std::string_view kPolicy = "policy/";

Error damaged(std::string message) { return Error{Code::invalid_value, Origin::gateway, Retry::never, std::move(message), {}, 0}; }

// Policies are told once per core and run, before the first decision under them.
class Policies {
 public:
  void learn(std::string_view hash, std::string_view text) {
    if (auto policy = route::read_policy(text)) policies_.insert_or_assign(std::string(hash), std::move(*policy));
  }
  const route::Policy* find(std::string_view hash) const {
    const auto it = policies_.find(hash);
    return it == policies_.end() ? nullptr : &it->second;
  }

 private:
  std::map<std::string, route::Policy, std::less<>> policies_;
};

}  // namespace

Result<std::uint64_t> visit_decisions(const std::string& data_dir, const VisitDecision& visit, std::vector<std::string>* damage) {
  Policies policies;
  std::uint64_t records = 0;
  std::vector<std::string> problems;
  const auto look = [&](const store::Position&, const ledger::Record& record, const ledger::SegmentReader&) {
    ++records;
    const auto* const facts = std::get_if<ledger::Facts>(&record.body);
    if (!facts) return;
    if (facts->hash.starts_with(kPolicy)) return policies.learn(facts->hash, facts->bytes);
    const auto read = route::read_compact(facts->bytes);
    const auto* const policy = read ? policies.find(read->policy_hash) : nullptr;
    if (!policy) {
      problems.push_back(fmt::format("{}: {}", facts->hash, read ? "its policy is not in the journal" : read.error().message));
      return;
    }
    const auto time = admin::rfc3339(read->time);
    visit({.request_id = facts->hash, .time = time, .model = read->decision.question.model, .policy = *policy, .decision = read->decision});
  };
  auto reading = store::read_directory(data_dir, {.disk = nullptr, .visit = look, .before = {}});
  if (!reading) return std::unexpected(std::move(reading.error()));
  if (reading->segments.empty())
    return std::unexpected(damaged(fmt::format("{} holds no journal; expected the `data_dir` of a gateway that served requests", data_dir)));
  problems.insert(problems.end(), reading->problems.begin(), reading->problems.end());
  if (damage) *damage = std::move(problems);
  return records;
}

Result<std::optional<std::string>> explain_kept(const std::string& data_dir, const std::string& request_id) {
  struct Attempt {
    std::string deployment;
    std::optional<admin::ExplainedAttempt> ended;
  };
  std::map<std::string, Attempt> attempts;
  const auto look = [&](const store::Position&, const ledger::Record& record, const ledger::SegmentReader& reader) {
    if (const auto* intent = std::get_if<ledger::Intent>(&record.body); intent && intent->request_id == request_id)
      attempts[std::string(intent->attempt_id)].deployment = reader.text(intent->deployment);
    const auto* const end = std::get_if<ledger::Settlement>(&record.body);
    if (!end || !end->attempt_id.starts_with(request_id)) return;
    attempts[std::string(end->attempt_id)].ended = {.attempt_id = std::string(end->attempt_id), .deployment = {}, .outcome = std::string(cloud::name(end->outcome)),
                                                    .status = end->status, .first_token_ms = end->first_token_ms, .ended_ms = end->ended_ms};
  };
  if (auto reading = store::read_directory(data_dir, {.disk = nullptr, .visit = look, .before = {}}); !reading) return std::unexpected(std::move(reading.error()));
  std::vector<admin::ExplainedAttempt> all;
  for (auto& [id, a] : attempts) {
    // One that never ended: the process did.
    auto made = a.ended.value_or(admin::ExplainedAttempt{.attempt_id = id, .deployment = {}, .outcome = "unknown", .status = 0, .first_token_ms = -1, .ended_ms = 0});
    made.deployment = a.deployment;
    all.push_back(std::move(made));
  }
  std::optional<std::string> page;
  auto visited = visit_decisions(data_dir, [&](const route::Recorded& recorded) {
    if (recorded.request_id == request_id) page = admin::explain_page(recorded, all);
  }, nullptr);
  if (!visited) return std::unexpected(std::move(visited.error()));
  return page;
}

}  // namespace fw::cli
