#include "dialect/recordings_testing.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fw::dialect::testing {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Dialect dialect_of_text(std::string_view text) {
  const bool responses = text.find("\"response.") != text.npos || text.find("\"object\": \"response\"") != text.npos ||
                         text.find("\"object\":\"response\"") != text.npos;
  return responses ? Dialect::responses : Dialect::chat;
}

void add(std::vector<Recording>& out, const fs::path& path, std::string bytes) {
  const auto dialect = dialect_of_text(bytes);
  out.push_back({path.parent_path().filename().string() + "/" + path.filename().string(), std::move(bytes), dialect});
}

// One JSON a line becomes a stream.
std::string stream_of_lines(const std::string& lines) {
  std::string out;
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = std::min(lines.find('\n', at), lines.size());
    if (end > at) out.append("data: ").append(lines, at, end - at).append("\n\n");
    at = end + 1;
  }
  return dialect_of_text(out) == Dialect::chat ? out + "data: [DONE]\n\n" : out;
}

std::vector<Recording> recordings(std::string_view file, std::string_view ending) {
  const fs::path root = fs::path(FAIRWAY_SOURCE_DIR) / "src";
  std::vector<Recording> out;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.path().filename() == file && entry.path().parent_path().parent_path().filename() == "fixtures")
      if (const auto bytes = read_file(entry.path());
          dialect_of_text(bytes) == Dialect::responses || bytes.find("\"choices\"") != bytes.npos)
        add(out, entry.path(), bytes);
  for (const auto& entry : fs::directory_iterator(root / "fake" / "recordings"))
    if (entry.path().string().ends_with(ending))
      add(out, entry.path(), ending == ".json" ? read_file(entry.path()) : stream_of_lines(read_file(entry.path())));
  std::ranges::sort(out, {}, &Recording::name);
  return out;
}

}  // namespace

std::vector<Recording> streams() { return recordings("upstream.sse", ".chunks.txt"); }
std::vector<Recording> bodies() { return recordings("upstream.json", ".json"); }

}  // namespace fw::dialect::testing
