// How many tokens a text has for the models that count by o200k_base: exact for plain text, with no words of control.
// An estimate for every other vocabulary. Pure and without state: any thread may ask.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fw::wire {

std::int64_t count_tokens(std::string_view text);

// Of a text that comes in parts, wherever it is cut, in time that grows with its length. Keeps no more than kTallyBytes of it,
// or twice the word that is open where that is longer.
// Exact, unless a combining mark stands in front of capitals alone that go on for more than kOpenBytes.
class TokenTally {
 public:
  void add(std::string_view text) {
    waiting_.append(text);
    settle();
  }
  std::string& waiting() { return waiting_; }  // to append to; settle() afterwards
  void settle() {
    if (waiting_.size() > fold_above_) fold();
  }
  bool empty() const { return waiting_.empty() && counted_ == 0; }
  std::int64_t total() const { return counted_ + count_tokens(waiting_); }

  static constexpr std::size_t kTallyBytes = 4096;
  static constexpr std::size_t kOpenBytes = 512;  // what comes may still change how the last ones are cut
  static constexpr std::size_t kWordBytesMax = 64u << 10;  // a longer one is counted in parts: its count is then a bound from above

 private:
  void fold();

  std::string waiting_;
  std::size_t fold_above_ = kTallyBytes;
  std::int64_t counted_ = 0;
};

}  // namespace fw::wire
