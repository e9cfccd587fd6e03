#include "gateway/spent.h"

#include <algorithm>
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
    const auto key = keys.find(attempt.key);
    const auto tenant = key == keys.end() ? snapshot.tenant(attempt.tenant) : std::nullopt;
    if (key == keys.end() && !tenant) return;
    for (const auto budget : tenant ? table.tenant_budgets(*tenant) : key->second->budgets)
      if (spans[budget].contains(attempt.time)) out[budget] += attempt.charged();
  };
  if (auto read = (*books)->attempts(filter, count); !read) return std::unexpected(std::move(read.error()));
  return out;
}

}  // namespace fw::gateway
