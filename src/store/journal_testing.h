// For the tests of this room: a directory of one's own, short records, a disk that fails when told.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <semaphore>
#include <string>

#include "store/journal.h"
#include "store/live_reader.h"

namespace fw::store {

struct Folder {
  // `where` empty: the temporary directory.
  explicit Folder(const std::string& where = {}) {
    std::string pattern =
        (where.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(where)) / "fw-journal-XXXXXX";
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string path;
};

inline ledger::Intent intent(std::string_view attempt_id) {
  ledger::Intent r;
  r.attempt_id = attempt_id;
  r.request_id = attempt_id.substr(0, attempt_id.find('-'));
  r.reserved = {100, 25, 1000};
  r.reserved_cost = Money::of_units(77);
  return r;
}

inline ledger::Settlement settlement(std::string_view attempt_id, Int128 units) {
  ledger::Settlement r;
  r.attempt_id = attempt_id;
  r.state = ledger::AttemptState::settled_exact;
  r.basis = ledger::Basis::provider_usage;
  r.cost = Money::of_units(units);
  return r;
}

// The real disk, but for what a test makes fail or wait.
class FailingDisk final : public Disk {
 public:
  // errno of the next calls; 0: they work.
  std::atomic<int> create_error = 0;
  std::atomic<int> sync_error = 0;
  std::atomic<int> syncs = 0;
  std::atomic<int> written_again = 0;
  // Not null: a sync waits for it.
  std::atomic<std::counting_semaphore<>*> gate = nullptr;
  std::atomic<std::int64_t> ahead_ns = 0;  // of the monotonic clock

  DiskResult<void> make_folder(const std::string& path) override { return real_disk().make_folder(path); }
  DiskResult<std::unique_ptr<SegmentFile>> create(const std::string& path, std::size_t size,
                                                  std::span<const std::byte> header) override {
    if (const int error = create_error) return std::unexpected(Fault{Step::preallocate, error});
    auto file = real_disk().create(path, size, header);
    if (!file) return file;
    return std::make_unique<File>(*this, std::move(*file));
  }
  DiskResult<std::vector<std::string>> list(const std::string& folder) override { return real_disk().list(folder); }
  DiskResult<std::unique_ptr<FileBytes>> read(const std::string& path) override { return real_disk().read(path); }
  DiskResult<void> make_durable(const std::string& path) override { return real_disk().make_durable(path); }
  DiskResult<void> remove(const std::string& path) override { return real_disk().remove(path); }
  WallTime wall() override { return real_disk().wall(); }
  MonoTime mono() override { return {real_disk().mono().ns + ahead_ns}; }

 private:
  class File final : public SegmentFile {
   public:
    File(FailingDisk& disk, std::unique_ptr<SegmentFile> file) : disk_(disk), file_(std::move(file)) {}
    std::span<std::byte> bytes() override { return file_->bytes(); }
    int sync(std::size_t from, std::size_t to) override {
      ++disk_.syncs;
      if (auto* closed = disk_.gate.load()) closed->acquire();
      if (const int error = disk_.sync_error) return error;
      return file_->sync(from, to);
    }
    int write_again(std::size_t from, std::size_t to) override {
      ++disk_.written_again;
      return file_->write_again(from, to);
    }
    void touch(std::size_t from, std::size_t to) override { file_->touch(from, to); }
    void leave(std::size_t from, std::size_t to) override { file_->leave(from, to); }

   private:
    FailingDisk& disk_;
    std::unique_ptr<SegmentFile> file_;
  };
};

}  // namespace fw::store
