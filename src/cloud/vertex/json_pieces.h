// The objects of a JSON array that arrives in pieces, one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fw::cloud::vertex {

// Finds where each top-level object ends by counting brackets; whether it is valid is for its
// reader. Feed bytes, then call next() until it says need_more.
class JsonPieces {
 public:
  explicit JsonPieces(std::size_t object_bytes_max) : object_bytes_max_(object_bytes_max) {}

  // `bytes` must stay until next() said need_more or bad.
  void feed(std::string_view bytes) { fed_ = bytes; }

  enum class Next : std::uint8_t { object, need_more, bad };
  // The view lives until the next call. `bad`, too long or no array of objects, is final.
  Next next(std::string_view& object);

 private:
  // Bytes of fed_ that belong to the open object, its last one included.
  std::size_t scan();
  bool skip_between();

  std::size_t object_bytes_max_;
  std::string_view fed_;
  std::string held_;
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool give_back_ = false;  // held_ was given out
};

}  // namespace fw::cloud::vertex
