#include "gateway/spent.h"

#include <unordered_map>

#include "store/read.h"

namespace fw::gateway {
namespace {

// The attempts that lie in the window of any budget of their key.
class Spending {
 public:
  Spending(const Snapshot& snapshot, WallTime now) : snapshot_(snapshot) {
    for (const auto& b : snapshot.budgets()) spans_.push_back(ledger::window_at(now, b.rule.per, *b.rule.zone));
    for (std::size_t i = 0; i < snapshot.keys().size(); ++i) keys_.emplace(snapshot.keys()[i].name, i);
  }

  void take(const ledger::Intent& r, const ledger::SegmentReader& reader) {
    const auto key = keys_.find(reader.text(r.key));
    if (key == keys_.end() || snapshot_.keys()[key->second].budgets.empty()) return;
    auto& a = attempts_[std::string(r.attempt_id)];
    a.key = key->second;
    a.time = r.time;
    if (!a.ended) a.cost = r.reserved_cost.value_or(Money());
  }
  void take(const ledger::Settlement& r, const ledger::SegmentReader&) { end(r.attempt_id, r.cost, r.cost_high); }
  void take(const ledger::Adjustment& r, const ledger::SegmentReader&) { end(r.attempt_id, r.cost, r.cost_high); }
  void take(const auto&, const ledger::SegmentReader&) {}

  std::vector<Money> sums() const {
    std::vector<Money> out(spans_.size());
    for (const auto& [id, a] : attempts_) {
      if (a.key == SIZE_MAX) continue;
      for (const auto budget : snapshot_.keys()[a.key].budgets)
        if (spans_[budget].contains(a.time)) out[budget] += a.cost;
    }
    return out;
  }

 private:
  struct Attempt {
    std::size_t key = SIZE_MAX;
    WallTime time;
    Money cost;
    bool ended = false;
  };
  // An adjustment replaces what was known before.
  void end(std::string_view id, const std::optional<Money>& cost, const std::optional<Money>& high) {
    auto& a = attempts_[std::string(id)];
    a.ended = true;
    a.cost = cost.value_or(high.value_or(a.cost));
  }

  const Snapshot& snapshot_;
  std::vector<ledger::WindowSpan> spans_;
  std::unordered_map<std::string_view, std::size_t> keys_;
  std::unordered_map<std::string, Attempt> attempts_;
};

}  // namespace

Result<std::vector<Money>> spent(const Snapshot& snapshot, const std::string& data_dir, WallTime now) {
  if (snapshot.budgets().empty()) return std::vector<Money>();
  Spending spending(snapshot, now);
  const auto visit = [&spending](const store::Position&, const ledger::Record& record, const ledger::SegmentReader& reader) {
    std::visit([&](const auto& body) { spending.take(body, reader); }, record.body);
  };
  auto reading = store::read_directory(data_dir, {.disk = nullptr, .visit = visit, .before = {}});
  if (!reading) return std::unexpected(std::move(reading.error()));
  return spending.sums();
}

}  // namespace fw::gateway
