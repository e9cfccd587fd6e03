// Reading fixture folders in tests. What the files mean stands in README.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/adapter.h"
#include "wire/json.h"

namespace fw::cloud::testing {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

struct Fixture {
  std::filesystem::path folder;
  std::string cloud;

  std::string name() const {
    std::string out = cloud + "_" + folder.filename().string();
    replace_all(out, "-", "_");
    return out;
  }
  bool has(std::string_view file) const { return std::filesystem::exists(folder / file); }
  std::string text(std::string_view file) const { return read_file(folder / file); }
};

// The fixtures of all clouds that hold this file, in order.
inline std::vector<Fixture> fixtures_with(std::string_view file) {
  std::vector<Fixture> out;
  for (const Adapter* adapter : all()) {
    const auto root = std::filesystem::path(FAIRWAY_SOURCE_DIR) / "src" / "cloud" / adapter->name() / "fixtures";
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
      Fixture fixture{entry.path(), std::string(adapter->name())};
      if (fixture.has(file)) out.push_back(std::move(fixture));
    }
  }
  std::sort(out.begin(), out.end(), [](const Fixture& a, const Fixture& b) { return a.folder < b.folder; });
  return out;
}

// The members of a small JSON object, read as a test wants them.
class Facts {
 public:
  explicit Facts(std::string text) : text_(std::move(text)) {}
  std::string text(std::string_view key) const {
    std::string out;
    if (const auto value = find(key)) wire::json_unescape(wire::json_text(*value), out);
    return out;
  }
  std::int64_t number(std::string_view key) const { return wire::json_int(find(key).value_or("0")).value_or(0); }
  bool flag(std::string_view key) const { return find(key) == "true"; }
  std::optional<std::string_view> find(std::string_view key) const { return wire::json_find(text_, {key}); }

 private:
  std::string text_;
};

}  // namespace fw::cloud::testing
