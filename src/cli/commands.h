// The commands, as functions: each gets its options and returns an exit status (cli/exit.h). Data goes to
// standard output, the rest to standard error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.h"

namespace fw::cli {

enum class Format : std::uint8_t { table, json, ndjson, csv };

struct ServeOptions {
  std::string config;  // path of the configuration file
};
int serve(const ServeOptions& options);

struct DemoOptions {
  config::Address listen{"127.0.0.1", 8080, ""};
  config::Address admin{"127.0.0.1", 8081, ""};
  double traffic_rps = 0;         // load of its own; 0: none
  double exit_after_seconds = 0;  // 0: runs until a signal comes
  std::string config_out;         // the configuration is written there too; empty: nowhere
};
int demo(const DemoOptions& options);

// Values that fake::Options does not name are left at its defaults; -1 and empty mean that default too.
struct FakeOptions {
  std::string cloud;
  std::vector<config::Address> listen;    // one at least
  std::vector<std::string> keys;          // accepted; empty: the cloud's documented fake key
  std::vector<std::string> models;        // NAME or NAME=MODEL-ANSWERED; empty: the cloud's usual ones
  std::vector<std::string> api_versions;  // azure, classic path
  std::string faults;                     // the script itself, already read from its file
  double speed = 1;                       // delays are multiplied by it
  std::int64_t first_token_ms = -1;
  std::int64_t event_ms = -1;
  std::int64_t answer_tokens = -1;
  std::int64_t requests_per_minute = 0;  // 0: no limit
  std::int64_t tokens_per_minute = 0;
  std::string region;                     // azure: x-ms-region; bedrock: what must be signed for
  std::string host;                       // bedrock: runtime or mantle; empty: a request shows it
  std::string project;                    // vertex
  std::int64_t token_lifetime_s = 3'600;  // tokens
  bool async_filter = false;              // azure: filter results in chunks of their own
  bool ignore_tools = false;              // answers in words although a request brings tools
};
int fake(const FakeOptions& options);

struct CheckOptions {
  std::string config;
  Format format = Format::table;
};
int config_check(const CheckOptions& options);

struct SchemaOptions {
  bool markdown = false;
};
int config_schema(const SchemaOptions& options);
int config_fields();

struct OffersOptions {
  std::string model;   // empty: all
  std::string at;      // empty: everything known
  std::string cloud;   // empty: all
  std::string config;  // empty: the embedded book alone
  Format format = Format::table;
};
int offers(const OffersOptions& options);

struct CatalogueOptions {
  std::string catalogue;  // genai-prices, portkey
  std::vector<std::string> files;
  std::string date;       // of the catalogue; empty: today
  std::string config;     // empty: the embedded book alone
  Format format = Format::table;
};
int offers_import(const CatalogueOptions& options);
int offers_compare(const CatalogueOptions& options);

struct ExplainOptions {
  std::string request_id;
  std::string config = "fairway.yaml";
  std::string admin;     // instead of `config`
  std::string data_dir;  // likewise: what a gateway left there
  Format format = Format::table;
};
int explain(const ExplainOptions& options);

struct ReplayOptions {
  std::string file;         // empty: the running gateway's
  std::string config = "fairway.yaml";
  std::string admin;        // instead of `config`
  std::string data_dir;     // likewise: what a gateway left there
  std::int64_t limit = 1'000;
  std::string policy_file;  // empty: every record's own policy
  std::string policy = "default";
  Format format = Format::table;
};
int replay(const ReplayOptions& options);

struct BudgetOptions {
  std::string config = "fairway.yaml";
  std::string admin;
  Format format = Format::table;
};
int budget(const BudgetOptions& options);

// Where the gateway is whose keys are meant, and in which form to answer.
struct KeysPlace {
  std::string config = "fairway.yaml";
  std::string admin;  // instead of `config`
  Format format = Format::table;
};
// What is not said stays as it is, or as the configuration has it.
struct KeyTerms {
  std::string name, tenant, policy, expires;
  std::string budget, per;  // USD, and what of
  std::vector<std::string> models, addresses, endpoints, tags;
  std::string team;
  std::int64_t requests_per_minute = 0, tokens_per_minute = 0, concurrent = 0;  // 0: not said
};
struct KeysCreateOptions {
  KeysPlace place;
  KeyTerms terms;
  std::string file;  // instead of terms: a JSON object; "-" is standard input
};
int keys_create(const KeysCreateOptions& options);
struct KeysListOptions {
  KeysPlace place;
  std::string tenant, name, state;
};
int keys_list(const KeysListOptions& options);
struct KeysUpdateOptions {
  KeysPlace place;
  std::string key;  // its id, or its name
  KeyTerms terms;
  std::vector<std::string> removed;  // fields that go back to what is the case without them
  std::string file;                  // instead of both: a merge patch; "-" is standard input
};
int keys_update(const KeysUpdateOptions& options);
// One key, by its id or its name.
struct KeyOptions {
  KeysPlace place;
  std::string key;
  std::int64_t grace_s = 0;  // of rotate
};
int keys_show(const KeyOptions& options);
int keys_rotate(const KeyOptions& options);
int keys_disable(const KeyOptions& options);
int keys_enable(const KeyOptions& options);
int keys_revoke(const KeyOptions& options);
struct KeysLogOptions {
  KeysPlace place;
  std::string key;  // empty: all
  std::int64_t limit = 100;
};
int keys_log(const KeysLogOptions& options);

struct PlanFiles {
  std::string offers, rules;  // empty: not given
};
// A file, or the books of a configuration or directory; then, where weeks are named, a forecast from it.
struct DemandSource {
  std::string file;
  std::string form = "fairway";
  std::string tokens;  // servegen: the second file
  std::string model;   // of a trace; of the books: only this one
  std::string config, data_dir;
  std::string from, until;  // a day or a time
  std::string tenant, key, team;
  std::vector<std::string> tags;  // each NAME=VALUE
  std::string class_by = "rule";
  std::int64_t step_s = 60;
  std::int64_t forecast_weeks = 0;  // 0: the demand as it was
  std::int64_t seed = 1;
};
int plan_demand(const DemandSource& source);

struct PlanForecastOptions {
  DemandSource source;
  Format format = Format::csv;
};
int plan_forecast(const PlanForecastOptions& options);

struct PlanOptions {
  DemandSource demand;
  PlanFiles files;
  std::string at;      // of the offer book's prices; empty: today
  std::string report;  // a page of HTML is written there; empty: none
  std::string mode = "buyer";
  std::vector<std::string> what_if;
  std::int64_t seconds = 60;
  Format format = Format::table;
};
int plan(const PlanOptions& options);

struct PlanVerifyOptions {
  std::string plan;
  std::string demand;  // empty: what the plan names
  PlanFiles files;     // likewise
};
int plan_verify(const PlanVerifyOptions& options);

struct SimulateOptions {
  DemandSource demand;
  std::string config;  // tried as it is; empty: the plan's offers are
  std::string plan;    // what `plan --output json` printed; empty: none
  PlanFiles files;     // of the plan; empty: what the plan names
  std::string world, incidents;
  std::vector<std::string> policies;  // one run each; none: as configured
  std::int64_t seed = 1;
  std::int64_t whole_ms = 0;          // 0: whole answers are not judged
  double scale = 1;
  Format format = Format::table;
};
int simulate(const SimulateOptions& options);

struct PlanStatusOptions {
  std::string plan;
  DemandSource came;  // empty: what the plan was made from, as it is now
  PlanFiles files;    // empty: what the plan names
  Format format = Format::table;
};
int plan_status(const PlanStatusOptions& options);

struct PlanWhatIfOptions {
  std::string plan;
  std::vector<std::string> changes;
  std::string demand;  // empty: what the plan names
  PlanFiles files;     // likewise
  Format format = Format::table;
};
int plan_what_if(const PlanWhatIfOptions& options);

struct ConnectOptions {
  std::string client;  // codex, claude, python, node
  std::string url = "http://127.0.0.1:8080";
  std::string model = "gpt-6-sol";
  std::string key_env = "FAIRWAY_KEY";
};
int connect(const ConnectOptions& options);

struct DoctorOptions {
  std::string config;  // empty: only what needs no configuration
  Format format = Format::table;
};
int doctor(const DoctorOptions& options);

}  // namespace fw::cli
