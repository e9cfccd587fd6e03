#include "gateway/drawn.h"

#include <unordered_map>

#include "store/read.h"

namespace fw::gateway {
namespace {

// The attempts that lie in the period of any commitment of their provider.
class Drawing {
 public:
  explicit Drawing(const Snapshot& snapshot) : snapshot_(snapshot) {
    for (const auto& p : snapshot.providers()) providers_.emplace(p.name, &p);
  }

  void take(const ledger::Intent& r, const ledger::SegmentReader& reader) {
    const auto provider = providers_.find(reader.text(r.provider));
    if (provider == providers_.end() || provider->second->commitments.empty()) return;
    auto& a = attempts_[std::string(r.attempt_id)];
    a.provider = provider->second;
    a.time = r.time;
  }
  void take(const ledger::Settlement& r, const ledger::SegmentReader&) { end(r.attempt_id, r.cost, r.cost_low); }
  void take(const ledger::Adjustment& r, const ledger::SegmentReader&) { end(r.attempt_id, r.cost, r.cost_low); }
  void take(const auto&, const ledger::SegmentReader&) {}

  std::vector<Money> sums() const {
    std::vector<Money> out(snapshot_.commitments().size());
    for (const auto& [id, a] : attempts_) {
      if (a.provider == nullptr) continue;
      for (const auto i : a.provider->commitments)
        if (snapshot_.commitments()[i].terms.runs(a.time)) out[i] += a.cost;
    }
    return out;
  }

 private:
  struct Attempt {
    const Provider* provider = nullptr;
    WallTime time;
    Money cost;
  };
  // An adjustment replaces what was known before.
  void end(std::string_view id, const std::optional<Money>& cost, const std::optional<Money>& low) {
    attempts_[std::string(id)].cost = cost.value_or(low.value_or(Money()));
  }

  const Snapshot& snapshot_;
  std::unordered_map<std::string_view, const Provider*> providers_;
  std::unordered_map<std::string, Attempt> attempts_;
};

}  // namespace

Result<std::vector<Money>> drawn(const Snapshot& snapshot, const std::string& data_dir) {
  if (snapshot.commitments().empty()) return std::vector<Money>();
  Drawing drawing(snapshot);
  const auto visit = [&drawing](const store::Position&, const ledger::Record& record, const ledger::SegmentReader& reader) {
    std::visit([&](const auto& body) { drawing.take(body, reader); }, record.body);
  };
  auto reading = store::read_directory(data_dir, {.disk = nullptr, .visit = visit, .before = {}});
  if (!reading) return std::unexpected(std::move(reading.error()));
  return drawing.sums();
}

}  // namespace fw::gateway
