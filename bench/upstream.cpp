// A model server that answers at once: a fixed chat completion, or server-sent events when the body has "stream":true.
// Below a path that ends in /responses it speaks the Responses API.
// upstream --port P [--reply BYTES] [--events N] [--tick US --per K] [--hold 1]
//   tick 0: all events of a stream are written back to back, one send each
//   tick T: every T microseconds one event is written to each of the next K open streams, in turn
//   hold 1: a stream sends one event and then stays open and silent
#include <sys/timerfd.h>

#include <array>
#include <csignal>
#include <memory>
#include <vector>

#include "loopback.h"

namespace bench {
namespace {

struct Shape {
  long events = 100;
  long tick_us = 0;
  std::size_t per_tick = 1;
  bool hold = false;
};

std::string chunked(const std::string& bytes) {
  std::array<char, 20> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return size.data() + bytes + "\r\n";
}

std::string completion(std::size_t bytes) {
  std::string body =
      R"({"id":"chatcmpl-0123456789abcdef0123456789","object":"chat.completion","created":1795334400,)"
      R"("model":"gpt-5.2-2026-08-01","choices":[{"index":0,"message":{"role":"assistant","content":"@",)"
      R"("refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":341,)"
      R"("completion_tokens":37,"total_tokens":378,"prompt_tokens_details":{"cached_tokens":128,"audio_tokens":0},)"
      R"("completion_tokens_details":{"reasoning_tokens":0}},"service_tier":"default",)"
      R"("system_fingerprint":"fp_0011223344"})";
  std::string text;
  while (body.size() + text.size() <= bytes) text += "lorem ipsum ";
  return body.replace(body.find('@'), 1, text);
}

constexpr std::string_view kResponseHead =
    R"({"id":"resp_0123456789abcdef0123456789abcdef","object":"response","created_at":1795334400,)"
    R"("status":"@","background":false,"error":null,"incomplete_details":null,"instructions":null,)"
    R"("max_output_tokens":512,"max_tool_calls":null,"model":"gpt-5.2-2026-08-01","output":[)";
constexpr std::string_view kResponseTail =
    R"(],"parallel_tool_calls":true,"previous_response_id":null,"prompt_cache_key":null,"reasoning":{"effort":"none",)"
    R"("summary":null},"safety_identifier":null,"service_tier":"default","store":false,"temperature":0.2,)"
    R"("text":{"format":{"type":"text"},"verbosity":"medium"},"tool_choice":"auto","tools":[],"top_logprobs":0,)"
    R"("top_p":1.0,"truncation":"disabled","usage":{"input_tokens":341,"input_tokens_details":{"cached_tokens":128},)"
    R"("output_tokens":37,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":378},"user":null,"metadata":{}})";

std::string message_item(std::string_view status, std::string_view content) {
  return R"({"id":"msg_0123456789abcdef0123456789abcdef","type":"message","status":")" + std::string(status) +
         R"(","content":[)" + std::string(content) + R"(],"role":"assistant"})";
}

std::string text_part(std::string_view text) {
  return R"({"type":"output_text","annotations":[],"logprobs":[],"text":")" + std::string(text) + R"("})";
}

std::string response(std::string_view status, std::string_view items) {
  std::string body(kResponseHead);
  return body.replace(body.find('@'), 1, status).append(items).append(kResponseTail);
}

std::string response_event(std::string_view type, std::string_view rest) {
  return "event: " + std::string(type) + "\ndata: {\"type\":\"" + std::string(type) + "\",\"sequence_number\":1," +
         std::string(rest) + "}\n\n";
}

struct Answers {
  static Answers responses(std::size_t reply_bytes) {
    std::string text;
    while (text.size() < reply_bytes / 2) text += "lorem ipsum ";
    Answers a;
    a.give(response("completed", message_item("completed", text_part(text))));
    const std::string place = R"("item_id":"msg_0123456789abcdef0123456789abcdef","output_index":0,"content_index":0,)";
    a.first = chunked(response_event("response.created", R"("response":)" + response("in_progress", "")) +
                      response_event("response.output_item.added", R"("output_index":0,"item":)" + message_item("in_progress", "")) +
                      response_event("response.content_part.added", place + R"("part":)" + text_part("")));
    a.event = chunked(response_event("response.output_text.delta",
                                     place + R"("delta":" token","logprobs":[],"obfuscation":"a1b2c3")"));
    a.last = chunked(response_event("response.output_item.done", R"("output_index":0,"item":)" + message_item("completed", text_part(text))) +
                     response_event("response.completed", R"("response":)" + response("completed", message_item("completed", text_part(text))))) +
             "0\r\n\r\n";
    return a;
  }
  static Answers chat(std::size_t reply_bytes) {
    Answers a;
    a.give(completion(reply_bytes));
    return a;
  }

  void give(const std::string& body) {
    whole =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: req_0123456789abcdef\r\n"
        "openai-processing-ms: 12\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  std::string whole;
  std::string stream_head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string first;  // before the first event
  std::string event = chunked(
      R"(data: {"id":"chatcmpl-0123456789abcdef0123456789","object":"chat.completion.chunk","created":1795334400,)"
      R"("model":"gpt-5.2-2026-08-01","service_tier":"default","system_fingerprint":"fp_0011223344",)"
      R"("choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}],)"
      R"("obfuscation":"a1b2c3"})"
      "\n\n");
  std::string last = chunked("data: [DONE]\n\n") + "0\r\n\r\n";
};

