#include "cli/file.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include <sys/stat.h>

namespace fw::cli {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{16} << 20;
constexpr std::size_t kLargeBytesMax = std::size_t{4} << 30;

struct Close {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

std::optional<std::string> read_up_to(const std::string& path, std::size_t bytes_max) {
  const std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "rbe"));
  if (!file) return std::nullopt;
  std::string text;
  char piece[16384];
  while (const auto size = std::fread(piece, 1, sizeof piece, file.get())) {
    text.append(piece, size);
    if (text.size() > bytes_max) {
      errno = EFBIG;
      return std::nullopt;
    }
  }
  return std::ferror(file.get()) ? std::nullopt : std::optional(std::move(text));
}

}  // namespace

std::optional<std::string> read_file(const std::string& path) { return read_up_to(path, kFileBytesMax); }

std::optional<std::string> read_large_file(const std::string& path) { return read_up_to(path, kLargeBytesMax); }

bool is_file(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

}  // namespace fw::cli
