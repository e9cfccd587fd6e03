#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "base/date.h"
#include "plan/demand_csv.h"
#include "plan/number.h"
#include "wire/csv.h"
#include "wire/json.h"

namespace fw::plan {
namespace {

constexpr double kBlockTokens = 512;     // of a Mooncake hash
constexpr std::int64_t kWindow = 600;    // of a ServeGen rate
constexpr std::int64_t kTokensSpan = 21'600;

bool expect_header(wire::CsvLines& lines, DemandRows& rows, std::string_view header) {
  std::string found;
  if (lines.next())
    for (const auto cell : lines.cells()) found += (found.empty() ? "" : ",") + std::string(cell);
  if (found == header) return true;
  rows.note({1, 1, fmt::format("the header '{}'", found.substr(0, 80)), std::string(header), ""});
  return false;
}

// Numbers of some cells; a note and false where one is none.
bool numbers(const wire::CsvLines& lines, DemandRows& rows, std::initializer_list<std::pair<std::size_t, double*>> wanted) {
  for (const auto& [cell, to] : wanted) {
    const auto value = cell < lines.cells().size() ? number_of(lines.cells()[cell]) : std::nullopt;
    if (!value || *value < 0 || *value > kTokensMax) {
      rows.note({lines.line(), cell < lines.cells().size() ? lines.column(cell) : 0, "no number that can be one here", "a number, not negative", ""});
      return false;
    }
    *to = *value;
  }
  return true;
}

}  // namespace

DemandRead import_azure2023(std::string_view text, const TraceNames& names) {
  DemandRows rows;
  rows.adds_up(kMinuteS);
  wire::CsvLines lines(text);
  if (!expect_header(lines, rows, "TIMESTAMP,ContextTokens,GeneratedTokens")) return rows.finish();
  const auto of = rows.class_of(names.model, names.name, names.place);
  while (!rows.full() && lines.next()) {
    DemandRow row{0, of, lines.line(), {}, 1};
    const auto time = parse_rfc3339(lines.cells()[0]);
    if (!time) rows.note({lines.line(), 1, "no time", "2023-11-16 18:15:46.68", ""});
    else if (numbers(lines, rows, {{1, &row.tokens.input}, {2, &row.tokens.output}})) {
      row.time_s = time->seconds();
      rows.add(row);
    }
  }
  return rows.finish();
}

DemandRead import_mooncake(std::string_view text, const TraceNames& names) {
  DemandRows rows;
  rows.adds_up(kMinuteS);
  const auto of = rows.class_of(names.model, names.name, names.place);
  std::set<std::string, std::less<>> seen;
  for (int line = 1; !text.empty() && !rows.full(); ++line) {
    const auto object = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(object.size() + 1, text.size()));
    if (object.empty()) continue;
    const auto number = [&](const char* key) {
      const auto found = wire::json_find(object, {key});
      return found ? number_of(*found) : std::nullopt;
    };
    const auto time = number("timestamp"), input = number("input_length"), output = number("output_length");
    if (!time || !input || !output || *time < 0 || *input < 0 || *output < 0) {
      rows.note({line, 1, "no request", R"({"timestamp": ms, "input_length": n, "output_length": n, "hash_ids": [...]})", ""});
      continue;
    }
    double blocks = 0;
    bool leading = true;
    if (const auto hashes = wire::json_find(object, {"hash_ids"})) {
      wire::JsonArray list(*hashes, 4);
      for (wire::JsonMember m; list.next(m);) {
        leading = leading && seen.contains(m.value);
        if (leading) ++blocks;
        else seen.emplace(m.value);
      }
    }
    const double cached = std::min(blocks * kBlockTokens, *input);
    rows.add({names.begin.seconds() + static_cast<std::int64_t>(*time / 1'000), of, line, {*input - cached, cached, *output}, 1});
  }
  return rows.finish();
}

namespace {

struct Means {
  double input = 0, output = 0;
};
using ClientTime = std::pair<std::string, std::int64_t>;  // "MODEL,CLIENT"

// Mean tokens of a request by client and six hours; under the model's name and -1: of all its clients.
std::map<ClientTime, Means> token_means(std::string_view text, DemandRows& rows) {
  std::map<ClientTime, Means> means;
  std::map<std::string, std::pair<double, double>> counts;
  wire::CsvLines lines(text);
  if (!expect_header(lines, rows, "category,model,client,t_s,kind,mean,q10,q50,q90,q99")) return means;
  while (!rows.full() && lines.next()) {
    double time = 0, mean = 0;
    if (!numbers(lines, rows, {{3, &time}, {5, &mean}})) continue;
    const auto& cells = lines.cells();
    const std::string model(cells[1]);
    const bool input = cells[4] == "input_tokens";
    auto& client = means[{model + "," + std::string(cells[2]), static_cast<std::int64_t>(time)}];
    auto& all = means[{model, -1}];
    (input ? client.input : client.output) = mean;
    (input ? all.input : all.output) += mean;
    (input ? counts[model].first : counts[model].second) += 1;
  }
  for (const auto& [model, count] : counts) {
    auto& all = means[{model, -1}];
    all.input /= std::max(count.first, 1.0);
    all.output /= std::max(count.second, 1.0);
  }
  return means;
}

}  // namespace

DemandRead import_servegen(std::string_view rates, std::string_view tokens, const TraceNames& names) {
  DemandRows rows;
  rows.adds_up(kWindow);
  const auto means = token_means(tokens, rows);
  wire::CsvLines lines(rates);
  if (!expect_header(lines, rows, "category,model,client,t_s,rate_rps,cv_iat,dist,p1,p2")) return rows.finish();
  std::set<std::string> without;
  while (!rows.full() && lines.next()) {
    double time = 0, rate = 0;
    if (!numbers(lines, rows, {{3, &time}, {4, &rate}})) continue;
    const std::string model(lines.cells()[1]);
    const auto t = static_cast<std::int64_t>(time);
    auto mean = means.find({model + "," + std::string(lines.cells()[2]), t - t % kTokensSpan});
    if (mean == means.end()) mean = means.find({model, -1});
    if (mean == means.end()) {
      if (without.insert(model).second) rows.note({lines.line(), 0, fmt::format("no token counts of {}", model), "", "Its rows are left out.", true});
      continue;
    }
    const double requests = rate * static_cast<double>(kWindow);
    rows.add({names.begin.seconds() + t, rows.class_of(model, names.name, names.place), lines.line(),
              {std::round(requests * mean->second.input), 0, std::round(requests * mean->second.output)}, requests});
  }
  return rows.finish();
}

}  // namespace fw::plan
