#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "admin/pages.h"
#include "route/record.h"
#include "wire/json_write.h"

namespace fw::admin {
namespace {

using dialect::Need;
using route::Verdict;
using wire::JsonWriter;

// What a request asks for in the words of `explain` (design.md section 2, Records).
struct Feature {
  std::string_view name;
  std::initializer_list<Need> of;
};
const Feature kFeatures[] = {
    {"vision", {Need::image, Need::image_url, Need::image_detail, Need::image_file_id}},
    {"audio", {Need::audio_input, Need::audio_output}},
    {"files", {Need::file, Need::file_url, Need::file_id}},
    {"tools", {Need::tools, Need::strict_tools, Need::custom_tools}},
    {"json_schema", {Need::json_schema}},
    {"json_mode", {Need::json_mode}},
    {"reasoning", {Need::reasoning_effort, Need::reasoning_summary, Need::reasoning_items, Need::encrypted_reasoning}},
    {"logprobs", {Need::logprobs, Need::top_logprobs}},
    {"background", {Need::background}},
    {"store", {Need::store}},
    {"previous_response", {Need::previous_response_id}},
    {"hosted_tool", {Need::hosted_tools, Need::web_search_options}},
};

void write_needs(JsonWriter& json, const route::Question& q) {
  json.begin_object().member("dialect", dialect::name(dialect::dialect_of(q.operation))).member("operation", dialect::name(q.operation));
  json.member("stream", q.stream).key("features").begin_array().string("text");
  for (const auto& f : kFeatures)
    if (std::ranges::any_of(f.of, [&q](Need n) { return has(q.needs, n); })) json.string(f.name);
  if (has(q.needs, Need::tools) && !has(q.needs, Need::parallel_tool_calls_off)) json.string("parallel_tools");
  json.end_array().key("parameters").begin_array();
  for (std::size_t i = 0; i < dialect::kNeeds; ++i)
    if (q.needs.test(i)) json.string(dialect::name(static_cast<Need>(i)));
  json.end_array().member("input_tokens", std::int64_t{q.input_tokens}).member("output_tokens", std::int64_t{q.output_tokens}).end_object();
}

void write_names(JsonWriter& json, const dialect::Needs& needs) {
  json.begin_array();
  for (std::size_t i = 0; i < dialect::kNeeds; ++i)
    if (needs.test(i)) json.string(dialect::name(static_cast<Need>(i)));
  json.end_array();
}

// Why a candidate stands where it stands.
std::string reason(const route::Seen& s, const route::Ranked& r, const route::Policy& policy) {
  switch (r.verdict) {
    case Verdict::probe: return "its breaker lets one harmless request through, to see whether it is well again";
    case Verdict::admissible: return "";
    case Verdict::lossy: return "something the request says is lost there";
    case Verdict::share: return fmt::format("{} has {:.1f} % of the policy's requests, more than max_share", s.cloud, 100.0 * s.share / route::kWhole);
    case Verdict::throttled: return "its quota or its slots are used up for the moment";
    case Verdict::ejected: return "its breaker is open";
    case Verdict::marked: return "its account refused to serve a moment ago";
    case Verdict::operation: return "it does not serve this operation";
    case Verdict::pinned: return "the response leant on is stored elsewhere";
    case Verdict::residency: return fmt::format("it processes in {}, outside of {}", s.scope.empty() ? "an unknown scope" : s.scope, fmt::join(policy.residency, ", "));
    case Verdict::capability: return "it cannot serve what the request asks for";
    case Verdict::loss: return "it would lose what the policy wants kept";
    case Verdict::price: return "its price is unknown, and the policy refuses that";
  }
  return "";
}

std::string_view compatibility(const route::Seen& s) {
  if (!s.speaks || s.refused.any()) return "impossible";
  return s.dropped.any() ? "lossy" : "lossless";
}

// 10^-12 USD as plain decimals.
void write_pico(JsonWriter& json, std::string_view key, route::Pico amount) {
  json.key(key);
  if (amount < 0) json.null();
  else json.string(Money::of_units(Int128{amount} * 1'000).usd());
}

double percent(std::uint16_t share) { return 100.0 * share / route::kWhole; }

void write_service(JsonWriter& json, const route::Seen& s) {
  json.begin_object().key("miss_percent").real(percent(s.miss), 2).key("error_percent").real(percent(s.error), 2);
  json.key("first_token_ms");
  if (s.first_token_ms == 0) json.null();
  else json.number(s.first_token_ms);
  json.member("breaker", name(s.breaker)).member("throttled", s.throttled).key("headroom_tokens");
  if (s.headroom_tokens < 0) json.null();
  else json.number(s.headroom_tokens);
  json.end_object();
}

void write_candidate(JsonWriter& json, const route::Decision& d, const route::Ranked& r, const route::Policy& policy, const gateway::Snapshot& snapshot) {
  const auto& s = d.seen[r.place];
  json.begin_object().member("deployment", s.name).member("provider", snapshot.providers()[s.provider].name).member("cloud", s.cloud);
  json.member("scope", s.scope).member("admissible", route::may_serve(r.verdict)).member("verdict", name(r.verdict)).key("reason");
  const auto why = reason(s, r, policy);
  if (why.empty()) json.null();
  else json.string(why);
  json.key("price").begin_object();
  write_pico(json, "expected_usd", s.cost);
  json.member("warm_tokens", std::int64_t{s.warm_tokens}).end_object();
  json.key("service");
  write_service(json, s);
  json.key("compatibility").begin_object().member("verdict", compatibility(s)).key("lost");
  write_names(json, s.dropped | s.refused);
  json.end_object().key("score");
  if (route::may_serve(r.verdict)) json.number(r.score);
  else json.null();
  json.end_object();
}

}  // namespace

std::string explain_page(const gateway::KeptDecision& kept, const std::optional<ledger::ExchangeRecord>& record, const gateway::Snapshot& snapshot) {
  const auto& policy = snapshot.policies()[kept.policy];
  const auto& d = kept.decision;
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("request_id", kept.request_id.view()).member("time", rfc3339(kept.time));
  json.member("model", snapshot.models()[kept.model].name).member("policy", policy.name).member("prefer", name(policy.prefer)).key("needs");
  write_needs(json, d.question);
  json.key("chosen");
  if (d.tried > 0) json.string(d.seen[d.ranked[0].place].name);
  else json.null();
  json.key("candidates").begin_array();
  for (const auto& r : d.ranked) write_candidate(json, d, r, policy, snapshot);
  json.end_array().key("attempts").begin_array();
  if (record)
    for (const auto& a : record->attempts) {
      json.begin_object().member("attempt_id", a.attempt_id.view()).member("deployment", snapshot.deployments()[a.deployment].name);
      json.member("outcome", cloud::name(a.outcome)).member("status", std::int64_t{a.status}).key("first_token_ms");
      if (a.first_token_ms < 0) json.null();
      else json.number(a.first_token_ms);
      json.member("ended_ms", std::int64_t{a.ended_ms}).end_object();
    }
  json.end_array().end_object();
  return out;
}

std::string decisions_page(const std::vector<gateway::KeptDecision>& decisions, const gateway::Snapshot& snapshot) {
  std::string out(R"({"data":[)");
  for (const auto& kept : decisions) {
    if (&kept != decisions.data()) out += ',';
    const auto time = rfc3339(kept.time);
    route::write_record({.request_id = kept.request_id.view(), .time = time, .model = snapshot.models()[kept.model].name,
                         .policy = snapshot.policies()[kept.policy], .decision = kept.decision}, out);
  }
  return out.append(R"(],"next":null})");
}

}  // namespace fw::admin
