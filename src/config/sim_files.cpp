#include "config/sim_files.h"

#include "config/document.h"
#include "config/reader.h"
#include "config/report.h"
#include "config/tables_sim.h"

namespace fw::config {

LoadedSetting load_setting(std::string_view text) {
  Report report;
  LoadedSetting loaded;
  const Text file(text, report);
  if (file.root.kind == NodeKind::nothing) {
    report.add({0, 1, 1}, "", {"an empty file", "a mapping with places, requests, crowding or incidents", ""});
  } else if (file.root.kind != NodeKind::broken) {
    Sources sources;
    sources.literal = true;
    Reader reader(report, sources);
    plan::sim::SettingText texts;
    reader.table(file.root, {}, setting_table(), &texts);
    // What could not be read keeps its default, of which the rest would complain again.
    if (!report.has_errors()) {
      std::vector<offer::Fault> faults;
      loaded.setting = plan::sim::read_setting(texts, faults);
      for (const auto& fault : faults) report.add_at(fault.path, {fault.found, fault.expected, fault.hint});
    }
  }
  loaded.problems = report.finish(file.lines, file.root);
  return loaded;
}

}  // namespace fw::config
