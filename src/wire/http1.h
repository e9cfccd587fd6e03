// HTTP/1.0 and 1.1 message heads (RFC 9110, RFC 9112): parsing, strictly. `wire/http1_chunked.h`
// takes bodies apart, `wire/http1_write.h` writes; both come with this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "wire/http1_chunked.h"
#include "wire/http1_fault.h"
#include "wire/http1_names.h"
#include "wire/http1_write.h"

namespace fw::wire {

struct HeaderField {
  std::string_view name;   // as it came
  std::string_view value;  // without the white space around it; may hold bytes 0x80-0xFF
  HeaderId id = HeaderId::other;
};

struct HttpLimits {
  std::size_t head_bytes = 65536;  // start line, fields and the blank line
  std::size_t fields = 100;        // also never more than the caller's store holds
  std::size_t target_bytes = 8192;
};

// How the body is delimited (RFC 9112 §6.3).
enum class Framing : std::uint8_t { none, length, chunked, until_close };

enum class Parse : std::uint8_t { need_more, done, failed };

struct RequestHead {
  Method method = Method::other;
  std::string_view method_text;
  std::string_view target;  // as it came
  std::string_view path;    // without the query; of absolute-form without the authority;
                            // "*" for asterisk-form, empty for CONNECT
  std::string_view query;   // after the first '?', without it
  int minor = 1;            // HTTP/1.minor
  std::span<const HeaderField> fields;
  std::string_view host;            // the Host field; empty only in HTTP/1.0
  Framing framing = Framing::none;  // none, length or chunked
  std::uint64_t content_length = 0;
  bool keep_alive = false;  // the client wants the connection kept
  bool expect_continue = false;
  bool upgrade = false;  // Connection: upgrade with an Upgrade field
  std::size_t size = 0;  // bytes of the head, empty lines before and blank line after it included
  // The value of the first field with this id, empty if there is none.
  std::string_view get(HeaderId id) const;
};

struct ResponseHead {
  int status = 0;
  std::string_view reason;
  int minor = 1;
  std::span<const HeaderField> fields;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;  // also said by an answer to HEAD, whose framing is none
  bool keep_alive = false;           // the connection may serve another request after the body
  std::size_t size = 0;
  std::string_view get(HeaderId id) const;
};

// The value of the first field with this id, empty if there is none.
std::string_view field_value(std::span<const HeaderField> fields, HeaderId id);

// Parses one head at the start of `in`. `store` is the caller's space for the fields; every view
// in `out` points into `in` or `store`. `out` is complete only for `done`; `fault` says why for
// `failed`. The outcome depends on the bytes alone, not on how they were split.
//
// Each call starts at the first byte. A caller that gets bytes drop by drop must therefore ask
// `head_may_be_complete` before it parses again, else a slow client costs quadratic time.
Parse parse_request(std::string_view in, const HttpLimits& limits, std::span<HeaderField> store, RequestHead& out,
                    HttpFault& fault);

// `request_method` decides with the status whether there is a body (RFC 9112 §6.3: none for HEAD,
// 1xx, 204, 304). A 1xx answer is `done` like any other; the final answer follows it.
Parse parse_response(std::string_view in, Method request_method, const HttpLimits& limits, std::span<HeaderField> store,
                     ResponseHead& out, HttpFault& fault);

// After `need_more`: is it worth parsing again? True when a blank line has come or the limit is
// reached. Looks at each byte once: `scanned` starts at 0 and belongs to this head.
bool head_may_be_complete(std::string_view in, const HttpLimits& limits, std::size_t& scanned);

}  // namespace fw::wire
