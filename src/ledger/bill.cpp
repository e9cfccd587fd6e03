#include "ledger/bill.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/bill_reader.h"
#include "wire/csv.h"

namespace fw::ledger {
namespace {

using bills::Filling;
using bills::Members;

constexpr std::array<std::string_view, kBillForms> kForms{"openai-usage", "openai-costs", "azure", "aws", "google", "focus", "attempts"};
constexpr std::array<std::string_view, 6> kKinds{"usage", "credit", "commitment", "tax", "adjustment", "elsewhere"};
using Reader = bills::Read (*)(Filling&);
constexpr std::array<Reader, kBillForms> kReaders{bills::read_openai_usage, bills::read_openai_costs, bills::read_azure, bills::read_aws,
                                                  bills::read_google,       bills::read_focus,        bills::read_attempts};

std::optional<BillForm> form_of_json(std::string_view text) {
  const auto head = text.substr(0, 65'536);
  const auto says = [&](std::string_view word) { return head.find(word) != head.npos; };
  if (says("organization.costs.result")) return BillForm::openai_costs;
  if (says("organization.usage.completions.result")) return BillForm::openai_usage;
  if (says("\"sku\"") && says("\"usage_start_time\"")) return BillForm::google;
  if (says("\"attempts\"") || says("\"sender_id\"") || says("\"attempt_id\"")) return BillForm::attempts;
  return std::nullopt;
}

std::optional<BillForm> form_of_csv(std::string_view text) {
  wire::CsvLines lines(text);
  if (!lines.next()) return std::nullopt;
  const auto has = [&](std::string_view column) {
    return std::ranges::any_of(lines.cells(), [&](std::string_view cell) { return bills::column_word(cell) == column; });
  };
  if (has("billedcost") && has("chargecategory")) return BillForm::focus;
  if (has("lineitemusagetype")) return BillForm::aws;
  if (has("metername")) return BillForm::azure;
  if (has("skudescription")) return BillForm::google;
  return std::nullopt;
}

}  // namespace

std::string_view name(BillForm form) { return kForms[static_cast<std::size_t>(form)]; }
std::string_view name(ChargeKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<BillForm> bill_form(std::string_view name) {
  const auto it = std::ranges::find(kForms, name);
  return it == kForms.end() ? std::nullopt : std::optional(static_cast<BillForm>(it - kForms.begin()));
}

Result<Bill> read_bill(std::string_view text, const std::string& file, std::optional<BillForm> form) {
  const auto failed = [](std::string words) {
    return std::unexpected(Error{.code = Code::invalid_value, .origin = Origin::operator_, .message = std::move(words)});
  };
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (!form && first != text.npos) form = text[first] == '{' || text[first] == '[' ? form_of_json(text) : form_of_csv(text);
  if (!form)
    return failed(fmt::format("{}: found none of the forms of a bill that are known, expected {}; --form says which", file, fmt::join(kForms, ", ")));
  Bill bill;
  bill.file = file;
  bill.form = *form;
  Filling filling(bill, text);
  if (const auto read = kReaders[static_cast<std::size_t>(*form)](filling); !read) return failed(filling.say(read.error()));
  filling.finish();
  return bill;
}

}  // namespace fw::ledger
