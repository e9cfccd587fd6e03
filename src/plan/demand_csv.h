// Demand from files: Fairway's own form and traces of others.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "plan/demand_rows.h"

namespace fw::plan {

// `time,model,class,place,input_tokens,cached_tokens,output_tokens,requests`, in any order; times in RFC 3339, UTC or
// with their offset. class, place, cached_tokens and requests may be left out.
DemandRead read_demand(std::string_view text);

// What the rows of a trace without names are called, and when one that counts from zero begins.
struct TraceNames {
  std::string_view model = "model";
  std::string_view name = "default";
  std::string_view place = {};
  WallTime begin = {};
};

// Azure's inference trace of 2023: TIMESTAMP,ContextTokens,GeneratedTokens, a row per request; it knows no cache.
DemandRead import_azure2023(std::string_view text, const TraceNames& names);
// Mooncake: a JSON object per request. Cached: the leading blocks of 512 tokens that an earlier request had, so what a
// cache without limits would have held.
DemandRead import_mooncake(std::string_view text, const TraceNames& names);
// ServeGen: clients' request rates by window of 600 s, and their mean tokens by 6 h, as two CSV files. The trace's own
// models are the models, `names.model` is not used. Clients without token counts have their model's mean.
DemandRead import_servegen(std::string_view rates, std::string_view tokens, const TraceNames& names);

}  // namespace fw::plan
