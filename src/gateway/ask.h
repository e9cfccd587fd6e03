// Asking another core: the question travels as a letter, the answer as another.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "net/loop.h"

namespace fw::gateway {

// co_await Ask<T>(here, there, f): runs f on the other loop and gives what it returned. The
// coroutine may be destroyed meanwhile; the answer is then dropped. Name the Ask before awaiting it.
template <class T, class F>
class Ask {
 public:
  Ask(net::Loop& here, net::Loop& there, F f) : here_(here), there_(there), f_(std::move(f)) {}
  ~Ask() {
    if (state_) state_->waiter = nullptr;
  }
  Ask(const Ask&) = delete;
  Ask& operator=(const Ask&) = delete;

  bool await_ready() {
    if (&here_ != &there_) return false;
    state_ = std::make_shared<State>();
    state_->value.emplace(f_());
    return true;
  }
  void await_suspend(std::coroutine_handle<> h) {
    state_ = std::make_shared<State>();
    state_->waiter = h;
    there_.post(std::make_unique<Question>(here_, state_, std::move(f_)));
  }
  T await_resume() { return std::move(*state_->value); }

 private:
  struct State {  // touched by the asking core only, but for `value`, which the letters pass on
    std::coroutine_handle<> waiter;
    std::optional<T> value;
  };
  struct Reply : net::Letter {
    Reply(std::shared_ptr<State> s, T v) : state(std::move(s)), value(std::move(v)) {}
    void run() override {
      state->value.emplace(std::move(value));
      if (state->waiter) std::exchange(state->waiter, nullptr).resume();
    }
    std::shared_ptr<State> state;
    T value;
  };
  struct Question : net::Letter {
    Question(net::Loop& b, std::shared_ptr<State> s, F f_in) : back(b), state(std::move(s)), f(std::move(f_in)) {}
    void run() override {
      auto answer = f();
      back.post(std::make_unique<Reply>(std::move(state), std::move(answer)));
    }
    net::Loop& back;
    std::shared_ptr<State> state;
    F f;
  };

  net::Loop& here_;
  net::Loop& there_;
  F f_;
  std::shared_ptr<State> state_;
};

template <class T, class F>
Ask<T, F> ask(net::Loop& here, net::Loop& there, F f) {
  return Ask<T, F>(here, there, std::move(f));
}

}  // namespace fw::gateway
