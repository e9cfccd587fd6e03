// What a cloud says that was used and what it costs, whichever form its export has, as lines of one shape. docs/ledger.md
// names the columns that are read of each form and where they are documented.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/money.h"
#include "dialect/usage.h"

namespace fw::ledger {

enum class BillForm : std::uint8_t {
  openai_usage,  // GET /organization/usage/completions, grouped by model: tokens without amounts
  openai_costs,  // GET /organization/costs, grouped by line_item
  azure,         // cost and usage details, actual cost, CSV
  aws,           // CUR 2.0 (or the one before), CSV
  google,        // Cloud Billing export of BigQuery, standard or detailed, JSON or CSV
  focus,         // FOCUS 1.0 to 1.2, CSV, of any cloud
  attempts       // an entry for each request
};
inline constexpr std::size_t kBillForms = 7;
std::string_view name(BillForm form);  // "openai-usage"
std::optional<BillForm> bill_form(std::string_view name);

// What a line charges for.
enum class ChargeKind : std::uint8_t {
  usage,
  credit,      // credits, refunds, discounts
  commitment,  // bought or covered in advance
  tax,
  adjustment,  // the bill's own corrections and rounding
  elsewhere    // a service that is not ours to compare, such as storage
};
std::string_view name(ChargeKind kind);

struct BillLine {
  int line = 0;  // of the file
  WallTime from;
  WallTime until;       // exclusive
  std::string account;  // subscription, project, AWS account; empty: not told
  std::string model;    // as the bill's words have it; empty: none was recognised
  std::string meter;    // as an offer names it, a cache write without its lifetime; empty: not known
  std::string what;     // the bill's own words for meter and model
  std::string lifetime;                    // of a cache write, where told
  std::optional<std::string> tier;         // nothing: not told
  std::optional<bool> long_context;        // nothing: not told
  std::string reach;                       // "global", "zone" or "region"; empty: not told
  ChargeKind kind = ChargeKind::usage;
  std::optional<std::int64_t> tokens;      // nothing: not counted in tokens
  std::optional<Money> amount;             // nothing: this form counts only
};

// An entry of a bill by request.
struct BilledAttempt {
  int line = 0;
  std::string attempt_id;           // ours, as the cloud was sent it; empty: not told
  std::string upstream_request_id;  // the cloud's
  std::string model;
  std::optional<WallTime> time;
  bool billed = true;
  dialect::Usage usage;
  std::optional<Money> amount;
};

struct Bill {
  std::string file;
  BillForm form = BillForm::azure;
  std::string cloud;  // empty: the form does not tell
  std::vector<BillLine> lines;
  std::vector<BilledAttempt> attempts;
  Money amount_unit;              // of the last digit that its amounts have
  std::int64_t tokens_unit = 1;   // the same of its counts, at least 1
};

inline constexpr std::size_t kBillLinesMax = 20'000'000;

// `form` nothing: told by the content. Errors name file, line, column, what was found and what was expected.
Result<Bill> read_bill(std::string_view text, const std::string& file, std::optional<BillForm> form);

}  // namespace fw::ledger