struct Connection {
  bool open = false;
  long events_left = 0;
  const Answers* answers = nullptr;
  std::string in;
};

class Upstream {
 public:
  Upstream(int port, Shape shape, std::size_t reply_bytes)
      : shape_(shape), chat_(Answers::chat(reply_bytes)), responses_(Answers::responses(reply_bytes)),
        listener_(listen_on(port)) {
    watch(epoll_, listener_);
    if (shape_.tick_us == 0) return;
    timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    itimerspec every{};
    every.it_interval.tv_nsec = every.it_value.tv_nsec = shape_.tick_us * 1'000;
    timerfd_settime(timer_, 0, &every, nullptr);
    watch(epoll_, timer_);
  }

  [[noreturn]] void run() {
    for (;;) {
      const int n = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), -1);
      for (int i = 0; i < n; ++i) dispatch(events_[static_cast<std::size_t>(i)].data.fd);
    }
  }

 private:
  Connection& at(int fd) { return *connections_[static_cast<std::size_t>(fd)]; }

  void dispatch(int fd) {
    if (fd == listener_) return take_all();
    if (fd == timer_) return tick();
    const ssize_t n = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return shut(fd);
    at(fd).in.append(buffer_.data(), static_cast<std::size_t>(n));
    while (at(fd).open && answer_one(fd)) {}
  }

  void take_all() {
    for (int fd; (fd = accept_on(listener_)) >= 0;) {
      no_delay(fd);
      const auto slot = static_cast<std::size_t>(fd);
      if (connections_.size() <= slot) connections_.resize(slot + 1);
      connections_[slot] = std::make_unique<Connection>(Connection{true, 0, &chat_, {}});
      watch(epoll_, fd);
    }
  }

  void shut(int fd) {
    close(fd);
    at(fd).open = false;
    at(fd).events_left = 0;
  }

  void send_to(int fd, std::string_view bytes) {
    if (!put(fd, bytes)) shut(fd);
  }

  // One event on a stream; false when the stream has ended.
  bool step(int fd) {
    Connection& to = at(fd);
    if (!to.open || to.events_left <= 0) return false;
    send_to(fd, to.answers->event);
    if (!to.open) return false;
    if (--to.events_left > 0) return true;
    send_to(fd, to.answers->last);
    return false;
  }

  void tick() {
    std::uint64_t missed = 0;
    if (read(timer_, &missed, sizeof missed) != sizeof missed) return;
    const std::size_t due = shape_.per_tick * std::min<std::size_t>(missed, 8);
    for (std::size_t left = std::min(streams_.size(), due); left > 0 && !streams_.empty(); --left) {
      if (turn_ >= streams_.size()) turn_ = 0;
      if (step(streams_[turn_])) {
        ++turn_;
      } else {
        streams_[turn_] = streams_.back();
        streams_.pop_back();
      }
    }
  }

  // Bytes of the first whole request in `in`; 0: not yet.
  static std::size_t request_size(std::string_view in) {
    const std::size_t end = in.find("\r\n\r\n");
    if (end == in.npos) return 0;
    const std::string_view head = in.substr(0, end);
    if (const auto length = field(head, "content-length"); !length.empty()) {
      const std::size_t size = end + 4 + decimal(length);
      return in.size() < size ? 0 : size;
    }
    if (field(head, "transfer-encoding").empty()) return end + 4;
    const std::size_t last = in.find("0\r\n\r\n", end);
    return last == in.npos ? 0 : last + 5;
  }

  bool answer_one(int fd) {
    Connection& from = at(fd);
    const std::size_t size = request_size(from.in);
    if (size == 0) return false;
    const std::string_view request = std::string_view(from.in).substr(0, size);
    const bool stream =
        request.find("\"stream\":true") != request.npos || request.find("\"stream\": true") != request.npos;
    const std::string_view line = request.substr(0, request.find("\r\n"));
    from.answers = line.find("/responses ") != line.npos ? &responses_ : &chat_;
    const Answers& answers = *from.answers;
    from.in.erase(0, size);
    if (!stream) {
      send_to(fd, answers.whole);
    } else if (shape_.hold) {
      send_to(fd, answers.stream_head + answers.first + answers.event);
    } else {
      start_stream(fd);
    }
    return true;
  }

  void start_stream(int fd) {
    send_to(fd, at(fd).answers->stream_head + at(fd).answers->first);
    at(fd).events_left = shape_.events;
    if (shape_.tick_us != 0) {
      streams_.push_back(fd);
    } else {
      while (step(fd)) {}
    }
  }

  Shape shape_;
  Answers chat_;
  Answers responses_;
  int listener_;
  int timer_ = -1;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<int> streams_;
  std::size_t turn_ = 0;
  std::array<epoll_event, 1024> events_{};
  std::array<char, 65'536> buffer_{};
};

}  // namespace
}  // namespace bench

int main(int count, char** list) {
  std::signal(SIGPIPE, SIG_IGN);
  bench::max_files();
  const bench::Words words(count, list);
  const bench::Shape shape{words.number("--events", 100), words.number("--tick", 0), words.size("--per", 1),
                           words.number("--hold", 0) != 0};
  static bench::Upstream upstream(static_cast<int>(words.number("--port", 9100)), shape, words.size("--reply", 600));
  upstream.run();
}
