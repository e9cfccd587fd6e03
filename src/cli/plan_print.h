// A plan as tables on standard output; what there is nothing of is left out.
#pragma once

#include <vector>

#include "plan/entry.h"
#include "plan/leaving.h"
#include "plan/outage.h"
#include "plan/plan.h"
#include "plan/regions.h"
#include "plan/what_if.h"

namespace fw::cli {

void print_table(const plan::Plan& made, const std::vector<plan::EntryPrice>& entries);
void print_baselines(const plan::Plan& made);
void print_entries(const std::vector<plan::EntryPrice>& entries);
void print_leavings(const std::vector<plan::Leaving>& leavings);
void print_outages(const std::vector<plan::OutageResult>& outages);
void print_regions(const std::vector<plan::Region>& regions);
void print_what_if(const std::vector<plan::WhatIfAnswer>& answers, const plan::Plan& made);

}  // namespace fw::cli
