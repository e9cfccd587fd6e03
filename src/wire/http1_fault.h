// Every way in which an HTTP/1 message can be wrong. There is no lenient mode: a message whose
// framing two parsers could read differently is refused (RFC 9112 §11.2, request smuggling).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace fw::wire {

enum class HttpFault : std::uint8_t {
  none,
  // start line
  too_many_empty_lines,
  method_invalid,
  method_too_long,
  target_missing,
  target_invalid,
  target_too_long,
  target_form,
  version_missing,
  version_malformed,
  version_unsupported,
  http2_preface,
  status_malformed,
  status_out_of_range,
  // lines and fields
  bare_cr,
  bare_lf,
  control_character,
  folded_line,
  field_name_empty,
  field_name_invalid,
  space_before_colon,
  colon_missing,
  head_too_large,
  too_many_fields,
  // what the fields say
  host_missing,
  host_repeated,
  host_invalid,
  host_differs,
  content_length_invalid,
  content_length_overflow,
  content_length_repeated,
  length_and_encoding,
  encoding_repeated,
  encoding_unknown,
  encoding_in_http10,
  expectation_unknown,
  // chunked body
  chunk_size_missing,
  chunk_size_invalid,
  chunk_size_overflow,
  chunk_extension_invalid,
  chunk_extensions_too_long,
  chunk_end_missing,
  trailer_invalid,
  trailers_too_long,
  count_
};

// One English sentence: what was found, what was expected. Never quotes the message.
std::string_view say(HttpFault fault);

// What to answer a client whose request has this fault. A response of a cloud with a fault has
// no code of its own: the attempt failed.
Code code(HttpFault fault);

}  // namespace fw::wire
