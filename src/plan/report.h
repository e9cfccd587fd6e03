// A plan as one page of HTML for people who decide and people who file it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {

struct Report {
  const Problem& problem;
  const Plan& plan;
  std::string_view json;            // the plan's own: baselines and tables that it has are taken from there
  std::optional<Money> low, high;   // of the band of costs
  std::vector<std::string> lines;   // what is said of the forecast
  std::vector<std::string> notes;   // what is odd about the demand
};

// Self-contained and without scripts, light and dark, fit to be printed; well-formed XML behind its doctype. Every text of
// others is escaped.
std::string report_html(const Report& report);

// Pictures of the page, as SVG elements.
std::string load_picture(const Report& report, std::size_t pool);
std::string calendar_picture(const Report& report);
std::string cost_picture(const Report& report);

// Text as XML has it, in elements and in attributes; what XML cannot hold is replaced.
std::string escaped(std::string_view text);

}  // namespace fw::plan
