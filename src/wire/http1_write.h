// Writing HTTP/1.1 heads and chunk frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/http1_names.h"

namespace fw::wire {

// Appends a head to the caller's string: request() or response(), then field()s, then end().
// Each call writes all or nothing; false: a byte that could break out of its place was refused.
class HeadWriter {
 public:
  explicit HeadWriter(std::string& out) : out_(out) {}
  bool request(Method method, std::string_view target);
  bool request(std::string_view method, std::string_view target);
  bool response(int status);  // with the phrase of the table; status 100 to 599
  // The name must be a token, the value free of CR, LF, NUL and other controls but tab.
  bool field(std::string_view name, std::string_view value);
  bool field(std::string_view name, std::uint64_t value);
  void end();

 private:
  std::string& out_;
};

// "1f4\r\n" for 500: what stands before n > 0 payload bytes. chunk_end stands after them.
std::string_view chunk_start(std::size_t n, char (&space)[20]);
inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace fw::wire
