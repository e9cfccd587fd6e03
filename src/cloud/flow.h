// Coroutines that ask instead of doing: a Flow suspends with what it needs, and goes on with what it
// was given. Flows call flows by co_await; only the outermost is driven.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "wire/url.h"

namespace fw::cloud {

// A request to a token endpoint or a metadata server.
struct Fetch {
  std::string method = "GET";
  wire::Url url;
  std::string lines;  // header lines ending in CRLF, without Host and Content-Length; may hold secrets
  std::string body;
  int timeout_ms = 10'000;  // for all of it
};

struct ReadFile {
  std::string path;
};

using Question = std::variant<Fetch, ReadFile>;

// What came back. A file that was read has status 200.
struct Reply {
  int status = 0;       // 0: no answer; `failure` says why
  std::string failure;  // for people: "connection refused", "no such file"
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string body;     // at most 1 MiB
  WallTime now;         // when it came
};

namespace detail {

// What all flows of one run share: the question at hand and the coroutine it suspended.
struct FlowRun {
  const Question* question = nullptr;
  Reply reply;
  std::coroutine_handle<> asking;
};

struct FlowPromiseBase {
  FlowRun* run = nullptr;
  std::coroutine_handle<> caller;
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> h) const noexcept {
      return h.promise().caller ? h.promise().caller : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() const noexcept { std::terminate(); }
};

}  // namespace detail

// A step of a flow: co_await gives the Reply. Name it, then await it:
//   Ask question(Fetch{...}); const Reply reply = co_await question;
class Ask {
 public:
  explicit Ask(Question question) : question_(std::move(question)) {}
  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> h) noexcept {
    run_ = h.promise().run;
    run_->question = &question_;
    run_->asking = h;
  }
  Reply await_resume() { return std::move(run_->reply); }

 private:
  Question question_;
  detail::FlowRun* run_ = nullptr;
};

// Gives Result<T>. Parameters of the coroutine must be values or outlive the run.
template <class T>
class [[nodiscard]] Flow {
 public:
  struct promise_type : detail::FlowPromiseBase {
    std::optional<Result<T>> result;
    Flow get_return_object() { return Flow(std::coroutine_handle<promise_type>::from_promise(*this)); }
    void return_value(Result<T> r) { result.emplace(std::move(r)); }
  };

  Flow(Flow&& o) noexcept : handle_(std::exchange(o.handle_, {})) {}
  Flow& operator=(Flow&&) = delete;
  ~Flow() {
    if (handle_) handle_.destroy();
  }

  // Inside another flow.
  bool await_ready() const noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> caller) noexcept {
    handle_.promise().run = caller.promise().run;
    handle_.promise().caller = caller;
    return handle_;
  }
  Result<T> await_resume() { return std::move(*handle_.promise().result); }

 private:
  template <class>
  friend class Driven;
  explicit Flow(std::coroutine_handle<promise_type> h) : handle_(h) {}
  std::coroutine_handle<promise_type> handle_;
};

// A flow being driven: while question() is not null, bring the reply.
template <class T>
class Driven {
 public:
  explicit Driven(Flow<T> flow) : flow_(std::move(flow)), run_(std::make_unique<detail::FlowRun>()) {
    flow_.handle_.promise().run = run_.get();
    flow_.handle_.resume();
  }
  // Null: the flow is over.
  const Question* question() const { return run_->question; }
  void answer(Reply reply) {
    run_->reply = std::move(reply);
    run_->question = nullptr;
    run_->asking.resume();
  }
  // Once question() is null.
  Result<T> result() { return std::move(*flow_.handle_.promise().result); }

 private:
  Flow<T> flow_;
  std::unique_ptr<detail::FlowRun> run_;
};

}  // namespace fw::cloud
