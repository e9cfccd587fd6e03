// Bills against the books: every cent of the difference has a cause. Bills by day and meter here, bills by request in
// reconcile_attempts.h.
//
// Both sides are summed by day (UTC), model, meter, tier, step and reach, each as far as the bill tells them. In a group
// the difference is what the bill's tokens beyond the books' cost at the books' price, and what all of the bill's tokens
// cost beyond that price. So the causes add up to the difference exactly, whatever the bill says.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "ledger/bill.h"
#include "ledger/booked.h"
#include "offer/book.h"

namespace fw::ledger {

enum class Cause : std::uint8_t {
  price,             // the bill's price of a token is not the books'
  missing,           // the bill has tokens that no attempt explains
  ambiguous,         // attempts of unknown end can explain them, within their bounds
  estimated,         // attempts without a count can, within theirs
  late,              // billed the day after it was booked
  not_billed,        // the books have tokens that the bill lacks
  different,         // a request's entry is not what was booked of it
  rounding,          // below a unit of the bill's last digit for each line
  credit,
  commitment,
  tax,
  adjustment,        // the bill's own
  unknown_meter,     // the line's words were not understood
  unknown_model,     // nobody sent this model's requests through here, and no offer knows it
  price_unknown,     // the books have no price for it
  quantity_unknown,  // the bill has an amount without a count
  unattributed       // booked amounts that usage times price does not give
};
inline constexpr std::size_t kCauses = 17;
std::string_view name(Cause cause);
std::string_view say(Cause cause);  // for people

// Bill minus books, of one cause.
struct Difference {
  Cause cause = Cause::missing;
  WallTime from, until;  // whole days; until is exclusive
  std::string model, meter, tier;
  std::string what;      // the bill's words, or an attempt
  std::int64_t tokens = 0;
  Money amount;
  std::uint64_t count = 0;  // of lines or attempts
};

struct DriftMeter {
  std::string meter;  // "cache_write.30m", "long_context.input"
  TokenPrice book, bill;
  std::int64_t tokens = 0;
  Money amount;
};
// A while in which a model was billed at other prices than the books have.
struct Drift {
  std::string model, tier, row;  // row: of the offer book, or "config"
  WallTime from, until;          // whole days; until is exclusive
  bool over = false;             // later days of the bill agree with the books again
  std::vector<DriftMeter> meters;
  Money amount;
  // What an own offers file would say; nothing: the price is the configuration's own.
  std::optional<offer::Row> correction;
};

// What a bill by request says of an attempt that nothing was known of, or only an estimate.
struct Resolution {
  std::string attempt_id;
  AttemptState state = AttemptState::settled_exact;
  Basis basis = Basis::provider_usage;
  std::optional<dialect::Usage> usage;
  std::optional<Money> cost;  // low and high too
  std::string reason, source;
};

struct Reconciled {
  WallTime from, until;
  Money billed, booked;  // booked: what is known; ambiguous attempts count nothing
  Money difference() const { return billed - booked; }
  std::uint64_t lines = 0, attempts = 0, ambiguous = 0;
  Money ambiguous_most;  // what the ambiguous ones can have cost
  std::uint64_t elsewhere_lines = 0;
  Money elsewhere;       // of other services on the bill; in no other sum
  std::uint64_t agreed = 0;  // groups, or entries, without a difference
  bool counted = false;  // a side of the bill has no amounts; its tokens are valued at the books' prices
  std::vector<Difference> differences;
  std::vector<Drift> drifts;
  std::vector<Resolution> resolutions;
  // Nothing but roundings, and nothing to resolve.
  bool agrees() const;
};

// What an attempt was, or would be, priced by; null: not known.
struct PricedBy {
  std::string_view model;                    // the book's name, or the client's
  const offer::Row* row = nullptr;           // null: none, or the configuration's own price
  const offer::PriceSheet* sheet = nullptr;  // of that row alone, or of the deployment
};

struct BillFilter {
  std::string account;  // empty: all
  std::optional<WallTime> from, until;
};

class Reconciler {
 public:
  // `bills` of one cloud; these and the book live longer.
  Reconciler(const offer::Book& book, std::string cloud, BillFilter filter) : book_(book), cloud_(std::move(cloud)), filter_(std::move(filter)) {}
  void add(const Bill& bill);
  // Whole days that the bills speak of; the attempts of these are to be added.
  WallTime from() const { return from_; }
  WallTime until() const { return until_; }
  void add(const Booked& attempt, const PricedBy& by);
  Reconciled result();

