// The text of an answer, cut into the pieces that a stream carries one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fw::fake {

// Text as it stands inside a JSON string, with the places where it may be cut. Immutable once made.
class AnswerText {
 public:
  // A piece ends before a blank that follows something else, and after 24 bytes at the latest.
  static std::shared_ptr<const AnswerText> cut(std::string_view plain);
  // Pieces as recorded; each already escaped.
  static std::shared_ptr<const AnswerText> of_pieces(const std::vector<std::string_view>& escaped);

  std::size_t pieces() const { return ends_.size(); }
  std::string_view piece(std::size_t i) const {
    const std::size_t from = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(escaped_).substr(from, ends_[i] - from);
  }
  // The first n pieces.
  std::string_view first(std::size_t n) const {
    return std::string_view(escaped_).substr(0, n == 0 ? 0 : ends_[n - 1]);
  }

 private:
  std::string escaped_;
  std::vector<std::uint32_t> ends_;
};

using TextPtr = std::shared_ptr<const AnswerText>;

}  // namespace fw::fake
