// The physical floor of a proxy: one thread, one upstream connection per client connection, nothing parsed.
// relay --port P --to Q
#include <array>
#include <csignal>
#include <vector>

#include "loopback.h"

namespace bench {
namespace {

class Relay {
 public:
  Relay(int port, int to) : to_(to), listener_(listen_on(port)) { watch(epoll_, listener_); }

  [[noreturn]] void run() {
    for (;;) {
      const int n = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), -1);
      for (int i = 0; i < n; ++i) {
        const int fd = events_[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          take_all();
        } else {
          carry(fd);
        }
      }
    }
  }

 private:
  int& peer(int fd) {
    const auto at = static_cast<std::size_t>(fd);
    if (peers_.size() <= at) peers_.resize(at + 1, -1);
    return peers_[at];
  }

  void take_all() {
    for (int client; (client = accept_on(listener_)) >= 0;) {
      no_delay(client);
      const int upstream = connect_to(to_);
      peer(client) = upstream;
      peer(upstream) = client;
      watch(epoll_, client);
      watch(epoll_, upstream);
    }
  }

  void carry(int fd) {
    const int other = peer(fd);
    if (other < 0) return;
    const ssize_t n = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n > 0 && put(other, {buffer_.data(), static_cast<std::size_t>(n)})) return;
    peer(fd) = peer(other) = -1;
    close(fd);
    close(other);
  }

  int to_;
  int listener_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<int> peers_;
  std::array<epoll_event, 1024> events_{};
  std::array<char, 65'536> buffer_{};
};

}  // namespace
}  // namespace bench

int main(int count, char** list) {
  std::signal(SIGPIPE, SIG_IGN);
  bench::max_files();
  const bench::Words words(count, list);
  static bench::Relay relay(static_cast<int>(words.number("--port", 9001)),
                            static_cast<int>(words.number("--to", 9100)));
  relay.run();
}
