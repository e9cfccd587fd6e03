#include "plan/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/date.h"
#include "plan/entry.h"
#include "wire/json.h"

namespace fw::plan {
namespace {

constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#667;--line:#ccd;--year:#1f5fa8;--month:#4a93d8;--hour:#9cc7ee;--elsewhere:#e4a853;--other:#b8bec8}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e6e8eb;--soft:#9aa3ad;--line:#343a42;--year:#5b9be0;--month:#3d75b3;--hour:#2b5078;--elsewhere:#a87628;--other:#4b535d}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#999}section{break-inside:avoid}body{margin:0}}
body{font:15px/1.5 system-ui,sans-serif;background:var(--paper);color:var(--ink);max-width:760px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid var(--line)}
table{border-collapse:collapse;width:100%;font-size:.85rem}th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{width:100%;height:auto}text{font-size:12px;fill:var(--ink)}.soft{color:var(--soft)}
.year{fill:var(--year)}.month{fill:var(--month)}.hour{fill:var(--hour)}.elsewhere{fill:var(--elsewhere)}.ours{fill:var(--year)}.other{fill:var(--other)}
.mark{stroke:var(--ink);fill:none}.bound{stroke:var(--elsewhere);stroke-width:2}.key{display:inline-block;margin-right:1rem}.key svg{width:.8rem;height:.8rem}
)";

std::string cents(Money money) { return fmt::format("{:.2f}", static_cast<double>(money.units()) * 1e-15); }

struct Cells {
  std::vector<std::string> heads;
  std::vector<std::vector<std::string>> rows;
  std::vector<bool> numbers;  // by column
};

std::string table_of(const Cells& cells) {
  std::string out = "<table><thead><tr>";
  for (const auto& head : cells.heads) out += fmt::format("<th scope=\"col\">{}</th>", escaped(head));
  out += "</tr></thead><tbody>\n";
  for (const auto& row : cells.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) out += fmt::format("<td{}>{}</td>", i < cells.numbers.size() && cells.numbers[i] ? " class=\"n\"" : "", escaped(row[i]));
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

std::string section(const char* title, const std::string& inside) { return fmt::format("<section><h2>{}</h2>\n{}</section>\n", title, inside); }

std::string key_of(const char* css, const char* word) {
  return fmt::format("<span class=\"key\"><svg viewBox=\"0 0 10 10\" xmlns=\"http://www.w3.org/2000/svg\"><rect class=\"{}\" width=\"10\" height=\"10\"/></svg> {}</span>", css, word);
}

std::string pools(const Report& report) {
  if (report.problem.pools.empty()) return "<p>No offer of units was in choice.</p>\n";
  auto out = fmt::format("<p>{}{}{}{}</p>\n", key_of("year", "a year's units"), key_of("month", "a month's"), key_of("hour", "an hour's"), key_of("elsewhere", "elsewhere"));
  for (std::size_t p = 0; p < report.problem.pools.size(); ++p)
    out += fmt::format("<figure><figcaption>{}: load in units, slots by falling load</figcaption>\n{}</figure>\n", escaped((*report.problem.offers)[report.problem.pools[p].offer].name), load_picture(report, p));
  return out;
}

std::string purchases(const Report& report) {
  if (report.plan.purchases.empty()) return "<p>Buy no units.</p>\n";
  Cells cells{{"offer", "term", "units", "from", "until", "cost USD", "behind the span USD"}, {}, {false, false, true, false, false, true, true}};
  for (const auto& each : report.plan.purchases)
    cells.rows.push_back({each.offer, each.term, fmt::to_string(each.units), rfc3339_text(each.from), rfc3339_text(each.until), cents(each.cost), cents(each.tail)});
  return calendar_picture(report) + table_of(cells);
}

std::string placements(const Report& report) {
  Cells cells{{"model", "class", "place", "offer", "share %", "cost USD"}, {}, {false, false, false, false, true, true}};
  for (const auto& each : report.plan.placements) cells.rows.push_back({each.model, each.name, each.place, each.offer, fmt::format("{:.2f}", 100 * each.share), cents(each.cost)});
  return table_of(cells);
}

std::string entries(const Report& report) {
  Cells cells{{"offer", "term", "bought at % of its price"}, {}, {false, false, true}};
  for (const auto& each : entry_prices(report.problem, report.plan.multipliers)) cells.rows.push_back({each.offer, each.term == kPayAsYouGo ? "pay as you go" : each.term, entry_text(each)});
  return "<p class=\"soft\">What is not bought would be where its price fell to this share. By the prices that prove the bound, so right up to the gap.</p>\n" + table_of(cells);
}

std::string plain(const wire::JsonMember& m) {
  std::string text;
  if (m.kind != wire::JsonKind::string) return m.kind == wire::JsonKind::null ? "unknown" : std::string(m.value);
  wire::json_unescape(wire::json_text(m.value), text);
  return text;
}

// A list of objects, with a column for each member of the first.
std::string listed(std::string_view array) {
  Cells cells;
  wire::JsonArray list(array, 16);
  for (wire::JsonMember each; list.next(each);) {
    if (each.kind != wire::JsonKind::object) continue;
    auto& row = cells.rows.emplace_back();
    wire::JsonObject members(each.value, 16);
    for (wire::JsonMember m; members.next(m);) {
      if (cells.rows.size() == 1) cells.heads.emplace_back(m.key);
      row.push_back(plain(m));
    }
  }
  return table_of(cells);
}

std::string lines(const std::vector<std::string>& texts) {
  std::string out = "<ul>\n";
  for (const auto& each : texts) out += fmt::format("<li>{}</li>\n", escaped(each));
  return out + "</ul>\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  // JSON's escaping replaces what is no UTF-8.
  std::string valid, out;
  wire::json_escape(valid, text);
  std::string plain;
  wire::json_unescape(valid, plain);
  for (const char c : plain) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (c == '"') out += "&quot;";
    else if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') out += "\xEF\xBF\xBD";
    else out += c;
  }
  return out;
}

std::string report_html(const Report& report) {
  const auto& plan = report.plan;
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\"><head><meta charset=\"utf-8\"/>"
                    "<meta name=\"viewport\" content=\"width=device-width\"/><title>Fairway plan</title><style>";
  out += kStyle;
  out += fmt::format("</style></head><body>\n<h1>What to buy, {} to {}</h1>\n", date_text(plan.from), date_text(plan.until));
  out += fmt::format("<p>The plan costs <strong>{} USD</strong>; no plan under these rules costs less than {} USD. {} USD of its terms lie behind the span.</p>\n", cents(plan.cost), cents(plan.lower_bound), cents(plan.tail));
  if (report.low && report.high) out += fmt::format("<p>The same purchases cost {} to {} USD in 90 % of scenarios.</p>\n", cents(*report.low), cents(*report.high));
  out += section("Cost by strategy", cost_picture(report));
  out += section("What to buy", purchases(report));
  out += section("Load of each pool", pools(report));
  out += section("Where requests go", placements(report));
  out += section("What would change it", entries(report));
  if (const auto table = wire::json_find(report.json, {"n_minus_1"}); table && table->starts_with('[')) out += section("When a cloud is gone", listed(*table));
  if (!report.lines.empty()) out += section("The forecast", lines(report.lines));
  auto notes = report.notes;
  for (const auto& each : plan.left_out) notes.push_back("left out: " + each);
  if (!notes.empty()) out += section("Notes", lines(notes));
  return out + "</body></html>\n";
}

}  // namespace fw::plan
