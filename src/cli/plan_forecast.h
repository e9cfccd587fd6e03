// How a forecast and its errors are told.
#pragma once

#include <optional>
#include <string>

#include "plan/band.h"
#include "plan/forecast.h"
#include "wire/json_write.h"

namespace fw::cli {

// A few lines for people, the last with its end.
std::string forecast_text(const plan::Forecast& forecast, const std::optional<plan::CostBand>& band);
// The members `forecast` and, with a band, `band_usd`.
void write_forecast(wire::JsonWriter& json, const plan::Forecast& forecast, const std::optional<plan::CostBand>& band);

}  // namespace fw::cli
