// What a bill was found to say, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "ledger/reconcile.h"

namespace fw::cli {

struct ReconciledText {
  std::vector<std::string> files;  // "FILE (azure)"
  std::string provider;            // or what else the books were narrowed to
  std::size_t applied = 0;         // resolutions that were written
};
std::string as_text(const ledger::Reconciled& found, const ReconciledText& about);
std::string as_json(const ledger::Reconciled& found, const ReconciledText& about);

}  // namespace fw::cli
