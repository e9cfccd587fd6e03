// Decisions as the books of a data directory keep them, for when no gateway runs. Nothing is written there.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "admin/pages.h"
#include "base/error.h"
#include "route/record.h"

namespace fw::cli {

// Visits every decision, oldest first within a core. Views live until `visit` returns. Errors: the directory holds no
// books, or they cannot be read; `damage`, where given, gets what is broken in it.
using VisitDecision = std::function<void(const route::Recorded& recorded)>;
Result<void> visit_decisions(const std::string& data_dir, const VisitDecision& visit, std::vector<std::string>* damage);

// What `explain` prints of one request; nothing: it is not there.
Result<std::optional<std::string>> explain_kept(const std::string& data_dir, const std::string& request_id);

}  // namespace fw::cli
