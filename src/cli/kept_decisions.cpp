#include "cli/kept_decisions.h"

#include <fmt/format.h>

#include <map>

#include "route/compact.h"
#include "store/books.h"

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

namespace {

Result<std::unique_ptr<store::Books>> open_books(const std::string& data_dir) {
  if (store::Books::exist(data_dir)) return store::Books::open(data_dir);
  return std::unexpected(damaged(fmt::format("{} holds neither a ledger nor a journal; expected the `data_dir` of a gateway that served requests", data_dir)));
}

Result<void> visit_decisions(store::Books& books, const VisitDecision& visit, std::vector<std::string>& problems) {
  Policies policies;
  return books.facts([&](std::string_view hash, std::string_view bytes) {
    if (hash.starts_with(kPolicy)) return policies.learn(hash, bytes);
    const auto read = route::read_compact(bytes);
    const auto* const policy = read ? policies.find(read->policy_hash) : nullptr;
    if (!policy) {
      problems.push_back(fmt::format("{}: {}", hash, read ? "its policy is not in the books" : read.error().message));
      return;
    }
    const auto time = admin::rfc3339(read->time);
    visit({.request_id = hash, .time = time, .model = read->decision.question.model, .policy = *policy, .decision = read->decision});
  });
}

}  // namespace

Result<void> visit_decisions(const std::string& data_dir, const VisitDecision& visit, std::vector<std::string>* damage) {
  auto books = open_books(data_dir);
  if (!books) return std::unexpected(std::move(books.error()));
  auto problems = (*books)->problems();
  auto visited = visit_decisions(**books, visit, problems);
  if (damage) *damage = std::move(problems);
  return visited;
}

Result<std::optional<std::string>> explain_kept(const std::string& data_dir, const std::string& request_id) {
  auto books = open_books(data_dir);
  if (!books) return std::unexpected(std::move(books.error()));
  const auto bytes = (*books)->facts(request_id);
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return std::nullopt;
  const auto read = route::read_compact(**bytes);
  if (!read) return std::unexpected(damaged(fmt::format("the decision of {} cannot be read: {}", request_id, read.error().message)));
  const auto text = (*books)->facts(std::string(read->policy_hash));
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::unexpected(damaged(fmt::format("the policy that decided {} is not in the books", request_id)));
  const auto policy = route::read_policy(**text);
  if (!policy) return std::unexpected(damaged(fmt::format("the policy that decided {} cannot be read: {}", request_id, policy.error().message)));

  store::BooksFilter filter;
  filter.request_id = request_id;
  std::vector<admin::ExplainedAttempt> attempts;
  std::optional<std::string> tags;
  auto visited = (*books)->attempts(filter, [&](const ledger::Booked& a) {
    tags = a.tags;
    attempts.push_back({.attempt_id = a.attempt_id, .purpose = std::string(ledger::name(a.purpose)), .deployment = a.deployment,
                        .outcome = a.state == ledger::AttemptState::ambiguous ? "unknown" : std::string(cloud::name(a.outcome)),
                        .status = a.status, .first_token_ms = a.first_token_ms, .ended_ms = a.ended_ms});
  });
  if (!visited) return std::unexpected(std::move(visited.error()));
  const auto time = admin::rfc3339(read->time);
  return admin::explain_page({.request_id = request_id, .time = time, .model = read->decision.question.model, .policy = *policy, .decision = read->decision}, tags, attempts);
}

}  // namespace fw::cli
