#include <memory>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/ledger.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

Command& place(Command& command, LedgerPlace& to) {
  return command.option("-c,--config", to.config, "the configuration whose data_dir to read; its prices count too", "FILE")
      .option("--data-dir", to.data_dir, "the directory itself; a crashed one or a copy is fine, nothing is written", "DIR");
}

constexpr const char* kAccountWords = "answers|failures|probes|retries|fallbacks|second_opinions|hedges|unknown";

void add_sums(Command& ledger) {
  const auto o = std::make_shared<LedgerSumsOptions>();
  const auto form = std::make_shared<std::string>("table");
  auto command = ledger.sub("sums", "print what was spent, by whom and for what, from the sums of each hour and day");
  place(command, o->place)
      .option("--by", o->by, "a row for each tenant, key, team, model, deployment, cloud, scope, account or value of a tag (tag:NAME); given again for several", "DIMENSION")
      .option("--per", o->per, "a row for each day or hour (UTC), not one for all", "all|day|hour")
      .option("--from", o->from, "only what began then or later: a day, or with --per hour a whole hour", "DATE")
      .option("--until", o->until, "only what began before", "DATE")
      .option("--tenant", o->tenant, "only of this tenant", "NAME")
      .option("--key", o->key, "only of this key", "NAME")
      .option("--team", o->team, "only of this team", "NAME")
      .option("--tag", o->tags, "only what is tagged so; given again, only what has all of them", "NAME=VALUE")
      .option("--model", o->model, "only of this model", "NAME")
      .option("--deployment", o->deployment, "only at this deployment", "NAME")
      .option("--cloud", o->cloud, "only at this cloud", "NAME")
      .option("--scope", o->scope, "only in this scope", "SCOPE")
      .option("--account", o->account, "only what is booked to this account", kAccountWords)
      .option("--output", *form, "the form of the answer", kFormats)
      .runs([o, form] {
        o->format = format_of(*form);
        return ledger_sums(*o);
      });
}

void add_reconcile(Command& ledger) {
  const auto o = std::make_shared<LedgerReconcileOptions>();
  const auto form = std::make_shared<std::string>("table");
  auto command = ledger.sub("reconcile", "compare with a cloud's bill, explain every difference, and propose what to correct");
  place(command, o->place)
      .option("--bill", o->bills, "a file of the bill; given again for each of several", "FILE")
      .required()
      .option("--form", o->form, "the form of the bill, where its content does not tell", "openai-usage|openai-costs|azure|aws|google|focus|attempts")
      .option("--provider", o->provider, "the provider that the bill is of; not needed where the bill's cloud has one", "NAME")
      .option("--account", o->account, "only the bill's lines of this account, subscription or project", "ID")
      .option("--from", o->from, "only lines that begin then or later", "DATE")
      .option("--until", o->until, "only lines that begin before", "DATE")
      .flag("--apply", o->apply, "write what a bill by request says of ambiguous and estimated attempts into the books")
      .flag("--complete", o->complete, "a bill by request has every request of its time: an ambiguous attempt that it lacks was not billed")
      .option("--output", *form, "the form of the answer", "table|json")
      .runs([o, form] {
        o->json = *form == "json";
        return ledger_reconcile(*o);
      });
}

}  // namespace

void add_ledger(Command& top) {
  auto ledger = top.sub("ledger", "the exact record of what was sent and what it cost");
  const auto exported = std::make_shared<LedgerExportOptions>();
  auto out = ledger.sub("export", "print a line for each attempt");
  place(out, exported->place)
      .option("--from", exported->from, "only what began then or later", "DATE")
      .option("--until", exported->until, "only what began before", "DATE")
      .option("--tenant", exported->tenant, "only of this tenant", "NAME")
      .option("--key", exported->key, "only of this key", "NAME")
      .option("--team", exported->team, "only of this team", "NAME")
      .option("--tag", exported->tags, "only what is tagged so; given again, only what has all of them", "NAME=VALUE")
      .option("--purpose", exported->purpose, "only attempts made for this", "first|probe|retry|fallback|second_opinion|hedge|unknown")
      .option("--account", exported->account, "only what is booked to this account", kAccountWords)
      .option("--model", exported->model, "only of this model", "NAME")
      .option("--deployment", exported->deployment, "only at this deployment", "NAME")
      .option("--provider", exported->provider, "only at this provider", "NAME")
      .option("--cloud", exported->cloud, "only at this cloud", "NAME")
      .option("--scope", exported->scope, "only in this scope", "SCOPE")
      .option("--state", exported->state, "only in this state", "open|settled_exact|settled_estimated|not_sent|refused_unbilled|ambiguous")
      .option("--request", exported->request_id, "only of this request", "REQUEST-ID")
      .option("--output", exported->form, "the form of the answer; focus is FOCUS 1.2 as CSV", "json|ndjson|csv|focus")
      .runs([exported] { return ledger_export(*exported); });
  add_sums(ledger);
  const auto verified = std::make_shared<LedgerVerifyOptions>();
  const auto form = std::make_shared<std::string>("table");
  auto check = ledger.sub("verify", "check every byte, every entry and every sum, and compute every known cost again");
  place(check, verified->place).option("--output", *form, "the form of the answer", "table|json").runs([verified, form] {
    verified->json = *form == "json";
    return ledger_verify(*verified);
  });
  add_reconcile(ledger);
  const auto budgets = std::make_shared<BudgetOptions>();
  const auto budget_form = std::make_shared<std::string>("table");
  top.sub("budget", "print what may be spent, what is spent and reserved, and by which keys")
      .option("-c,--config", budgets->config, "the configuration the gateway runs on", "FILE")
      .option("--admin", budgets->admin, "the admin listener to ask, with the token in FAIRWAY_ADMIN_TOKEN; instead of --config", "URL")
      .option("--output", *budget_form, "the form of the answer", kFormats)
      .runs([budgets, budget_form] {
        budgets->format = format_of(*budget_form);
        return budget(*budgets);
      });
}

}  // namespace fw::cli
