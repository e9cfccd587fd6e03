// The files of recordings/, put into the binary by the assembler.
#pragma once

#include <string_view>
#include <vector>

namespace fw::fake {

struct RecordingFile {
  std::string_view name;
  std::string_view text;
  bool stream = false;     // one event a line
  bool responses = false;  // of the Responses dialect
};

const std::vector<RecordingFile>& recording_files();

}  // namespace fw::fake
