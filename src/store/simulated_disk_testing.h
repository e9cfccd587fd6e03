// A disk in memory that loses, tears and forgets as real ones do, by a seed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ledger/journal_testing.h"
#include "store/disk.h"

namespace fw::store {

class SimulatedDisk final : public Disk {
 public:
  explicit SimulatedDisk(std::uint64_t seed) : dice_(seed) {}

  // In so many of 1,000 calls.
  unsigned create_fails = 0;
  unsigned sync_fails = 0;
  std::int64_t now_ns = 1'795'000'000'000'000'000;

  // The disk after the process died: the kernel has all that was stored.
  std::unique_ptr<SimulatedDisk> after_kill(std::uint64_t seed) const;
  // The disk after the power failed: of each 512 bytes that were not synced the old or the new ones.
  std::unique_ptr<SimulatedDisk> after_power_cut(std::uint64_t seed) const;
  // What the file would read now; null: there is none.
  std::vector<std::byte>* file(const std::string& path);
  std::vector<std::string> paths() const;

  DiskResult<void> make_folder(const std::string& path) override;
  DiskResult<std::unique_ptr<SegmentFile>> create(const std::string& path, std::size_t size, std::span<const std::byte> header) override;
  DiskResult<std::vector<std::string>> list(const std::string& folder) override;
  DiskResult<std::unique_ptr<FileBytes>> read(const std::string& path) override;
  DiskResult<void> make_durable(const std::string& path) override;
  DiskResult<void> remove(const std::string& path) override;
  WallTime wall() override { return {now_ns}; }
  MonoTime mono() override { return {now_ns}; }

 private:
  struct File;
  class Mapped;
  class Read;

  ledger::Dice dice_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, bool> folders_;
};

}  // namespace fw::store
