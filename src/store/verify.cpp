// What `fairway ledger verify` asks of the ledger itself.
#include <fmt/format.h>

#include "store/books.h"
#include "store/ledger_inside.h"

namespace fw::store {

using ledger::EntryKind;

namespace {

// What is wrong with the number of its entries; empty: nothing.
std::string miscounted(const ledger::Booked& a, const Folded& f) {
  const auto of = [&](EntryKind kind) { return f.entries.at(static_cast<std::size_t>(kind)); };
  const int intents = of(EntryKind::intent);
  if (a.intent_lost) return fmt::format("attempt {}: its end is booked, its intent is not", a.attempt_id);
  if (intents != 1) return fmt::format("attempt {}: {} intents, expected 1", a.attempt_id, intents);
  const int ends = of(EntryKind::settlement) + of(EntryKind::recovered);
  if (ends > 1) return fmt::format("attempt {}: {} ends, expected 1; what comes later is an adjustment", a.attempt_id, ends);
  return {};
}

std::string different(const Group& group, const Sums& entries, const Sums& kept, std::string_view words) {
  for (std::size_t i = 0; i < kSumCounts; ++i)
    if (entries.counts[i] != kept.counts[i])
      return fmt::format("sums of {} s from {} of {}: {} is {}, its attempts have {}", group.span, group.start, words, kSumColumns[i],
                         kept.counts[i], entries.counts[i]);
  const auto money = [&](std::string_view what, Money a, Money b) {
    return fmt::format("sums of {} s from {} of {}: {} is {} USD, its attempts have {} USD", group.span, group.start, words, what, b.usd(), a.usd());
  };
  if (entries.cost != kept.cost) return money("cost", entries.cost, kept.cost);
  if (entries.low != kept.low) return money("low", entries.low, kept.low);
  return money("high", entries.high, kept.high);
}

}  // namespace

std::pair<Group, Sums> rollup_of(Statement& r) {
  std::pair<Group, Sums> out;
  auto& [group, sums] = out;
  group.span = r.integer();
  group.start = r.integer();
  for (auto& w : group.words) w = r.integer();
  for (auto& n : sums.counts) n = r.integer();
  for (auto* amount : {&sums.cost, &sums.low, &sums.high}) {
    const auto micro = r.integer();
    *amount = money_of(micro, r.integer());
  }
  return out;
}

Result<std::vector<std::string>> Books::inconsistencies(std::size_t limit) {
  std::vector<std::string> out;
  if (!db_) return out;
  const auto add = [&](std::string words) {
    if (!words.empty() && out.size() < limit) out.push_back(std::move(words));
  };
  std::map<Group, Sums> sums;
  each_booked([&](const ledger::Booked& a, const Folded& folded, const std::array<std::int64_t, kGroupColumns>& words) {
    add(miscounted(a, folded));
    for (const auto& group : groups_of(a.time, words)) sums[group].add(sums_of(a));
  });
  Statement r(*db_, "SELECT * FROM rollups");
  const auto words_of = [&](const Group& g) {
    std::string text;
    for (std::size_t i = 0; i < kTagsColumn; ++i) text.append(text.empty() ? "" : " ").append(word(g.words[i]).empty() ? "-" : word(g.words[i]));
    return text + fmt::format(" {}, tags {}", account_text(g.words[kAccountColumn]), g.words[kTagsColumn]);
  };
  while (r.row()) {
    const auto [group, kept] = rollup_of(r);
    const auto it = sums.find(group);
    const auto found = it == sums.end() ? Sums{} : it->second;
    if (it != sums.end()) sums.erase(it);
    if (!(found == kept)) add(different(group, found, kept, words_of(group)));
  }
  for (const auto& [group, found] : sums)
    if (!(found == Sums{})) add(different(group, found, {}, words_of(group)));
  if (!db_->ok()) return std::unexpected(db_->error());
  return out;
}

}  // namespace fw::store
