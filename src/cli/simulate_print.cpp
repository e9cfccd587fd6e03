#include "cli/simulate_print.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "cli/output.h"
#include "wire/json_write.h"

namespace fw::cli {
namespace {

namespace sim = plan::sim;
using Row = Simulated::Row;
constexpr int kShareDecimals = 6;

double part(std::uint64_t some, std::uint64_t all) { return all > 0 ? static_cast<double>(some) / static_cast<double>(all) : 0; }
double part(Money some, Money all) { return all.units() > 0 ? static_cast<double>(some.units()) / static_cast<double>(all.units()) : 0; }

Row row_of(const sim::Known& place, const sim::AtPlace& at) {
  Row out;
  out.name = place.name;
  out.cloud = place.cloud;
  out.requests = out.served = at.served;
  out.attempts = at.attempts;
  out.failed = at.failed;
  out.throttled = at.throttled;
  out.tokens = at.tokens;
  out.first_asked = at.first_asked;
  out.spent = sim::money_of(at.pico_usd);
  out.pool = place.pool.has_value();
  return out;
}

Row row_of(const plan::DemandClass& c, const sim::OfClass& of) {
  Row out;
  out.name = c.name;
  out.model = c.model;
  out.requests = of.requests;
  out.served = of.served;
  out.lost = of.lost;
  out.late = of.late;
  out.late_whole = of.late_whole;
  out.throttled = of.throttled;
  out.tokens = of.tokens;
  out.spent = sim::money_of(of.pico_usd);
  out.p50_ms = of.first.quantile_ms(0.5);
  out.p95_ms = of.first.quantile_ms(0.95);
  out.p99_ms = of.first.quantile_ms(0.99);
  return out;
}

void add(Row& to, const Row& from) {
  to.requests += from.requests;
  to.served += from.served;
  to.lost += from.lost;
  to.late += from.late;
  to.late_whole += from.late_whole;
  to.throttled += from.throttled;
  to.attempts += from.attempts;
  to.failed += from.failed;
  to.tokens += from.tokens;
  to.spent += from.spent;
}

std::string clouds_or_names(const sim::Stage& stage, const std::vector<std::uint16_t>& places) {
  std::vector<std::string> names;
  for (const auto place : places) names.push_back(stage.places[place].name);
  return fmt::format("{}", fmt::join(names, ", "));
}

void write_class(wire::JsonWriter& json, const Row& row, bool whole) {
  json.member("requests", static_cast<std::int64_t>(row.requests)).member("served", static_cast<std::int64_t>(row.served)).member("lost", static_cast<std::int64_t>(row.lost));
  json.member("late_first_token", static_cast<std::int64_t>(row.late));
  json.key("slo_missed").real(part(row.late + row.lost, row.requests), kShareDecimals);
  if (whole) json.member("late_whole", static_cast<std::int64_t>(row.late_whole)).key("whole_missed").real(part(row.late_whole + row.lost, row.requests), kShareDecimals);
  json.member("throttled", static_cast<std::int64_t>(row.throttled)).member("tokens", static_cast<std::int64_t>(row.tokens)).member("cost_usd", std::string_view(row.spent.usd()));
}

void write_shares(wire::JsonWriter& json, const Row& row, const Row& all) {
  json.key("share").begin_object().key("requests").real(part(row.served, all.served), kShareDecimals).key("tokens").real(part(row.tokens, all.tokens), kShareDecimals)
      .key("cost").real(part(row.spent, all.spent), kShareDecimals).end_object();
}

void write_place(wire::JsonWriter& json, const Row& row, const Row& all, bool cloud) {
  json.begin_object().member(cloud ? "cloud" : "deployment", std::string_view(row.name));
  if (!cloud) json.member("cloud", std::string_view(row.cloud)).member("pool", row.pool);
  json.member("attempts", static_cast<std::int64_t>(row.attempts)).member("served", static_cast<std::int64_t>(row.served)).member("failed", static_cast<std::int64_t>(row.failed));
  json.member("throttled", static_cast<std::int64_t>(row.throttled)).member("tokens", static_cast<std::int64_t>(row.tokens)).member("cost_usd", std::string_view(row.spent.usd()));
  write_shares(json, row, all);
  json.end_object();
}

void write_met(wire::JsonWriter& json, const Simulated::Met& each) {
  const auto seconds = [&json](const char* name, const std::optional<double>& s) {
    json.key(name);
    if (s) json.real(*s, 0);
    else json.null();
  };
  json.begin_object().member("what", std::string_view(each.what)).member("places", std::string_view(each.places)).key("from_s").real(each.from_s, 0).key("until_s").real(each.until_s, 0);
  json.key("usual_share").real(each.met.usual_share, kShareDecimals);
  seconds("left_after_s", each.met.left_s);
  seconds("returned_after_s", each.met.returned_s);
  json.end_object();
}

void write_run(wire::JsonWriter& json, const Simulated& run) {
  json.begin_object().member("policy", std::string_view(run.policy.empty() ? "as configured" : run.policy));
  write_class(json, run.all, run.whole);
  json.member("units_usd", std::string_view(run.units.usd())).member("total_usd", std::string_view((run.units + run.all.spent).usd())).member("attempts", static_cast<std::int64_t>(run.all.attempts));
  json.key("classes").begin_array();
  for (const auto& c : run.classes) {
    json.begin_object().member("model", std::string_view(c.model)).member("class", std::string_view(c.name));
    write_class(json, c, run.whole);
    json.key("first_token_ms").begin_object().member("p50", c.p50_ms).member("p95", c.p95_ms).member("p99", c.p99_ms).end_object().end_object();
  }
  json.end_array().key("deployments").begin_array();
  for (const auto& d : run.deployments) write_place(json, d, run.all, false);
  json.end_array().key("clouds").begin_array();
  for (const auto& c : run.clouds) write_place(json, c, run.all, true);
  json.end_array().key("incidents").begin_array();
  for (const auto& i : run.incidents) write_met(json, i);
  json.end_array().member("digest", std::string_view(fmt::format("{:016x}", run.digest))).end_object();
}

std::string percent(double share) { return fmt::format("{:.2f}", 100 * share); }
std::string or_dash(const std::optional<double>& s) { return s ? fmt::format("{:.0f}", *s) : "-"; }

// With the columns' names above them.
std::string headed(List list) {
  std::vector<Cell> head;
  for (const auto& column : list.columns) head.push_back({column});
  list.rows.insert(list.rows.begin(), std::move(head));
  return to_text(list, Format::table);
}

List summary(const std::vector<Simulated>& all) {
  List list{{"policy", "requests", "USD for tokens", "USD for units", "late or lost %", "lost %", "429 per 1000", "attempts per request"}, {}};
  for (const auto& run : all)
    list.rows.push_back({{run.policy.empty() ? "as configured" : run.policy}, {fmt::to_string(run.all.requests), true}, {run.all.spent.usd(), true}, {run.units.usd(), true}, {percent(part(run.all.late + run.all.lost, run.all.requests)), true},
                         {percent(part(run.all.lost, run.all.requests)), true}, {fmt::format("{:.1f}", 1'000 * part(run.all.throttled, run.all.requests)), true}, {fmt::format("{:.3f}", part(run.all.attempts, run.all.requests)), true}});
  return list;
}

}  // namespace

Simulated make_simulated(const std::string& policy, const sim::Stage& stage, const plan::Demand& demand, const sim::Ran& ran, Money units) {
  Simulated out{.policy = policy, .all = {}, .classes = {}, .deployments = {}, .clouds = {}, .incidents = {}, .units = units, .whole = {}, .digest = ran.outcome.digest()};
  for (std::size_t c = 0; c < demand.classes.size(); ++c) {
    out.classes.push_back(row_of(demand.classes[c], ran.outcome.classes()[c]));
    add(out.all, out.classes.back());
    out.whole = out.whole || stage.slos[c].whole_ms > 0;
  }
  for (std::size_t p = 0; p < stage.places.size(); ++p) {
    out.deployments.push_back(row_of(stage.market.places[p], ran.outcome.places()[p]));
    const auto& row = out.deployments.back();
    out.all.attempts += row.attempts;
    auto cloud = std::ranges::find(out.clouds, row.cloud, &Row::name);
    if (cloud == out.clouds.end()) {
      cloud = out.clouds.emplace(cloud);
      cloud->name = row.cloud;
    }
    add(*cloud, row);
  }
  const auto met = ran.outcome.incidents();
  for (std::size_t i = 0; i < met.size(); ++i) {
    const auto& incident = stage.incidents[i];
    out.incidents.push_back({std::string(name(incident.what)), clouds_or_names(stage, incident.places), incident.from_s, incident.to_s, met[i]});
  }
  return out;
}

std::string simulated_json(const SimulatedInputs& inputs, const std::vector<Simulated>& all) {
  std::string out;
  wire::JsonWriter json(out);
  const auto& demand = inputs.demand.demand;
  json.begin_object().member("from", std::string_view(rfc3339_text(demand.from))).member("until", std::string_view(rfc3339_text(demand.until())));
  json.member("demand_sha256", std::string_view(inputs.demand.sha256)).member("seed", inputs.seed).key("scale").real(inputs.scale, kShareDecimals);
  if (inputs.planned != nullptr)
    json.key("plan").begin_object().member("from", std::string_view(rfc3339_text(inputs.planned->from))).member("until", std::string_view(rfc3339_text(inputs.planned->until)))
        .member("cost_usd", std::string_view(inputs.planned->cost.usd())).member("units_usd", std::string_view(inputs.planned->bought.usd())).end_object();
  json.key("runs").begin_array();
  for (const auto& run : all) write_run(json, run);
  json.end_array().end_object();
  return out;
}

std::string simulated_text(const std::vector<Simulated>& all) {
  std::string out = headed(summary(all));
  for (const auto& run : all) {
    List places{{"deployment", "cloud", "served %", "tokens %", "USD for tokens", "attempts", "429"}, {}};
    for (const auto& d : run.deployments)
      places.rows.push_back({{d.name}, {d.cloud}, {percent(part(d.served, run.all.served)), true}, {percent(part(d.tokens, run.all.tokens)), true}, {d.spent.usd(), true}, {fmt::to_string(d.attempts), true}, {fmt::to_string(d.throttled), true}});
    List classes{{"model", "class", "requests", "late or lost %", "first token p50 ms", "p95 ms", "p99 ms", "USD for tokens"}, {}};
    for (const auto& c : run.classes)
      classes.rows.push_back({{c.model}, {c.name}, {fmt::to_string(c.requests), true}, {percent(part(c.late + c.lost, c.requests)), true}, {fmt::to_string(c.p50_ms), true}, {fmt::to_string(c.p95_ms), true}, {fmt::to_string(c.p99_ms), true}, {c.spent.usd(), true}});
    List incidents{{"incident", "at", "from s", "share before %", "left after s", "returned after s"}, {}};
    for (const auto& i : run.incidents)
      incidents.rows.push_back({{i.what}, {i.places}, {fmt::format("{:.0f}", i.from_s), true}, {percent(i.met.usual_share), true}, {or_dash(i.met.left_s), true}, {or_dash(i.met.returned_s), true}});
    out += fmt::format("\n{}\n\n{}\n{}", run.policy.empty() ? "as configured" : run.policy, headed(places), headed(classes));
    if (!incidents.rows.empty()) out += "\n" + headed(incidents);
  }
  return out;
}

}  // namespace fw::cli
