// The few things the journal asks of a disk, behind an interface so that tests can make each of them fail and
// a simulated disk can lose what was not synced. Numbers of errors are errno's; 0 is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace fw::store {

// What was being done when it failed.
enum class Step : std::uint8_t {
  none,
  make_folder,
  make_file,
  preallocate,
  write_header,
  sync_file,
  map,
  rename,
  sync_folder,
  sync,
  list,
  read,
  remove,
  lock
};
std::string_view name(Step step);

struct Fault {
  Step step = Step::none;
  int error = 0;
  bool operator==(const Fault&) const = default;
};
template <class T>
using DiskResult = std::expected<T, Fault>;

// A segment mapped for writing. bytes() may be written by one thread while another calls the rest.
class SegmentFile {
 public:
  virtual ~SegmentFile() = default;
  virtual std::span<std::byte> bytes() = 0;
  // On disk when it says 0. Bytes outside of the range may go to disk too, at any time.
  virtual int sync(std::size_t from, std::size_t to) = 0;
  // Hands the kernel the same bytes once more: after a sync that failed it may have forgotten that they
  // are not on disk.
  virtual int write_again(std::size_t from, std::size_t to) = 0;
  // Has the pages in memory and writable, so that the first store into them does not wait. May do nothing.
  virtual void touch(std::size_t from, std::size_t to) = 0;
  // These bytes are on disk and are not written again: the whole pages among them leave the process's memory, and the
  // kernel keeps or drops them as it likes. May do nothing.
  virtual void leave(std::size_t from, std::size_t to) = 0;
};

// A file mapped for reading.
class FileBytes {
 public:
  virtual ~FileBytes() = default;
  virtual std::span<const std::byte> bytes() const = 0;
};

class Disk {
 public:
  virtual ~Disk() = default;
  // The folder and those it stands in, mode 0700, durable. An existing one is fine.
  virtual DiskResult<void> make_folder(const std::string& path) = 0;
  // A file of that size, mode 0600, all room taken, `header` at its start and zeros behind it, durable with its
  // name. After a failure there is none of that name.
  virtual DiskResult<std::unique_ptr<SegmentFile>> create(const std::string& path, std::size_t size,
                                                          std::span<const std::byte> header) = 0;
  // Names, sorted. ENOENT where there is no such folder.
  virtual DiskResult<std::vector<std::string>> list(const std::string& folder) = 0;
  virtual DiskResult<std::unique_ptr<FileBytes>> read(const std::string& path) = 0;
  // What any process wrote into the file is on disk.
  virtual DiskResult<void> make_durable(const std::string& path) = 0;
  virtual DiskResult<void> remove(const std::string& path) = 0;
  virtual WallTime wall() = 0;
  virtual MonoTime mono() = 0;
};

Disk& real_disk();

}  // namespace fw::store
