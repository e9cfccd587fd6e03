// A load generator that counts exactly. It prints one JSON object.
// load --port P --body FILE --connections C --requests N [--path PATH] [--key KEY] [--header "A: b"]
//   closed loop: each connection sends its next request when the answer is there
//   --rate R: open loop, R requests per second; latency counts from the intended start
//   --hold S: opens C streams, waits for each one's first event, prints HOLDING, keeps them S seconds
#include <array>
#include <csignal>
#include <vector>

#include "loopback.h"

namespace bench {
namespace {

struct Connection {
  int fd = -1;
  bool has_head = false;
  bool chunked = false;
  bool has_event = false;
  std::size_t size = 0;  // of the whole answer, when it has a length
  std::int64_t intended_ns = 0;
  std::string in;
};

struct Plan {
  std::size_t connections = 32;
  long requests = 10'000;
  long rate = 0;
  unsigned hold_s = 0;
};

std::string file_text(const char* path) {
  std::FILE* file = std::fopen(path, "r");
  if (file == nullptr) die(path);
  std::string text;
  std::array<char, 65'536> part{};
  for (std::size_t n; (n = std::fread(part.data(), 1, part.size(), file)) > 0;) text.append(part.data(), n);
  std::fclose(file);
  return text;
}

std::string request_bytes(const Words& words) {
  const std::string body = file_text(words.text("--body", "body.json"));
  const std::string extra = words.text("--header", "");
  return std::string("POST ") + words.text("--path", "/v1/chat/completions") +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + words.text("--key", "none") +
         "\r\nContent-Type: application/json\r\nUser-Agent: OpenAI/Python 2.8.0\r\nAccept: application/json\r\n" +
         (extra.empty() ? "" : extra + "\r\n") + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class Load {
 public:
  Load(Plan plan, int port, std::string request)
      : plan_(plan), request_(std::move(request)), connections_(plan.connections) {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].fd = connect_to(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].fd, &event);
      idle_.push_back(i);
    }
    latencies_.reserve(static_cast<std::size_t>(plan_.requests));
  }

  int run() {
    start_ns_ = now_ns();
    if (plan_.rate == 0)
      while (!idle_.empty() && sent_ < plan_.requests) send_next(now_ns());
    while (done_ < plan_.requests) {
      const int n = wait();
      for (int i = 0; i < n; ++i)
        if (!take(connections_[events_[static_cast<std::size_t>(i)].data.u64])) return 1;
      if (plan_.hold_s != 0 && firsts_ == connections_.size()) return keep_open();
    }
    print();
    return bad_ == 0 ? 0 : 1;
  }

 private:
  void send_next(std::int64_t intended_ns) {
    Connection& to = connections_[idle_.back()];
    idle_.pop_back();
    to = Connection{.fd = to.fd, .intended_ns = intended_ns, .in = std::move(to.in)};
    to.in.clear();
    ++sent_;
    if (!put(to.fd, request_)) ++bad_;
  }

  std::int64_t due_ns() const { return start_ns_ + sent_ * (1'000'000'000 / plan_.rate); }

  int wait() {
    timespec pause{};
    timespec* limit = nullptr;
    if (plan_.rate != 0) {
      while (sent_ < plan_.requests && !idle_.empty() && due_ns() <= now_ns()) send_next(due_ns());
      if (sent_ < plan_.requests && !idle_.empty()) {
        pause.tv_nsec = std::max<std::int64_t>(0, due_ns() - now_ns());
        limit = &pause;
      }
    }
    return epoll_pwait2(epoll_, events_.data(), static_cast<int>(events_.size()), limit, nullptr);
  }

  // Reads what is there; false when the peer closed the connection.
  bool take(Connection& from) {
    const ssize_t n = recv(from.fd, buffer_.data(), buffer_.size(), 0);
    if (n < 0 && errno == EAGAIN) return true;
    if (n <= 0) {
      std::fprintf(stderr, "load: closed by the peer after %ld answers\n", done_);
      return false;
    }
    bytes_ += n;
    const std::size_t from_byte = from.in.size() > 6 ? from.in.size() - 6 : 0;
    from.in.append(buffer_.data(), static_cast<std::size_t>(n));
    if (!from.has_head && !read_head(from)) return true;
    if (plan_.hold_s != 0) {
      const bool first = !from.has_event && from.in.find("data: ") != from.in.npos;
      if (first) ++firsts_;
      from.has_event = from.has_event || first;
      return true;
    }
    const bool whole =
        from.chunked ? from.in.find("\r\n0\r\n\r\n", from_byte) != from.in.npos : from.in.size() >= from.size;
    if (whole) finish(from);
    return true;
  }

  bool read_head(Connection& from) {
    const std::size_t end = from.in.find("\r\n\r\n");
    if (end == from.in.npos) return false;
    const std::string_view head = std::string_view(from.in).substr(0, end);
    if (!head.starts_with("HTTP/1.1 200") && bad_++ == 0) std::fprintf(stderr, "load: %.600s\n", from.in.c_str());
    const std::string_view length = field(head, "content-length");
    from.has_head = true;
    from.chunked = length.empty();
    from.size = end + 4 + decimal(length);
    return true;
  }

  void finish(Connection& from) {
    if (from.chunked)
      for (std::size_t at = 0; (at = from.in.find("data: ", at)) != from.in.npos; at += 6) ++events_seen_;
    latencies_.push_back(now_ns() - from.intended_ns);
    ++done_;
    idle_.push_back(static_cast<std::size_t>(&from - connections_.data()));
    if (plan_.rate == 0 && sent_ < plan_.requests) send_next(now_ns());
  }

  int keep_open() const {
    std::printf("HOLDING %zu\n", firsts_);
    std::fflush(stdout);
    sleep(plan_.hold_s);
    return 0;
  }

  double latency_us(double share) const {
    if (latencies_.empty()) return 0;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(latencies_.size()));
    return static_cast<double>(latencies_[std::min(latencies_.size() - 1, at)]) / 1e3;
  }

  void print() {
    const double seconds = static_cast<double>(now_ns() - start_ns_) / 1e9;
    std::ranges::sort(latencies_);
    std::printf(
        "{\"done\":%ld,\"bad\":%ld,\"events\":%ld,\"bytes\":%ld,\"seconds\":%.3f,\"p50_us\":%.1f,\"p90_us\":%.1f,"
        "\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f}\n",
        done_, bad_, events_seen_, bytes_, seconds, latency_us(.5), latency_us(.9), latency_us(.99), latency_us(.999),
        latency_us(1));
  }

  Plan plan_;
  std::string request_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections_;
  std::vector<std::size_t> idle_;
  std::vector<std::int64_t> latencies_;
  long sent_ = 0, done_ = 0, bad_ = 0, events_seen_ = 0, bytes_ = 0;
  std::size_t firsts_ = 0;
  std::int64_t start_ns_ = 0;
  std::array<epoll_event, 1024> events_{};
  std::array<char, 262'144> buffer_{};
};

}  // namespace
}  // namespace bench

int main(int count, char** list) {
  std::signal(SIGPIPE, SIG_IGN);
  bench::max_files();
  const bench::Words words(count, list);
  const bench::Plan plan{words.size("--connections", 32), words.number("--requests", 10'000), words.number("--rate", 0),
                         static_cast<unsigned>(words.number("--hold", 0))};
  static bench::Load load(plan, static_cast<int>(words.number("--port", 9000)), bench::request_bytes(words));
  return load.run();
}
