// An attempt as the books tell it: what its intent said, and what its settlement and adjustments made of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/journal.h"
#include "ledger/tags.h"
#include "wire/json_write.h"

namespace fw::ledger {

// What an entry of the books rests on. In this order the entries of an attempt count, whatever order they came in.
enum class EntryKind : std::uint8_t {
  intent = 1,      // open: nothing to what was reserved
  settlement = 2,  // the attempt's end
  recovered = 3,   // its run ended before it did: ambiguous
  adjustment = 4   // what was learned later
};

// Texts are owned. Amounts that are not known are absent, never zero.
struct Booked {
  std::string attempt_id;
  std::string request_id;
  std::string client_request_id;
  WallTime time;
  std::string tenant, key, model, deployment, provider, cloud, scope;
  dialect::Dialect dialect_in = dialect::Dialect::chat;
  dialect::Dialect dialect_out = dialect::Dialect::chat;
  dialect::Operation operation = dialect::Operation::chat;
  bool stream = false;
  bool intent_lost = false;  // only its end is in the books
  std::string tags;  // as tags.h writes them
  Purpose purpose = Purpose::unknown;
  Reservation reserved;
  std::optional<Money> reserved_cost;  // the most it could cost when it was begun

  cloud::FailureKind outcome = cloud::FailureKind::none;
  std::int16_t status = 0;
  std::int32_t first_token_ms = -1;
  std::int32_t ended_ms = 0;
  std::string price_row, tier, upstream_request_id;

  EntryKind by = EntryKind::intent;  // the entry that state, basis and amounts rest on
  AttemptState state = AttemptState::open;
  Basis basis = Basis::reservation;
  dialect::Usage usage;
  std::optional<Money> cost, cost_low, cost_high;

  // `row`: what the settlement's price_row stands for.
  void take(const Settlement& settlement, std::string_view row);
  void take(const Adjustment& adjustment);
  // Its run is over and nothing told its end: nothing to what was reserved.
  void give_up();
  // What budgets count: its cost; where that is not known the most it can be; where nothing is known of it, zero.
  Money charged() const;
  std::string_view team() const { return tag_of(tags, kTeamTag); }  // empty: none
  Account account() const { return account_of(purpose, outcome); }
};

// Amounts are not known that should be: of an open or ambiguous one the bound, of a settled one the cost.
bool unpriced(AttemptState state, const std::optional<Money>& cost, const std::optional<Money>& cost_high);

// The words of the records that people and programs read, for all that print them.
void write_usage(wire::JsonWriter& json, const dialect::Usage& usage);
void write_money(wire::JsonWriter& json, std::string_view key, const std::optional<Money>& money);  // absent: null
void write_text(wire::JsonWriter& json, std::string_view key, std::string_view text);               // empty: null
void write_ms(wire::JsonWriter& json, std::string_view key, std::int32_t ms);                       // negative: null
void write_tags(wire::JsonWriter& json, std::string_view tags);  // an object by name
// One line of `fairway ledger export`.
void write_booked(wire::JsonWriter& json, const Booked& attempt);

}  // namespace fw::ledger
