#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "admin/pages.h"
#include "config/words.h"

namespace fw::admin {
namespace {

using gateway::Histogram;

// A label value as the text format wants it.
std::string quoted(std::string_view text) {
  std::string out("\"");
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out.append("\"");
}

class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  template <class T>
  void sample(std::string_view labels, const T& value) {
    fmt::format_to(std::back_inserter(text_), "{}{} {}\n", name_, labels.empty() ? "" : fmt::format("{{{}}}", labels), value);
  }
  void histogram(std::string_view labels, const Histogram& h) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < h.counts.size(); ++i) {
      below += h.counts[i];
      const auto bound = i < Histogram::kBounds.size() ? fmt::format("{}", Histogram::kBounds[i]) : std::string("+Inf");
      fmt::format_to(std::back_inserter(text_), "{}_bucket{{{},le=\"{}\"}} {}\n", name_, labels, bound, below);
    }
    fmt::format_to(std::back_inserter(text_), "{}_sum{{{}}} {}\n{}_count{{{}}} {}\n", name_, labels,
                   static_cast<double>(h.sum_ns) / 1e9, name_, labels, below);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

std::string model_label(const gateway::Snapshot& snapshot, std::size_t i) {
  return fmt::format("model={}", quoted(i < snapshot.models().size() ? snapshot.models()[i].name : "other"));
}

std::string deployment_labels(const gateway::Snapshot& snapshot, std::size_t i) {
  const auto& d = snapshot.deployments()[i];
  const auto& p = snapshot.providers()[d.provider];
  return fmt::format("model={},deployment={},provider={},cloud={}", quoted(snapshot.models()[d.of_model].name), quoted(d.name),
                     quoted(p.name), quoted(p.adapter->name()));
}

void requests(Page& page, const gateway::Counts& c, const gateway::Snapshot& s) {
  constexpr std::array<std::string_view, 6> kClasses{"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  page.family("fairway_requests_total", "counter", "Requests by model and status class; none: the client left before an answer.");
  for (std::size_t i = 0; i < c.models.size(); ++i)
    for (std::size_t k = 0; k < kClasses.size(); ++k)
      if (k != 1 && k != 3) page.sample(fmt::format("{},status=\"{}\"", model_label(s, i), kClasses[k]), c.models[i].requests[k]);
  page.family("fairway_request_duration_seconds", "histogram", "From a request's head to the end of its answer.");
  for (std::size_t i = 0; i < c.models.size(); ++i) page.histogram(model_label(s, i), c.models[i].duration);
  page.family("fairway_first_token_seconds", "histogram", "From a request's head to the first byte of its answer's content.");
  for (std::size_t i = 0; i < c.models.size(); ++i) page.histogram(model_label(s, i), c.models[i].first_token);
}

void attempts(Page& page, const gateway::Counts& c, const gateway::Snapshot& s) {
  page.family("fairway_attempts_total", "counter", "Sends to deployments by outcome; none: it was served.");
  for (std::size_t i = 0; i < c.deployments.size(); ++i)
    for (std::size_t k = 0; k < cloud::kFailureKinds; ++k)
      if (c.deployments[i].attempts[k] > 0 || k == 0)
        page.sample(fmt::format("{},outcome=\"{}\"", deployment_labels(s, i), cloud::name(static_cast<cloud::FailureKind>(k))),
                    c.deployments[i].attempts[k]);
  page.family("fairway_attempt_duration_seconds", "histogram", "From an attempt's begin to its end.");
  for (std::size_t i = 0; i < c.deployments.size(); ++i) page.histogram(deployment_labels(s, i), c.deployments[i].duration);
}

void money(Page& page, const gateway::Counts& c, const gateway::Snapshot& s) {
  page.family("fairway_tokens_total", "counter", "Tokens as the clouds counted them, in disjoint kinds.");
  for (std::size_t i = 0; i < c.deployments.size(); ++i) {
    const auto& u = c.deployments[i].usage;
    const auto labels = deployment_labels(s, i);
    const auto kind = [&](std::string_view name, std::int64_t n) { page.sample(fmt::format("{},kind=\"{}\"", labels, name), n); };
    kind("input", u.input);
    kind("cache_read", u.cache_read);
    kind("cache_write", u.cache_written());
    kind("output", u.output);
    kind("reasoning", u.reasoning);
    kind("audio_in", u.audio_in);
    kind("audio_out", u.audio_out);
    kind("image", u.image);
  }
  page.family("fairway_cost_usd_total", "counter", "US dollars booked where a price is known.");
  for (std::size_t i = 0; i < c.deployments.size(); ++i) page.sample(deployment_labels(s, i), c.deployments[i].cost.usd());
  page.family("fairway_cost_unknown_attempts_total", "counter", "Attempts that consumed tokens of unknown price.");
  for (std::size_t i = 0; i < c.deployments.size(); ++i) page.sample(deployment_labels(s, i), c.deployments[i].cost_unknown);
}

void pools(Page& page, const gateway::Counts& c, const gateway::Snapshot& s) {
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help, auto&& value) {
    page.family(name, type, help);
    for (std::size_t i = 0; i < c.deployments.size(); ++i)
      if (s.deployments()[i].pool) value(deployment_labels(s, i), *s.deployments()[i].pool, c.deployments[i]);
  };
  if (std::ranges::none_of(s.deployments(), [](const auto& d) { return d.pool.has_value(); })) return;
  family("fairway_pool_tokens_per_minute", "gauge", "Capacity of a provisioned pool, in tokens as it weighs them.",
         [&](const auto& labels, const auto& pool, const auto&) { page.sample(labels, pool.tokens_per_minute); });
  family("fairway_pool_utilisation_ratio", "gauge", "How full it is, over its window; 1: full.",
         [&](const auto& labels, const auto&, const auto& d) { page.sample(labels, fmt::format("{:.4f}", d.utilisation / double{UINT16_MAX})); });
  family("fairway_pool_bid_usd_per_million_tokens", "gauge", "What its tokens are worth at this utilisation; weighed, never booked.",
         [&](const auto& labels, const auto& pool, const auto& d) { page.sample(labels, per_million_usd(route::bid_price(pool.bid, d.utilisation))); });
  family("fairway_pool_usd_per_hour", "gauge", "What it costs, used or not; no part of fairway_cost_usd_total.",
         [&](const auto& labels, const auto& pool, const auto&) { if (pool.usd_per_hour) page.sample(labels, pool.usd_per_hour->usd()); });
  family("fairway_pool_spills_total", "counter", "Requests it could have served that another place did, by why.",
         [&](const auto& labels, const auto&, const auto& d) {
           for (std::size_t k = 0; k < d.spills.size(); ++k) page.sample(fmt::format("{},why=\"{}\"", labels, name(static_cast<route::WhySpilled>(k))), d.spills[k]);
         });
  family("fairway_pool_spill_cost_usd_total", "counter", "What those cost more than in the pool, where it is known.",
         [&](const auto& labels, const auto&, const auto& d) { page.sample(labels, d.spill_cost.usd()); });
}

void commitments(Page& page, const gateway::Counts& c, const gateway::Snapshot& s) {
  if (s.commitments().empty()) return;
  const auto family = [&](std::string_view name, std::string_view help, auto&& value) {
    page.family(name, "gauge", help);
    for (std::size_t i = 0; i < s.commitments().size() && i < c.drawn.size(); ++i)
      page.sample(fmt::format("commitment={}", quoted(s.commitments()[i].name)), value(s.commitments()[i].terms, c.drawn[i]).usd());
  };
  family("fairway_commitment_usd", "Amount promised for the period.", [](const auto& terms, Money) { return terms.amount; });
  family("fairway_commitment_drawn_usd", "Spent in its period, as far as it is known.", [](const auto&, Money drawn) { return drawn; });
  family("fairway_commitment_left_usd", "Not drawn yet.", [](const auto& terms, Money drawn) { return ledger::left(terms, drawn); });
}

void sign_ins(Page& page, const gateway::Counts& c, const gateway::Snapshot& s) {
  page.family("fairway_sign_ins_total", "counter", "Credentials fetched for a provider, by result.");
  for (std::size_t i = 0; i < c.sign_ins.size(); ++i) {
    if (!s.providers()[i].sign_in) continue;
    const auto label = fmt::format("provider={}", quoted(s.providers()[i].name));
    page.sample(label + ",result=\"ok\"", c.sign_ins[i].fetched);
    page.sample(label + ",result=\"failed\"", c.sign_ins[i].failed);
  }
}

void journal_counts(Page& page, const store::Journal& journal) {
  const auto n = journal.counts();
  const auto seconds = [](std::int64_t us) { return fmt::format("{:.6f}", static_cast<double>(us) / 1e6); };
  page.family("fairway_journal_records_total", "counter", "Records written to the journal.");
  page.sample("", n.appended);
  page.family("fairway_journal_refused_total", "counter", "Records the journal could not take: what on_ledger_failure is about.");
  page.sample("", n.refused);
  page.family("fairway_journal_unsynced_records", "gauge", "Records that a power cut would lose now.");
  page.sample("", n.unsynced);
  page.family("fairway_journal_sync_failures_total", "counter", "Syncs to disk that failed.");
  page.sample("", n.sync_failures);
  page.family("fairway_journal_last_sync_seconds", "gauge", "How long the last sync took.");
  page.sample("", seconds(n.last_sync_us));
  page.family("fairway_journal_ok", "gauge", "1: records are taken and synced; 0: GET /admin/v1/books says what is wrong.");
  page.sample("", journal.condition().ok() ? 1 : 0);
}

void ledger_counts(Page& page, const store::Bookkeeper::Condition& c) {
  page.family("fairway_ledger_records_total", "counter", "Records moved from the journal into the ledger.");
  page.sample("", c.moved);
  page.family("fairway_ledger_lag_records", "gauge", "Records written to the journal that are not in the ledger yet; they are moved when enough wait, or at the next start.");
  page.sample("", c.lag_records);
  page.family("fairway_ledger_lag_seconds", "gauge", "Since the ledger last had everything; 0: it has.");
  page.sample("", fmt::format("{:.3f}", static_cast<double>(c.lag_ms) / 1e3));
  page.family("fairway_ledger_failures_total", "counter", "Batches the ledger could not take; each is tried again.");
  page.sample("", c.failures);
  page.family("fairway_ledger_ok", "gauge", "1: records are moved; 0: GET /admin/v1/books says what is wrong.");
  page.sample("", c.ok() ? 1 : 0);
}

void notice_counts(Page& page, const gateway::Counts& c, const gateway::Snapshot& s) {
  page.family("fairway_notices_total", "counter", "What operators were told, by the first word of its type.");
  for (const auto& [word, kind] : config::Words<config::AlertKind>::all)
    page.sample(fmt::format("kind={}", quoted(word)), c.notices[static_cast<std::size_t>(kind)]);
  const auto& hooks = s.config().alerts.webhooks;
  if (hooks.empty()) return;
  page.family("fairway_webhook_deliveries_total", "counter", "POSTs of notices to a webhook, by what came of them.");
  for (std::size_t i = 0; i < hooks.size() && i < c.webhooks.size(); ++i) {
    page.sample(fmt::format("webhook={},outcome=\"delivered\"", quoted(hooks[i].name)), c.webhooks[i].delivered);
    page.sample(fmt::format("webhook={},outcome=\"failed\"", quoted(hooks[i].name)), c.webhooks[i].failed);
  }
  page.family("fairway_webhook_given_up_total", "counter", "Notices that did not arrive at a webhook.");
  for (std::size_t i = 0; i < hooks.size() && i < c.webhooks.size(); ++i) page.sample(fmt::format("webhook={}", quoted(hooks[i].name)), c.webhooks[i].given_up);
  page.family("fairway_webhook_waiting", "gauge", "Notices that wait for a webhook now.");
  for (std::size_t i = 0; i < hooks.size() && i < c.webhooks.size(); ++i) page.sample(fmt::format("webhook={}", quoted(hooks[i].name)), static_cast<std::uint64_t>(c.webhooks[i].waiting));
}

}  // namespace

