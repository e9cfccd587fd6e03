// The fields of the file itself and of everything that is not a provider, a model or a right.
#include "config/codec.h"

namespace fw::config {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kGiB = std::int64_t{1} << 30;

Entry version_entry() {
  return {.field = {.name = "version", .doc = "The version of this format.", .required = true},
          .shape = {.form = Form::version},
          .default_text = {},
          .read = [](Reader& reader, const Node& node, const Entry& self, void*) {
            if (!reader.expect(node, self.field, NodeKind::scalar, "1")) return;
            node.shown = true;
            if (node.text != "1")
              reader.complain(node, {quoted(node.text), "1", "this release reads version 1 of the configuration"});
          }};
}

// `token: X` is one owner in short.
Entry token_entry() {
  return {.field = {.name = "token", .doc = "One token with the role owner, in short.", .discreet = true},
          .shape = {.form = Form::secret},
          .default_text = {},
          .read = [](Reader& reader, const Node& node, const Entry& self, void* object) {
            auto& admin = *static_cast<Admin*>(object);
            auto& token = admin.tokens.emplace_back(AdminToken{"token", {}, Role::owner, "", {}, {}});
            Codec<Secret>::read(reader, node, self.field, token.token);
          }};
}

}  // namespace

template <>
const Table* table_of<Tls>() {
  static const Table table{
      "tls",
      "TLS of a listener.",
      {entry<&Tls::cert>({.name = "cert", .doc = "PEM file of the certificate and its chain.", .required = true, .rule = &kPath}),
       entry<&Tls::key>({.name = "key", .doc = "PEM file of the private key.", .required = true, .rule = &kPath})}};
  return &table;
}

template <>
const Table* table_of<Listen>() {
  static const Table table{
      "listen",
      "A place where clients are served.",
      {entry<&Listen::address>({.name = "address",
                                .doc = "`HOST:PORT` with an IP address (port 0: the system chooses), or `unix:PATH`.",
                                .required = true}),
       entry<&Listen::tls>({.name = "tls", .doc = "Serve HTTPS with this certificate."})}};
  return &table;
}

template <>
const Table* table_of<AdminToken>() {
  static const Table table{
      "admin_token",
      "One token for the admin listener.",
      {entry<&AdminToken::name>({.name = "name", .doc = "Who it is for; in logs.", .required = true, .rule = &kName}),
       entry<&AdminToken::token>({.name = "token", .doc = "The token.", .required = true, .discreet = true}),
       entry<&AdminToken::role>({.name = "role",
                                 .doc = "`read` sees everything but secrets, `keys` may also mint, change and revoke keys, "
                                        "`owner` may do everything."}),
       entry<&AdminToken::tenant>({.name = "tenant", .doc = "Cuts every list and action to this tenant; default: all.",
                                   .rule = &kName}),
       entry<&AdminToken::models>({.name = "models", .doc = "Models that keys it makes may use, and that it sees deployments of.",
                                   .nonempty = true, .one_or_many = true, .rule = &kModelName, .default_text = "all"}),
       entry<&AdminToken::policies>({.name = "policies", .doc = "Policies that keys it makes may be under.",
                                     .nonempty = true, .one_or_many = true, .rule = &kName,
                                     .default_text = "all; with `tenant`: the tenant's own, else `default`"})}};
  return &table;
}

template <>
const Table* table_of<Admin>() {
  static const Table table{
      "admin",
      "The admin listener: `/livez` and `/readyz` are open, everything else needs a token.",
      {entry<&Admin::address>({.name = "address", .doc = "`HOST:PORT` or `unix:PATH`.", .required = true}),
       token_entry(),
       entry<&Admin::tokens>({.name = "tokens", .doc = "Tokens by name. One token at least, here or as `token`.",
                              .discreet = true, .nonempty = true}),
       entry<&Admin::tls>({.name = "tls", .doc = "Serve HTTPS with this certificate."})}};
  return &table;
}

template <>
const Table* table_of<Log>() {
  static const Table table{
      "log",
      "The log, on standard error.",
      {entry<&Log::level>({.name = "level", .doc = "The least important level that is written."}),
       entry<&Log::format>({.name = "format", .doc = "One JSON object per line, or text for people."})}};
  return &table;
}

