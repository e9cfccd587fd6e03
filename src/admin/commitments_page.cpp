#include "admin/pages.h"

#include <algorithm>

#include "base/date.h"
#include "wire/json_write.h"

namespace fw::admin {

std::string commitments_page(const std::vector<gateway::Commitments::Standing>& standing, const gateway::Snapshot& snapshot) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("data").begin_array();
  for (std::size_t i = 0; i < standing.size(); ++i) {
    const auto& [name, terms] = snapshot.commitments()[i];
    const auto& s = standing[i];
    json.begin_object().member("name", name).member("usd", terms.amount.usd()).member("from", rfc3339_text(terms.from)).member("until", rfc3339_text(terms.until));
    json.member("draw", terms.draw == ledger::Draw::even ? "even" : "soon").member("drawn_usd", s.drawn.usd()).member("left_usd", s.left.usd());
    json.member("due_usd", s.due.usd()).key("paid_percent").real(100.0 * s.part / UINT16_MAX, 2).key("providers").begin_array();
    for (const auto& p : snapshot.providers())
      if (std::ranges::find(p.commitments, i) != p.commitments.end()) json.string(p.name);
    json.end_array().end_object();
  }
  json.end_array().key("next").null().end_object();
  return out;
}

std::string per_million_usd(route::Pico per_token) {
  constexpr std::int64_t kMillion = 1'000'000;
  constexpr std::int64_t kUnitsPerPico = 1'000;
  return Money::of_units(Int128{per_token} * kUnitsPerPico * kMillion).usd();
}

}  // namespace fw::admin
