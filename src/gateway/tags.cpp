#include "gateway/tags.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wire/json.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kHeader = "x-fairway-tags";

std::unexpected<Error> wrong(std::string message, std::string param) {
  return std::unexpected(client_error(Code::invalid_value, std::move(message), std::move(param)));
}

ledger::TagMap tags_so_far(const Exchange& x) {
  ledger::TagMap out;
  ledger::each_tag(x.tags(), [&](std::string_view name, std::string_view value) { out.emplace(name, value); });
  return out;
}

// The budgets that they bring beside the key's.
void take_budgets(Exchange& x) {
  std::vector<std::uint16_t> more;
  for (const auto& t : x.keys->tagged())
    if (ledger::has_tag(x.tags(), t.tag) && std::ranges::find(x.key().budgets, t.budget) == x.key().budgets.end() &&
        std::ranges::find(more, t.budget) == more.end())
      more.push_back(t.budget);
  if (more.empty()) return;
  if (!x.spending) x.spending = std::make_unique<Spending>();
  x.spending->budgets = x.key().budgets;
  x.spending->budgets.insert(x.spending->budgets.end(), more.begin(), more.end());
}

// `param`: the field that said them, or began to.
Result<void> add(Exchange& x, const ledger::TagMap& said, std::string_view where) {
  auto all = tags_so_far(x);
  for (const auto& [name, value] : said) {
    const auto [at, fresh] = all.emplace(name, value);
    if (fresh || at->second == value) continue;
    const bool of_key = ledger::tag_of(x.key().tags, name) == at->second;
    return wrong(fmt::format("{} says the tag {}={}, but {} says {}={}, which a request cannot change; leave it out", where, name, value,
                             of_key ? "the key" : kHeader, name, at->second),
                 std::string(where));
  }
  if (all.size() > ledger::kTagsMax)
    return wrong(fmt::format("{} brings {} tags with those of the key; expected at most {}", where, all.size(), ledger::kTagsMax), std::string(where));
  x.say().tags = ledger::tags_text(all);
  take_budgets(x);
  return {};
}

}  // namespace

Result<void> take_tags(Exchange& x, const wire::RequestHead& head) {
  ledger::TagMap said;
  bool any = false;
  for (const auto& f : head.fields) {
    if (f.id != wire::HeaderId::x_fairway_tags) continue;
    const auto read = ledger::read_tags(f.value);
    if (!read) return wrong(fmt::format("{}: {}", kHeader, read.error()), std::string(kHeader));
    for (const auto& [name, value] : *read)
      if (!said.emplace(name, value).second) return wrong(fmt::format("{}: found the tag {} a second time, expected each once", kHeader, name), std::string(kHeader));
    any = true;
  }
  if (!any) return {};
  const auto& names = x.core.snapshot().config().tags.names;
  for (const auto& [name, value] : said)
    if (std::ranges::find(names, name) == names.end())
      return wrong(fmt::format("{}: found the tag {}, expected {}", kHeader, name,
                               names.empty() ? "none: this gateway takes no tags from requests (`tags.names`)" : fmt::format("some of {}", fmt::join(names, ", "))),
                   std::string(kHeader));
  return said.empty() ? Result<void>{} : add(x, said, kHeader);
}

Result<void> take_tags(Exchange& x, std::string_view metadata) {
  const auto& rules = x.core.snapshot().config().tags;
  if (rules.names.empty() || !rules.metadata) return {};
  ledger::TagMap said;
  wire::JsonObject members(metadata, static_cast<int>(x.core.snapshot().config().limits.json_depth));
  for (wire::JsonMember m; members.next(m);) {
    std::string name(m.key), value;
    if (m.key_escaped && !wire::json_unescape(m.key, name)) continue;
    if (std::ranges::find(rules.names, name) == rules.names.end()) continue;
    const auto param = fmt::format("metadata.{}", name);
    const bool text = m.kind == wire::JsonKind::string && wire::json_unescape(wire::json_text(m.value), value);
    if (!text || !ledger::is_tag_value(value))
      return wrong(fmt::format("'{}' is a tag here (`tags.names`): found {}, expected a text of {}", param, m.value.substr(0, 80), ledger::kTagValueWords), param);
    if (!said.emplace(name, value).second) return wrong(fmt::format("'{}' stands more than once; it is a tag here (`tags.names`), expected once", param), param);
  }
  return said.empty() ? Result<void>{} : add(x, said, "metadata");
}

}  // namespace fw::gateway
