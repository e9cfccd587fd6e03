#include "plan/demand_look.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/date.h"

namespace fw::plan {
namespace {

constexpr std::size_t kSaidMax = 20;

std::string cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// Tokens by whole day since 1970.
std::map<std::int64_t, double> days_of(const Demand& demand) {
  std::map<std::int64_t, double> days;
  const auto first = (demand.from.seconds() + kDayS - 1) / kDayS, end = demand.until().seconds() / kDayS;
  for (auto day = first; day < end; ++day) days[day] = 0;
  for (const auto& c : demand.classes)
    for (std::size_t step = 0; step < demand.steps; ++step)
      if (const auto at = days.find(demand.time(step).seconds() / kDayS); at != days.end()) at->second += c.at(step).total();
  return days;
}

}  // namespace

std::string demand_csv(const Demand& demand) {
  std::string out = "time,model,class,place,input_tokens,cached_tokens,output_tokens,requests\n";
  std::vector<std::string> names;
  for (const auto& c : demand.classes) names.push_back(fmt::format("{},{},{}", cell(c.model), cell(c.name), cell(c.place)));
  for (std::size_t step = 0; step < demand.steps; ++step) {
    const auto time = rfc3339_text(demand.time(step));
    const auto begin = out.size();
    for (std::size_t k = 0; k < names.size(); ++k) {
      const auto& c = demand.classes[k];
      const auto tokens = c.at(step);
      if (tokens.total() == 0 && c.requests[step] == 0) continue;
      fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{}\n", time, names[k], tokens.input, tokens.cached, tokens.output, c.requests[step]);
    }
    const bool end = step == 0 || step + 1 == demand.steps;
    if (end && out.size() == begin) fmt::format_to(std::back_inserter(out), "{},{},0,0,0,0\n", time, names[0]);
  }
  return out;
}

std::vector<QuietDay> quiet_days(const Demand& demand) {
  const auto days = days_of(demand);
  std::array<std::vector<double>, 7> weekdays;
  for (const auto& [day, tokens] : days) weekdays[static_cast<std::size_t>(day % 7)].push_back(tokens);
  std::array<double, 7> middle{};
  for (std::size_t i = 0; i < middle.size(); ++i) middle[i] = weekdays[i].size() < kWeekdaysMin ? 0 : median(weekdays[i]);
  std::vector<QuietDay> quiet;
  for (const auto& [day, tokens] : days)
    if (const double usual = middle[static_cast<std::size_t>(day % 7)]; usual > 0 && tokens < kQuietShare * usual) quiet.push_back({{day * kDayS * kSecondNs}, tokens / usual});
  return quiet;
}

std::vector<std::string> look_at(const Demand& demand) {
  std::vector<std::string> said;
  for (const auto& hole : demand.holes)
    if (said.size() < kSaidMax) said.push_back(fmt::format("no demand of any class from {} to {}; it counts as zero", rfc3339_text(hole.from), rfc3339_text(hole.until)));
  for (const auto& quiet : quiet_days(demand))
    if (said.size() < kSaidMax)
      said.push_back(fmt::format("{} had {:.0f} % of the median of its weekday: a holiday or a failure? It counts as it is", date_text(quiet.day), 100 * quiet.share));
  if (const auto all = demand.holes.size() + quiet_days(demand).size(); all > said.size()) said.push_back(fmt::format("{} more holes and quiet days", all - said.size()));
  return said;
}

}  // namespace fw::plan
