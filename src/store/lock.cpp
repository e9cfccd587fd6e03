#include "store/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "store/disk.h"
#include "store/read.h"

namespace fw::store {
namespace {

// What the holder wrote: its number. Empty where it has not yet.
std::string holder(int fd) {
  std::array<char, 32> text;
  const auto n = ::pread(fd, text.data(), text.size(), 0);
  std::string out(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  while (!out.empty() && (out.back() < '0' || out.back() > '9')) out.pop_back();
  return out;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::take(const std::string& data_dir) {
  const auto made = real_disk().make_folder(data_dir);
  if (!made) return std::unexpected(disk_error(made.error(), data_dir));
  const auto path = data_dir + "/lock";
  DirectoryLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) return std::unexpected(disk_error({Step::lock, errno}, path));
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return std::unexpected(disk_error({Step::lock, errno}, path));
    const auto pid = holder(lock.fd_);
    return std::unexpected(
        Error{.code = Code::internal_error,
              .origin = Origin::operator_,
              .message = fmt::format("{} is in use by process {}; stop it, or give this one a data_dir of its own",
                                     data_dir, pid.empty() ? "(not known)" : pid)});
  }
  const auto pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock.fd_, 0) != 0 || ::pwrite(lock.fd_, pid.data(), pid.size(), 0) < 0)
    return std::unexpected(disk_error({Step::lock, errno}, path));
  return lock;
}

bool DirectoryLock::held(const std::string& data_dir) {
  const DirectoryLock lock(::open((data_dir + "/lock").c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.fd_ < 0) return true;
  return ::flock(lock.fd_, LOCK_SH | LOCK_NB) != 0;
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace fw::store