 private:
  struct Key {
    std::int64_t day = 0;  // since 1970
    std::string model, meter, tier, reach;
    bool long_context = false;
    auto operator<=>(const Key&) const = default;
  };
  struct At {  // what books priced a group's tokens by
    Money per_token;
    std::string row, meter;
    auto operator<=>(const At&) const = default;
  };
  struct Group {
    Money charged;
    std::int64_t charged_tokens = 0, counted_tokens = 0;
    std::uint64_t charged_lines = 0, counted_lines = 0, attempts = 0;
    bool uncounted = false;  // a charge without a count
    std::string what;
    Money booked;
    std::int64_t booked_tokens = 0, unpriced_tokens = 0;
    std::map<At, std::int64_t> prices;  // tokens by price
    void add(const Group& other);
  };
  // How far attempts of a day and model whose cost is not known exactly can reach.
  struct Room {
    std::uint64_t ambiguous = 0, estimated = 0;
    std::int64_t input = 0, output = 0;  // tokens of ambiguous ones
    std::optional<Money> most = Money(); // of these; nothing: not known
    Money up, down;                      // of estimated ones
  };
  struct DriftDay {
    std::int64_t day = 0, tokens = 0;
    Int128 low = 0, high = 0;  // the bill's price of a token lies between
    Money amount;
  };
  struct DriftKey {
    std::string model, tier, row, meter;
    Money book;
    auto operator<=>(const DriftKey&) const = default;
  };
  struct Owed {  // by the next day's bill
    Key key;
    std::int64_t tokens = 0;
    Money amount;
    std::uint64_t attempts = 0;
  };

  void keep(const BillLine& line, const Bill& bill);
  void collapse();
  void explain(const Key& key, const Group& group);
  void explain_priced(const Key& key, const Group& group, const At& at, std::int64_t billed_tokens);
  Money explain_more(const Key& key, std::int64_t tokens, Money amount, std::uint64_t lines);
  void explain_less(const Key& key, std::int64_t tokens, Money amount, std::uint64_t attempts);
  Money take_late(const Key& key, std::int64_t& tokens, Money amount);
  Money take_ambiguous(const Key& key, std::int64_t& tokens, Money amount);
  void note(Cause cause, const Key& key, std::int64_t tokens, Money amount, std::uint64_t count);
  void note_price(const Key& key, const Group& group, const At& at, std::int64_t tokens, Money amount);
  void make_drifts();
  void correct(Drift& drift) const;
  bool is_known(const std::string& model) const;
  Money tolerance(std::uint64_t lines) const;

  const offer::Book& book_;
  std::string cloud_;
  BillFilter filter_;
  WallTime from_{INT64_MAX}, until_{INT64_MIN};
  bool tells_tier_ = true, tells_long_ = true, tells_reach_ = true, whole_ = false;
  Money amount_unit_;
  std::int64_t tokens_unit_ = 1;
  std::string files_;
  std::map<Key, Group> groups_;
  std::map<std::pair<std::int64_t, std::string>, Room> rooms_;
  std::map<std::pair<ChargeKind, std::string>, Difference> others_;
  std::map<DriftKey, std::vector<DriftDay>> drifts_;
  std::map<Key, Owed> owed_;  // by the key without its day
  std::map<std::string, std::int64_t, std::less<>> last_agreed_;  // model and tier -> a day
  std::map<std::tuple<Cause, std::string, std::string, std::string, std::string>, Difference> found_;
  Reconciled out_;
};

}  // namespace fw::ledger
