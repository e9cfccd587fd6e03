#include "store/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace fw::store {
namespace {

constexpr std::array<std::string_view, 14> kSteps{"none",
                                                  "making the folder",
                                                  "making the file",
                                                  "taking the room on disk",
                                                  "writing the header",
                                                  "syncing the new file",
                                                  "mapping",
                                                  "renaming",
                                                  "syncing the folder",
                                                  "syncing",
                                                  "listing",
                                                  "reading",
                                                  "removing",
                                                  "locking"};
constexpr std::size_t kDiskPage = 4096;

std::unexpected<Fault> fault(Step step, int error = errno) { return std::unexpected(Fault{step, error}); }

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Fd& operator=(Fd&&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
}

int sync_folder(const std::string& folder) {
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return !fd || ::fsync(fd.get()) != 0 ? errno : 0;
}

int write_all(int fd, std::span<const std::byte> bytes, std::size_t at) {
  while (!bytes.empty()) {
    const auto n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : EIO;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    at += static_cast<std::size_t>(n);
  }
  return 0;
}

class Mapped final : public SegmentFile {
 public:
  Mapped(Fd fd, void* at, std::size_t size) : fd_(std::move(fd)), at_(static_cast<std::byte*>(at)), size_(size) {}
  ~Mapped() override { ::munmap(at_, size_); }
  std::span<std::byte> bytes() override { return {at_, size_}; }
  int sync(std::size_t from, std::size_t to) override {
    from = from / kDiskPage * kDiskPage;
    return ::msync(at_ + from, to - from, MS_SYNC) == 0 ? 0 : errno;
  }
  int write_again(std::size_t from, std::size_t to) override {
    return write_all(fd_.get(), {at_ + from, to - from}, from);
  }
  void touch([[maybe_unused]] std::size_t from, [[maybe_unused]] std::size_t to) override {
#ifdef MADV_POPULATE_WRITE
    from = from / kDiskPage * kDiskPage;
    to = std::min(size_, (to + kDiskPage - 1) / kDiskPage * kDiskPage);
    if (from < to)
      ::madvise(at_ + from, to - from, MADV_POPULATE_WRITE);  // an older kernel: the first store waits instead
#endif
  }
  void leave(std::size_t from, std::size_t to) override {
    from = from / kDiskPage * kDiskPage;
    to = to / kDiskPage * kDiskPage;
    if (from < to) ::madvise(at_ + from, to - from, MADV_DONTNEED);
  }

 private:
  Fd fd_;
  std::byte* at_;
  std::size_t size_;
};

class MappedRead final : public FileBytes {
 public:
  MappedRead(void* at, std::size_t size) : at_(at), size_(size) {}
  ~MappedRead() override {
    if (size_ != 0) ::munmap(at_, size_);
  }
  std::span<const std::byte> bytes() const override { return {static_cast<const std::byte*>(at_), size_}; }

 private:
  void* at_;
  std::size_t size_;
};

class RealDisk final : public Disk {
 public:
  DiskResult<void> make_folder(const std::string& path) override {
    struct stat st{};
    if (::stat(path.c_str(), &st) == 0)
      return S_ISDIR(st.st_mode) ? DiskResult<void>() : fault(Step::make_folder, ENOTDIR);
    const auto parent = folder_of(path);
    if (parent != path) {
      const auto made = make_folder(parent);
      if (!made) return made;
    }
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fault(Step::make_folder);
    if (const int error = sync_folder(parent)) return fault(Step::sync_folder, error);
    return {};
  }

  DiskResult<std::unique_ptr<SegmentFile>> create(const std::string& path, std::size_t size,
                                                  std::span<const std::byte> header) override {
    const auto unfinished = path + ".new";
    auto file = create_unfinished(unfinished, size, header);
    if (!file) {
      ::unlink(unfinished.c_str());
      return file;
    }
    if (::rename(unfinished.c_str(), path.c_str()) != 0) {
      const auto failed = fault(Step::rename);
      ::unlink(unfinished.c_str());
      return failed;
    }
    if (const int error = sync_folder(folder_of(path))) {
      ::unlink(path.c_str());
      return fault(Step::sync_folder, error);
    }
    return file;
  }

  DiskResult<std::vector<std::string>> list(const std::string& folder) override {
    DIR* dir = ::opendir(folder.c_str());
    if (!dir) return fault(Step::list);
    std::vector<std::string> names;
    while (const auto* entry = ::readdir(dir)) names.emplace_back(static_cast<const char*>(entry->d_name));
    ::closedir(dir);
    std::erase_if(names, [](const auto& n) { return n == "." || n == ".."; });
    std::ranges::sort(names);
    return names;
  }

  DiskResult<std::unique_ptr<FileBytes>> read(const std::string& path) override {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat st{};
    if (!fd || ::fstat(fd.get(), &st) != 0) return fault(Step::read);
    const auto size = static_cast<std::size_t>(st.st_size);
    if (size == 0) return std::make_unique<MappedRead>(nullptr, 0);
    void* at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (at == MAP_FAILED) return fault(Step::map);
    return std::make_unique<MappedRead>(at, size);
  }

  DiskResult<void> make_durable(const std::string& path) override {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fault(Step::read);
    if (::fdatasync(fd.get()) != 0) return fault(Step::sync);
    return {};
  }

  DiskResult<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fault(Step::remove);
    if (const int error = sync_folder(folder_of(path))) return fault(Step::sync_folder, error);
    return {};
  }

  WallTime wall() override { return {nanoseconds(CLOCK_REALTIME)}; }
  MonoTime mono() override { return {nanoseconds(CLOCK_MONOTONIC)}; }

 private:
  static std::int64_t nanoseconds(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
  }

  static DiskResult<std::unique_ptr<SegmentFile>> create_unfinished(const std::string& path, std::size_t size,
                                                                    std::span<const std::byte> header) {
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return fault(Step::make_file);
    // Now or never: a mapped page that finds no room later would be a SIGBUS.
    if (const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(size)))
      return fault(Step::preallocate, error);
    if (const int error = write_all(fd.get(), header, 0)) return fault(Step::write_header, error);
    if (::fsync(fd.get()) != 0) return fault(Step::sync_file);
    void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (at == MAP_FAILED) return fault(Step::map);
    return std::make_unique<Mapped>(std::move(fd), at, size);
  }
};

}  // namespace

std::string_view name(Step step) { return kSteps[static_cast<std::size_t>(step)]; }

Disk& real_disk() {
  static RealDisk disk;
  return disk;
}

}  // namespace fw::store
