// What the simulator's file may hold.
#pragma once

#include "config/field.h"

namespace fw::config {

const Table& setting_table();  // decodes into a plan::sim::SettingText

}  // namespace fw::config
