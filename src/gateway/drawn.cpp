#include "gateway/drawn.h"

#include <algorithm>
#include <unordered_map>

#include "store/books.h"

namespace fw::gateway {

Result<std::vector<Money>> drawn(const Snapshot& snapshot, const std::string& data_dir) {
  const auto& commitments = snapshot.commitments();
  std::vector<Money> out(commitments.size());
  if (out.empty() || !store::Books::exist(data_dir)) return out;
  auto books = store::Books::open(data_dir);
  if (!books) return std::unexpected(std::move(books.error()));
  std::unordered_map<std::string_view, const Provider*> providers;
  for (const auto& p : snapshot.providers()) providers.emplace(p.name, &p);

  store::BooksFilter filter;
  filter.from = std::ranges::min(commitments, {}, [](const auto& c) { return c.terms.from; }).terms.from;
  const auto count = [&](const ledger::Booked& attempt) {
    const auto provider = providers.find(attempt.provider);
    if (provider == providers.end()) return;
    for (const auto i : provider->second->commitments)
      if (commitments[i].terms.runs(attempt.time)) out[i] += attempt.cost.value_or(attempt.cost_low.value_or(Money()));
  };
  if (auto read = (*books)->attempts(filter, count); !read) return std::unexpected(std::move(read.error()));
  return out;
}

}  // namespace fw::gateway
