// What was drawn from each commitment so far, from the books of former runs.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "gateway/snapshot.h"

namespace fw::gateway {

// By commitment. An attempt counts with its cost; where that is not known with the least it can be. Reads files without
// changing them; damage is no error here: what can be read counts.
Result<std::vector<Money>> drawn(const Snapshot& snapshot, const std::string& data_dir);

}  // namespace fw::gateway
