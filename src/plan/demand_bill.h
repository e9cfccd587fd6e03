// Demand from what clouds export: bills and usage by the hour or day, and by request.
#pragma once

#include "ledger/bill.h"
#include "offer/book.h"
#include "plan/demand_rows.h"

namespace fw::plan {

// Models are named as the book names them; the class is the tier where the bill tells it, else "default". The step is what
// the lines have, an hour or a day; a bill by request has minutes. Nothing is spread over time. Notes say which lines were
// left out, and where a day was longer or shorter because clocks changed.
DemandRead bill_demand(const ledger::Bill& bill, const offer::Book& book);

}  // namespace fw::plan
