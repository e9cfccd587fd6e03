// What the admin plane tells, as text. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/commitments.h"
#include "gateway/credentials.h"
#include "gateway/decisions.h"
#include "gateway/metrics.h"
#include "gateway/keys.h"
#include "gateway/notices.h"
#include "gateway/snapshot.h"
#include "ledger/record.h"
#include "gateway/purse.h"
#include "route/record.h"
#include "store/bookkeeper.h"
#include "store/journal.h"

namespace fw::admin {

// As the home core sees them; `keys` names them. tenant: only those that are this one's alone.
std::string budgets_page(const std::vector<gateway::Purse::Standing>& budgets, const gateway::KeyTable& keys, std::optional<std::uint16_t> tenant);
// {"data":[…],"next":null}: every commitment with what is drawn and left, as one core knows it.
std::string commitments_page(const std::vector<gateway::Commitments::Standing>& standing, const gateway::Snapshot& snapshot);
// What keeps the books; null: none are kept.
struct Keeping {
  const store::Journal* journal = nullptr;
  const store::Bookkeeper* bookkeeper = nullptr;
};
std::string books_page(const std::string& data_dir, const Keeping& keeping);
// For a tenant: whether they are well, and no more.
std::string books_page(const Keeping& keeping);
// Prometheus text format 0.0.4. Label values are the config's names, and those of made keys' budgets.
std::string metrics_page(const gateway::Counts& counts, const gateway::Snapshot& snapshot, const gateway::KeyTable& keys, const Keeping& keeping);

// {"data":[…],"next":null}: newest first. Fields as design "Records" names them.
std::string exchanges_page(const std::vector<ledger::ExchangeRecord>& records, const gateway::Snapshot& snapshot, const gateway::KeyTable& keys);

// {"data":[…],"next":null}: every deployment with its cloud, scope, whether a price is known, how its
// provider's credential stands (by provider; why it could not be renewed is for operators: `why`), and its pool.
struct Standing {
  std::vector<gateway::Signer> signers;
  std::vector<std::uint16_t> utilisation;  // by deployment, of 65,536
  WallTime now;
  bool why = false;
};
// models: only those of these; empty: all.
std::string deployments_page(const gateway::Snapshot& snapshot, const Standing& standing, const std::vector<std::string>& models);

// {"data":[…],"next":null,"webhooks":[…]}: what operators were told, newest first, and how it was delivered.
struct Alerts {
  std::vector<gateway::Notice> told;
  std::vector<gateway::WebhookCounts> deliveries;  // by webhook
};
std::string alerts_page(const Alerts& alerts, const gateway::Snapshot& snapshot);

// Every candidate of a request with price, service and compatibility, why the winner won, and what
// became of it; without a record, so far.
struct ExplainedAttempt {
  std::string attempt_id;
  std::string purpose;
  std::string deployment;
  std::string outcome;
  std::int16_t status = 0;
  std::int32_t first_token_ms = -1;
  std::int32_t ended_ms = 0;
};
// tags: as ledger/tags.h writes them; nothing: they are not known, as long as no attempt of it is.
std::string explain_page(const route::Recorded& recorded, const std::optional<std::string>& tags, const std::vector<ExplainedAttempt>& attempts);
std::string explain_page(const gateway::KeptDecision& kept, const std::optional<ledger::ExchangeRecord>& record, const gateway::Snapshot& snapshot);
// {"data":[…],"next":null}: decisions as route/record.h writes them.
std::string decisions_page(const std::vector<gateway::KeptDecision>& decisions, const gateway::Snapshot& snapshot);

// An amount per token as one per million tokens.
std::string per_million_usd(route::Pico per_token);

// RFC 3339 in UTC with milliseconds.
std::string rfc3339(WallTime time);

}  // namespace fw::admin
