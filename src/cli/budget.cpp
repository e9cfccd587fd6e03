// `fairway budget`: what may be spent, what is.
#include <fmt/format.h>

#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "wire/json.h"

namespace fw::cli {

int budget(const BudgetOptions& options) {
  const auto answer = ask_admin({options.config, options.admin}, "/admin/v1/budgets");
  if (!answer) return answer.error();
  if (answer->status != 200) {
    fmt::print(stderr, "{}\n", told(*answer));
    return kFailed;
  }
  List list{{"name", "per", "limit_usd", "settled_usd", "reserved_usd", "left_usd", "hard", "over", "until", "keys"}, {}};
  for (const auto b : elements(wire::json_find(answer->body, {"data"}))) {
    std::string keys;
    for (const auto key : elements(wire::json_find(b, {"keys"}))) keys += fmt::format("{}{}", keys.empty() ? "" : " ", plain(key));
    std::vector<Cell> row;
    for (std::size_t i = 0; i + 1 < list.columns.size(); ++i) row.push_back({at(b, {list.columns[i]})});
    row.push_back({keys});
    list.rows.push_back(std::move(row));
  }
  fmt::print("{}", to_text(list, options.format));
  if (list.rows.empty() && options.format == Format::table) fmt::print("no budget: neither a key, a tenant nor a team has one\n");
  return kOk;
}

}  // namespace fw::cli
