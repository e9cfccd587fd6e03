// A pair of connected streams in memory, for tests that run a whole exchange in one thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "net/stream.h"

namespace fw::net {

class MemoryStream : public Stream {
 public:
  // What one end writes the other reads. window: how much may lie unread before writing blocks.
  static std::pair<std::unique_ptr<MemoryStream>, std::unique_ptr<MemoryStream>> pair(Loop& loop,
                                                                                      std::size_t window = 1 << 20);
  ~MemoryStream() override;
  Io read(std::span<char> into) override;
  void shut() override;
  // As if the peer had sent a reset.
  void reset();
  // The n-th read or write from now fails (fail_in(0): the next one) and sets `fired`.
  void fail_in(int operations, bool& fired) {
    fail_in_ = operations;
    fired_ = &fired;
  }
  // At most this many bytes per read.
  void drip(std::size_t bytes) { drip_ = bytes; }

 protected:
  Io write(std::span<const std::string_view> pieces) override;

 private:
  MemoryStream(Loop& loop, std::size_t window) : Stream(loop), window_(window) { may_read_ = false; }
  bool fails();

  MemoryStream* peer_ = nullptr;
  std::string inbox_;
  std::size_t window_;
  std::size_t drip_ = SIZE_MAX;
  int fail_in_ = -1;
  bool* fired_ = nullptr;
  bool reset_ = false;
  bool ended_ = false;  // the peer will write no more
};

}  // namespace fw::net
