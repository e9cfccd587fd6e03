// A byte stream to a peer: TCP, TLS, a Unix socket, or memory (tests). Never blocks; one
// coroutine at a time waits for reading, one for writing, one for the peer's leaving.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/loop.h"
#include "wire/cidr.h"

namespace fw::net {

struct Io {
  enum class Kind : std::uint8_t { ok, blocked, eof, failed };
  Kind kind = Kind::ok;
  int error = 0;      // errno where failed; 0 where the stream has none
  std::size_t n = 0;  // bytes, where ok
};

enum class Wake : std::uint8_t {
  ready,     // what was waited for may be tried again
  gone,      // the watched peer left
  deadline,
};

class Wait;

class Stream : public Source {
 public:
  explicit Stream(Loop& loop) : loop_(loop) {}
  virtual ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Reads what is there. ok means n > 0.
  virtual Io read(std::span<char> into) = 0;

  // Sends now what fits and keeps a copy of the rest, which goes out by itself.
  // ok: all of it is with the kernel; blocked: await drained() before sending more.
  Io send(std::span<const std::string_view> pieces);
  Io send(std::string_view piece) { return send(std::span(&piece, 1)); }

  // Stops sending; the peer sees the end. What is pending is lost.
  virtual void shut() = 0;

  // The IP address at the other end, as the kernel has it; nothing for what has none (a Unix socket, memory).
  virtual std::optional<wire::IpAddress> peer() const { return std::nullopt; }

  // Suspends until reading may succeed. watch: a second stream whose peer's leaving ends the wait.
  Wait readable(MonoTime deadline, Stream* watch = nullptr);
  // Suspends until nothing is pending (or the stream broke).
  Wait drained(MonoTime deadline, Stream* watch = nullptr);
  // Suspends until the peer left, however much it sends meanwhile.
  Wait left(MonoTime deadline);

  bool pending() const { return pending_ != nullptr; }
  // The peer reset the connection, or a write failed.
  bool broken() const { return broken_; }
  // The peer will send no more (FIN), or worse.
  bool hung_up() const { return hung_up_; }
  // A peer that only half-closed may still read; it counts as gone after this grace.
  static constexpr std::int64_t kHalfCloseGraceMs = 400;
  bool gone() const { return broken_ || (hung_up_ && loop_.now() >= hung_up_at_.plus_ms(kHalfCloseGraceMs)); }
  bool may_read() const { return may_read_; }
  Loop& loop() const { return loop_; }

  void on_events(std::uint32_t events) final;

 protected:
  // Writes as much as goes. blocked/failed only if nothing went.
  virtual Io write(std::span<const std::string_view> pieces) = 0;
  void mark_hung_up();

  bool may_read_ = true;  // false only when the last read proved there is nothing
  bool broken_ = false;
  bool hung_up_ = false;
  bool connecting_ = false;  // drained() then waits for the connection

 private:
  friend class Wait;
  bool flush();

  Loop& loop_;
  MonoTime hung_up_at_{};
  std::unique_ptr<std::string> pending_;  // what the peer has not taken; null when it took all
  Wait* reader_ = nullptr;
  Wait* writer_ = nullptr;
  Wait* watcher_ = nullptr;
};

// One suspended coroutine and what may wake it.
class [[nodiscard]] Wait : private Timer {
 public:
  enum class For : std::uint8_t { read, write, leaving };
  Wait(Stream& stream, For what, MonoTime deadline, Stream* watch)
      : stream_(stream), watch_(watch), deadline_(deadline), what_(what) {}
  ~Wait();

  bool await_ready();
  void await_suspend(std::coroutine_handle<> h);
  Wake await_resume() const { return wake_; }

 private:
  friend class Stream;
  void wake(Wake why);
  void peer_hung_up();
  void leave();

  Stream& stream_;
  Stream* watch_;
  MonoTime deadline_;
  std::coroutine_handle<> handle_;
  For what_;
  Wake wake_ = Wake::ready;
};

inline Wait Stream::readable(MonoTime deadline, Stream* watch) { return {*this, Wait::For::read, deadline, watch}; }
inline Wait Stream::drained(MonoTime deadline, Stream* watch) { return {*this, Wait::For::write, deadline, watch}; }
inline Wait Stream::left(MonoTime deadline) { return {*this, Wait::For::leaving, deadline, this}; }

}  // namespace fw::net