std::string metrics_page(const gateway::Counts& c, const gateway::Snapshot& s, const gateway::KeyTable& keys, const Keeping& keeping) {
  Page page;
  page.family("fairway_build_info", "gauge", "Always 1; the version is the label.");
  page.sample(fmt::format("version=\"{}\"", FAIRWAY_VERSION), 1);
  requests(page, c, s);
  attempts(page, c, s);
  money(page, c, s);
  pools(page, c, s);
  commitments(page, c, s);
  sign_ins(page, c, s);
  page.family("fairway_connections_total", "counter", "Client connections accepted.");
  page.sample("", c.connections);
  page.family("fairway_connections_open", "gauge", "Client connections open now.");
  page.sample("", c.connections_open);
  page.family("fairway_exchanges_open", "gauge", "Requests being served now.");
  page.sample("", c.exchanges_open);
  page.family("fairway_http_refused_total", "counter", "Requests refused because they were no valid HTTP.");
  page.sample("", c.refused_http);
  page.family("fairway_retries_refused_total", "counter", "Failovers not made because the retry budget was spent.");
  page.sample("", c.retries_refused);
  page.family("fairway_clients_left_total", "counter", "Requests whose client went away before the end.");
  page.sample("", c.clients_left);
  page.family("fairway_hedges_total", "counter", "Requests sent to a second cloud because the first had no token yet.");
  page.sample("", c.hedges);
  page.family("fairway_hedges_won_total", "counter", "Those that the second cloud answered.");
  page.sample("", c.hedges_won);
  page.family("fairway_hedges_refused_total", "counter", "Hedges not made because their budget was spent.");
  page.sample("", c.hedges_refused);
  if (!keys.budgets().empty()) page.family("fairway_budget_alerts_total", "counter", "Thresholds of a budget that were passed, each once per window.");
  for (std::size_t i = 0; i < keys.budgets().size() && i < c.budget_alerts.size(); ++i) page.sample(fmt::format("budget={}", quoted(keys.budgets()[i].name)), c.budget_alerts[i]);
  notice_counts(page, c, s);
  if (keeping.journal) journal_counts(page, *keeping.journal);
  if (keeping.bookkeeper) ledger_counts(page, keeping.bookkeeper->condition());
  return page.take();
}

}  // namespace fw::admin
