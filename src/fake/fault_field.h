// One member of a fault, set by its name: what the text form and the JSON form share.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "fake/fault.h"

namespace fw::fake {

// A value as a script spells it.
struct FaultValue {
  std::string text;
  bool quoted = false;  // a string, never a number or a boolean
};

// The error says what is wrong with this name and value.
std::expected<void, std::string> set_fault_field(Fault& fault, std::string_view name, const FaultValue& value);

// What holds for a whole entry. The error says what is missing.
std::expected<void, std::string> check_fault(const Fault& fault);

std::optional<FaultKind> fault_kind(std::string_view name);
std::string fault_kinds_text();  // "status, lie, …", for messages

// The client's error of a script at a place such as "line 3" or "faults[1]".
Error script_error(std::string_view place, std::string_view what);

}  // namespace fw::fake
