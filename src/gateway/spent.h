// What each budget has spent in its present window, from the books of former runs.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "gateway/snapshot.h"

namespace fw::gateway {

// By budget. An attempt counts with its cost; where that is not known (ambiguous, or never settled), with the most it
// can be. What a key spent that is gone counts for its tenant. Reads files without changing them; damage is no error here: what can be read counts.
Result<std::vector<Money>> spent(const Snapshot& snapshot, const KeyTable& keys, const std::string& data_dir, WallTime now);

}  // namespace fw::gateway
