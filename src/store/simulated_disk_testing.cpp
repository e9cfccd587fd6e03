#include "store/simulated_disk_testing.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fw::store {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kSector = 512;

}  // namespace

struct SimulatedDisk::File {
  std::vector<std::byte> memory;   // the kernel's pages
  std::vector<std::byte> platter;
  // Pages whose sync failed, and what stood in them: the kernel takes them for clean until they change.
  std::map<std::size_t, std::vector<std::byte>> forgotten;

  std::size_t pages() const { return memory.size() / kPage; }
  bool dirty(std::size_t page) const { return std::memcmp(&memory[page * kPage], &platter[page * kPage], kPage) != 0; }
  bool is_forgotten(std::size_t page) const {
    const auto it = forgotten.find(page);
    return it != forgotten.end() && std::memcmp(it->second.data(), &memory[page * kPage], kPage) == 0;
  }
  void put_down(std::size_t page) { std::memcpy(&platter[page * kPage], &memory[page * kPage], kPage); }
};

class SimulatedDisk::Mapped final : public SegmentFile {
 public:
  Mapped(SimulatedDisk& disk, std::shared_ptr<File> file) : disk_(disk), file_(std::move(file)) {}
  std::span<std::byte> bytes() override { return file_->memory; }
  int sync(std::size_t from, std::size_t to) override {
    const bool fails = disk_.dice_.below(1000) < disk_.sync_fails;
    for (std::size_t page = from / kPage; page * kPage < to; ++page) {
      if (file_->is_forgotten(page)) continue;
      if (fails && disk_.dice_.one_in(2)) {
        const auto* at = &file_->memory[page * kPage];
        file_->forgotten[page].assign(at, at + kPage);
      } else {
        file_->put_down(page);
        file_->forgotten.erase(page);
      }
    }
    return fails ? EIO : 0;
  }
  int write_again(std::size_t from, std::size_t to) override {
    for (std::size_t page = from / kPage; page * kPage < to; ++page) file_->forgotten.erase(page);
    return 0;
  }
  void touch(std::size_t, std::size_t) override {}
  void leave(std::size_t, std::size_t) override {}

 private:
  SimulatedDisk& disk_;
  std::shared_ptr<File> file_;
};

class SimulatedDisk::Read final : public FileBytes {
 public:
  explicit Read(std::shared_ptr<File> file) : file_(std::move(file)) {}
  std::span<const std::byte> bytes() const override { return file_->memory; }

 private:
  std::shared_ptr<File> file_;
};

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_kill(std::uint64_t seed) const {
  auto out = std::make_unique<SimulatedDisk>(seed);
  out->now_ns = now_ns;
  out->folders_ = folders_;
  for (const auto& [path, file] : files_) out->files_.emplace(path, std::make_shared<File>(*file));
  return out;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_power_cut(std::uint64_t seed) const {
  auto out = after_kill(seed);
  for (auto& [path, file] : out->files_) {
    for (std::size_t page = 0; page < file->pages(); ++page) {
      if (!file->dirty(page)) continue;
      const auto fate = out->dice_.below(3);  // the whole page, nothing of it, or torn
      for (std::size_t at = page * kPage; at < (page + 1) * kPage; at += kSector)
        if (fate == 0 || (fate == 2 && out->dice_.one_in(2))) std::memcpy(&file->platter[at], &file->memory[at], kSector);
    }
    file->memory = file->platter;
    file->forgotten.clear();
  }
  return out;
}

std::vector<std::byte>* SimulatedDisk::file(const std::string& path) {
  const auto it = files_.find(path);
  return it == files_.end() ? nullptr : &it->second->memory;
}

std::vector<std::string> SimulatedDisk::paths() const {
  std::vector<std::string> out;
  for (const auto& [path, file] : files_) out.push_back(path);
  return out;
}

DiskResult<void> SimulatedDisk::make_folder(const std::string& path) {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) folders_[path.substr(0, slash)] = true;
  folders_[path] = true;
  return {};
}

DiskResult<std::unique_ptr<SegmentFile>> SimulatedDisk::create(const std::string& path, std::size_t size, std::span<const std::byte> header) {
  if (dice_.below(1000) < create_fails) return std::unexpected(Fault{Step::preallocate, ENOSPC});
  auto file = std::make_shared<File>();
  file->memory.resize(size);
  std::ranges::copy(header, file->memory.begin());
  file->platter = file->memory;
  files_[path] = file;
  return std::make_unique<Mapped>(*this, std::move(file));
}

DiskResult<std::vector<std::string>> SimulatedDisk::list(const std::string& folder) {
  if (!folders_.contains(folder)) return std::unexpected(Fault{Step::list, ENOENT});
  std::vector<std::string> out;
  const auto add = [&](const std::string& path) {
    if (path.size() > folder.size() + 1 && path.starts_with(folder) && path[folder.size()] == '/' &&
        path.find('/', folder.size() + 1) == std::string::npos)
      out.push_back(path.substr(folder.size() + 1));
  };
  for (const auto& [path, there] : folders_) add(path);
  for (const auto& [path, file] : files_) add(path);
  std::ranges::sort(out);
  return out;
}

DiskResult<std::unique_ptr<FileBytes>> SimulatedDisk::read(const std::string& path) {
  const auto it = files_.find(path);
  if (it == files_.end()) return std::unexpected(Fault{Step::read, ENOENT});
  return std::make_unique<Read>(it->second);
}

DiskResult<void> SimulatedDisk::make_durable(const std::string& path) {
  auto& file = *files_.at(path);
  file.platter = file.memory;
  return {};
}

DiskResult<void> SimulatedDisk::remove(const std::string& path) {
  files_.erase(path);
  return {};
}

}  // namespace fw::store
