// What was learned of attempts while no gateway runs, written into the data directory's journal. The next start moves it
// into the ledger; what reads the books has it at once.
#pragma once

#include <span>
#include <string>

#include "base/error.h"
#include "ledger/journal.h"

namespace fw::store {

// Synced when it returns. Errors: a program holds the directory (it is named), or the disk does not take it; those before
// the one that failed are written then.
Result<void> write_adjustments(const std::string& data_dir, std::span<const ledger::Adjustment> adjustments, const std::string& version);

}  // namespace fw::store