template <>
const Table* table_of<AttemptTimeouts>() {
  static const Table table{
      "attempt_timeouts",
      "Limits in time of one attempt.",
      {entry<&AttemptTimeouts::connect_ms>({.name = "connect_ms", .doc = "Name, TCP and TLS of an upstream connection.",
                                            .unit = "ms", .min = 1, .max = kHourMs}),
       entry<&AttemptTimeouts::first_byte_ms>({.name = "first_byte_ms",
                                               .doc = "From the request sent to the first byte of the answer.",
                                               .unit = "ms", .min = 1, .max = kDayMs}),
       entry<&AttemptTimeouts::idle_ms>({.name = "idle_ms", .doc = "Between two pieces of the answer.", .unit = "ms",
                                         .min = 1, .max = kDayMs}),
       entry<&AttemptTimeouts::total_ms>({.name = "total_ms", .doc = "The whole attempt.", .unit = "ms", .min = 1,
                                          .max = kDayMs})}};
  return &table;
}

template <>
const Table* table_of<Timeouts>() {
  static const Table table = [] {
    Table made{"timeouts", "Limits in time. Passing one before the client's first byte tries the next deployment.", {}};
    splice<&Timeouts::attempt>(made);
    made.entries.push_back(entry<&Timeouts::request_ms>(
        {.name = "request_ms", .doc = "A client's header must be there by then; so long may its body pause.",
         .unit = "ms", .min = 1, .max = kHourMs}));
    made.entries.push_back(entry<&Timeouts::keep_alive_ms>(
        {.name = "keep_alive_ms", .doc = "A client's connection may lie idle so long between two requests.",
         .unit = "ms", .min = 1, .max = kDayMs}));
    return made;
  }();
  return &table;
}

template <>
const Table* table_of<Limits>() {
  static const Table table{
      "limits",
      "What is refused so that nothing grows without bound.",
      {entry<&Limits::body_bytes>({.name = "body_bytes", .doc = "A request's body; beyond: 413.", .unit = "bytes", .min = 1024, .max = kGiB}),
       entry<&Limits::header_bytes>({.name = "header_bytes", .doc = "All header fields of a request; beyond: 431.", .unit = "bytes", .min = 1024, .max = 1 << 20}),
       entry<&Limits::header_fields>({.name = "header_fields", .doc = "Header fields of a request; beyond: 431.", .min = 8, .max = 1000}),
       entry<&Limits::target_bytes>({.name = "target_bytes", .doc = "The request target; beyond: 414.", .unit = "bytes", .min = 256, .max = 65536}),
       entry<&Limits::json_depth>({.name = "json_depth", .doc = "Nesting of a JSON body; beyond: 400.", .min = 4, .max = 1024}),
       entry<&Limits::exchanges>({.name = "exchanges", .doc = "Requests in progress, in all; beyond: 503.", .min = 1, .max = 1'000'000}),
       entry<&Limits::exchanges_per_key>({.name = "exchanges_per_key", .doc = "Requests in progress of one key; beyond: 429.", .min = 1, .max = 1'000'000}),
       entry<&Limits::connections_per_core>({.name = "connections_per_core", .doc = "Client connections per core; beyond: not accepted until one ends.", .min = 1, .max = 1'000'000}),
       entry<&Limits::memory_bytes>({.name = "memory_bytes", .doc = "All buffered bodies together; beyond: 503.", .unit = "bytes", .min = 1 << 20, .max = 1024 * kGiB}),
       entry<&Limits::response_buffer_bytes>({.name = "response_buffer_bytes", .doc = "Held of one answer for a client slower than the cloud; beyond: the cloud is not read.", .unit = "bytes", .min = 16384, .max = kGiB}),
       entry<&Limits::event_bytes>({.name = "event_bytes", .doc = "One event of a stream; beyond: the stream ends with an error.", .unit = "bytes", .min = 16384, .max = kGiB}),
       entry<&Limits::error_body_bytes>({.name = "error_body_bytes", .doc = "Read of a cloud's error answer; the rest is dropped.", .unit = "bytes", .min = 1024, .max = 1 << 24}),
       entry<&Limits::records>({.name = "records", .doc = "Finished requests kept for `/admin/v1/exchanges`.", .min = 0, .max = 10'000'000})}};
  return &table;
}

template <>
const Table* table_of<Drain>() {
  static const Table table{
      "drain",
      "Streams whose client left and that are read to their end for the books (`on_cancel: drain`).",
      {entry<&Drain::streams>({.name = "streams", .doc = "At one time.", .min = 0, .max = 1'000'000}),
       entry<&Drain::seconds>({.name = "seconds", .doc = "Each at most so long.", .unit = "seconds", .min = 0, .max = 3600})}};
  return &table;
}

