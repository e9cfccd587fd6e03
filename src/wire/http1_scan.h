// What request and response heads have in common: lines, fields and what the fields say about
// framing. Private to the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "wire/http1.h"

namespace fw::wire {

// A place in a head. Every step decides on the byte it stands on, so the outcome of a prefix is
// the outcome of the whole: that is why splits cannot matter.
struct HeadScan {
  HeadScan(std::string_view in, const HttpLimits& limits);

  bool at_end() const { return at == end; }
  Parse fail(HttpFault why) {
    fault = why;
    return Parse::failed;
  }
  // The bytes have run out: more of them could help, unless the head is already at its limit.
  Parse run_out() { return cut ? fail(HttpFault::head_too_large) : Parse::need_more; }
  Parse line_feed();  // at a byte that ends a line or must not be there
  Parse expect(std::string_view word, HttpFault otherwise);

  const char* begin;
  const char* at;
  const char* end;
  bool cut;
  HttpFault fault = HttpFault::none;
};

// What the fields said that decides framing and the connection's life.
struct FieldFacts {
  std::string_view host;
  std::uint64_t length = 0;
  int minor = 1;
  bool of_request = true;
  bool host_seen = false;
  bool length_seen = false;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  bool upgrade_nominated = false;
  bool upgrade_seen = false;
  bool expect_continue = false;

  bool keeps() const { return minor == 1 ? !close : keep_alive && !close; }
};

// All fields and the blank line. `count` of them stand in the store afterwards.
Parse read_fields(HeadScan& scan, std::size_t fields_max, std::span<HeaderField> store, FieldFacts& facts,
                  std::size_t& count);

// "HTTP/1.0" or "HTTP/1.1" at this place.
Parse read_version(HeadScan& scan, int& minor);

}  // namespace fw::wire
