#include "gateway/spent.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "store/books.h"

namespace fw::gateway {

Result<std::vector<Money>> spent(const Snapshot& snapshot, const KeyTable& table, const std::string& data_dir, WallTime now) {
  std::vector<Money> out(table.budgets().size());
  if (out.empty() || !store::Books::exist(data_dir)) return out;
  auto books = store::Books::open(data_dir);
  if (!books) return std::unexpected(std::move(books.error()));
  std::vector<ledger::WindowSpan> spans;
  for (const auto& b : table.budgets()) spans.push_back(ledger::window_at(now, b.rule.per, *b.rule.zone));
  std::unordered_map<std::string_view, const Key*> keys;
  for (const auto& key : table.keys()) keys.emplace(key->name, key.get());

  store::BooksFilter filter;
  filter.from = std::ranges::min(spans, {}, &ledger::WindowSpan::from).from;
  const auto count = [&](const ledger::Booked& attempt) {
    const auto add = [&](std::uint16_t budget) {
      if (spans[budget].contains(attempt.time)) out[budget] += attempt.charged();
    };
    const auto key = keys.find(attempt.key);
    const auto tenant = key == keys.end() ? snapshot.tenant(attempt.tenant) : std::nullopt;
    std::span<const std::uint16_t> named;
    if (key != keys.end()) named = std::span(key->second->budgets).first(key->second->named_budgets);
    else if (tenant) named = table.tenant_budgets(*tenant);
    std::ranges::for_each(named, add);
    // What it was tagged with then counts, whatever its key is tagged with now.
    std::vector<std::uint16_t> by_tag;
    for (const auto& t : table.tagged())
      if (ledger::has_tag(attempt.tags, t.tag) && std::ranges::find(named, t.budget) == named.end() && std::ranges::find(by_tag, t.budget) == by_tag.end())
        by_tag.push_back(t.budget);
    std::ranges::for_each(by_tag, add);
  };
  if (auto read = (*books)->attempts(filter, count); !read) return std::unexpected(std::move(read.error()));
  return out;
}

}  // namespace fw::gateway
