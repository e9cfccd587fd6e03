// The fault script in both forms. What was understood must survive being written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fake/fault.h"

using fw::fake::faults_json;
using fw::fake::parse_fault_script;
using fw::fake::parse_faults_json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto script = parse_fault_script(text);
  if (script) {
    const auto json = faults_json(*script);
    const auto again = parse_faults_json(json);
    // Bytes that are no UTF-8 cannot stand in JSON, so only a second round must be the same.
    if (!again) std::abort();
    if (faults_json(*again) != json) std::abort();
  }
  const auto parsed = parse_faults_json(text);
  if (parsed && faults_json(*parse_faults_json(faults_json(*parsed))) != faults_json(*parsed)) std::abort();
  return 0;
}
