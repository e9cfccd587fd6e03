// Buying day by day with the past only: how a plan does when nobody knows what comes.
#pragma once

#include "plan/strategies.h"

namespace fw::plan {

// At each beginning of terms, from the longest term to the shortest: units up to where a layer of the load was used often enough
// to pay for the term, over the last weeks (of a long term) or days (of a short one) and over the last of these as well, so
// that a level that fell gets no new terms above it. That it goes on falling is not foreseen. A level that rises is not bought ahead: terms may begin on any
// day, and waiting costs less than a unit that is idle until its layer fills. How far to look back is told by the past: each
// way is followed on paper from the first day on, and the one that would have cost least so far decides.
Held rolling(const UnitMarket& market, const Load& load);

}  // namespace fw::plan