template <>
const Table* table_of<Retries>() {
  static const Table table{
      "retries",
      "How far failures may multiply requests to the clouds.",
      {entry<&Retries::budget_percent>({.name = "budget_percent", .doc = "Attempts beyond a request's first, as a share of all requests.", .unit = "percent", .min = 0, .max = 1000}),
       entry<&Retries::burst>({.name = "burst", .doc = "So many more may come at once.", .min = 0, .max = 1'000'000}),
       entry<&Retries::attempts>({.name = "attempts", .doc = "Attempts per request; 0: as many as the model has deployments.", .min = 0, .max = 100})}};
  return &table;
}

template <>
const Table* table_of<Journal>() {
  static const Table table{
      "journal",
      "What every attempt is written to before its first byte goes upstream: memory-mapped files, one row of them per core.",
      {entry<&Journal::sync_ms>({.name = "sync_ms", .doc = "Between two syncs to disk.", .unit = "ms", .min = 1, .max = 60'000}),
       entry<&Journal::segment_mib>({.name = "segment_mib", .doc = "Of one file; two per core are set aside at once.", .unit = "MiB", .min = 1, .max = 1024})}};
  return &table;
}

template <>
const Table* table_of<TagRules>() {
  static const Table table{
      "tag_rules",
      "Tags that requests may say: words that costs are sorted by in the books. Those of keys stand with the keys.",
      {entry<&TagRules::names>({.name = "names", .doc = "Their names. A request says them in `x-fairway-tags: NAME=VALUE, …`; any other name there is refused with 400.", .one_or_many = true, .rule = &kTagName, .default_text = "none"}),
       entry<&TagRules::metadata>({.name = "metadata", .doc = "Whether members of a request's `metadata` that have one of these names count as tags. Others are left alone, and all are passed on."})}};
  return &table;
}

const Table& file_table() {
  static const Table table{
      "file",
      "",
      {version_entry(),
       entry<&Config::listen>({.name = "listen", .doc = "Where clients are served.", .required = true, .nonempty = true}),
       entry<&Config::admin>({.name = "admin", .doc = "The admin listener; without it there is none.", .discreet = true}),
       entry<&Config::log>({.name = "log", .doc = "The log."}),
       entry<&Config::timeouts>({.name = "timeouts", .doc = "Limits in time."}),
       entry<&Config::limits>({.name = "limits", .doc = "Limits in size and number."}),
       entry<&Config::retries>({.name = "retries", .doc = "The retry budget."}),
       entry<&Config::alerts>({.name = "alerts", .doc = "What operators are told of beside the log ([docs/alerts.md](alerts.md))."}),
       entry<&Config::tags>({.name = "tags", .doc = "What requests may be tagged with."}),
       entry<&Config::drain>({.name = "drain", .doc = "Caps for abandoned streams."}),
       entry<&Config::data_dir>({.name = "data_dir", .doc = "Where the books are kept, beside this file unless it is absolute. One gateway has it at a time.", .rule = &kPath}),
       entry<&Config::durability>({.name = "durability", .doc = "When an attempt's intent has to be on disk: `grouped`, every `journal.sync_ms` (a killed process loses nothing, a power cut at most that window); or `strict`, before the first byte goes upstream."}),
       entry<&Config::on_ledger_failure>({.name = "on_ledger_failure", .doc = "What happens to requests that the journal cannot take (disk full, read-only, failing): `refuse` answers 503 `ledger_unavailable`; `serve-and-flag` serves them and counts them in `fairway_journal_refused_total`."}),
       entry<&Config::journal>({.name = "journal", .doc = "The journal's files."}),
       entry<&Config::threads>({.name = "threads", .doc = "Threads that serve; 0: one per core.", .min = 0, .max = 1024}),
       entry<&Config::providers>({.name = "providers", .doc = "Accounts at clouds, by name.", .required = true, .nonempty = true}),
       entry<&Config::models>({.name = "models", .doc = "The names clients ask for and where each can be served.", .required = true, .nonempty = true}),
       entry<&Config::policies>({.name = "policies", .doc = "Rules for choosing, by name. The one called `default` holds where no other is named."}),
       entry<&Config::tenants>({.name = "tenants", .doc = "Who keys belong to, by name."}),
       entry<&Config::keys>({.name = "keys", .doc = "Virtual keys: what clients sign in with.", .discreet = true}),
       budgets_entry(),
       commitments_entry(),
       entry<&Config::offers>({.name = "offers", .doc = "Offer books laid over the embedded one, in this order ([docs/offers.md](offers.md)).", .rule = &kPath})}};
  return table;
}

}  // namespace fw::config
