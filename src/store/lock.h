// One program per data directory.
#pragma once

#include <string>

#include "base/error.h"

namespace fw::store {

// Held as long as it lives; the kernel lets it go with the process, however that ends.
class DirectoryLock {
 public:
  // Makes the directory (0700) and DIR/lock where they are missing. The error names the process that holds it.
  static Result<DirectoryLock> take(const std::string& data_dir);
  // Whether a program holds it now, or one left no books there at all: then there is nothing to read.
  static bool held(const std::string& data_dir);
  DirectoryLock(DirectoryLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace fw::store
