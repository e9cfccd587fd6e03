// What the planner's files may hold.
#pragma once

#include <vector>

#include "config/field.h"
#include "plan/supply.h"

namespace fw::config {

struct SupplyText {
  std::vector<plan::OfferText> offers;
};

const Table& supply_table();  // decodes into a SupplyText
const Table& rules_table();   // decodes into a plan::RulesText
void read_plan_offers(Reader& reader, const Node& list, std::vector<plan::OfferText>& offers);

}  // namespace fw::config
