#include "wire/http1_fault.h"

#include <array>
#include <cstddef>

namespace fw::wire {
namespace {

struct Row {
  HttpFault fault;
  Code code;
  std::string_view text;
};

constexpr Code kBad = Code::malformed_request;

constexpr std::array<Row, static_cast<std::size_t>(HttpFault::count_)> kRows{{
    {HttpFault::none, Code::internal_error, "There is nothing wrong with the message."},
    {HttpFault::too_many_empty_lines, kBad, "There are too many empty lines before the request line."},
    {HttpFault::method_invalid, kBad,
     "The request line does not start with a method; expected a token such as GET or POST and one space."},
    {HttpFault::method_too_long, Code::not_implemented, "The method is longer than any known method."},
    {HttpFault::target_missing, kBad,
     "The request line has no target; expected METHOD, one space, target, one space, HTTP/1.1."},
    {HttpFault::target_invalid, kBad,
     "The request target holds a byte that is no visible ASCII character, or a fragment; such bytes must be "
     "percent-encoded."},
    {HttpFault::target_too_long, Code::uri_too_long, "The request target is longer than the limit."},
    {HttpFault::target_form, kBad,
     "The request target has the wrong form for its method; expected a path that starts with '/', or an absolute http "
     "URL."},
    {HttpFault::version_missing, Code::http_version,
     "The request line has no HTTP version; HTTP/0.9 is not supported, HTTP/1.1 is."},
    {HttpFault::version_malformed, kBad, "The HTTP version is malformed; expected HTTP/1.1 at this place."},
    {HttpFault::version_unsupported, Code::http_version,
     "The HTTP version is not supported here; expected HTTP/1.1 or HTTP/1.0."},
    {HttpFault::http2_preface, Code::http_version,
     "This is the preface of HTTP/2, which is not spoken here in clear text; expected HTTP/1.1."},
    {HttpFault::status_malformed, kBad, "The status line is malformed; expected three digits after the version."},
    {HttpFault::status_out_of_range, kBad, "The status code is outside of 100 to 599."},
    {HttpFault::bare_cr, kBad, "A carriage return stands without its line feed; lines must end in CR LF."},
    {HttpFault::bare_lf, kBad, "A line ends in a bare line feed; lines must end in CR LF."},
    {HttpFault::control_character, kBad, "A line holds a control character."},
    {HttpFault::folded_line, kBad, "A header line starts with white space; folded lines are not accepted."},
    {HttpFault::field_name_empty, kBad, "A header line has no name before its colon."},
    {HttpFault::field_name_invalid, kBad, "A header name holds a character that is not allowed there."},
    {HttpFault::space_before_colon, kBad, "There is white space between a header name and its colon."},
    {HttpFault::colon_missing, kBad, "A header line has no colon."},
    {HttpFault::head_too_large, Code::headers_too_large, "The header section is larger than the limit."},
    {HttpFault::too_many_fields, Code::headers_too_large, "There are more header fields than the limit."},
    {HttpFault::host_missing, kBad, "The Host header is missing; HTTP/1.1 requires exactly one."},
    {HttpFault::host_repeated, kBad, "There is more than one Host header; HTTP/1.1 requires exactly one."},
    {HttpFault::host_invalid, kBad, "The Host header is not a host name or address with an optional port."},
    {HttpFault::host_differs, kBad, "The Host header differs from the host in the request target."},
    {HttpFault::content_length_invalid, kBad, "The Content-Length is not a decimal number."},
    {HttpFault::content_length_overflow, Code::request_too_large,
     "The Content-Length is larger than any body could be."},
    {HttpFault::content_length_repeated, kBad, "There is more than one Content-Length."},
    {HttpFault::length_and_encoding, kBad, "There is both a Content-Length and a Transfer-Encoding."},
    {HttpFault::encoding_repeated, kBad, "There is more than one Transfer-Encoding header."},
    {HttpFault::encoding_unknown, Code::not_implemented,
     "The Transfer-Encoding is not implemented; expected exactly 'chunked'."},
    {HttpFault::encoding_in_http10, kBad, "HTTP/1.0 has no Transfer-Encoding."},
    {HttpFault::expectation_unknown, Code::expectation_failed,
     "The Expect header asks for something unknown; expected '100-continue'."},
    {HttpFault::chunk_size_missing, kBad, "A chunk has no size; expected a hexadecimal number."},
    {HttpFault::chunk_size_invalid, kBad, "A chunk size is malformed; expected a hexadecimal number and CR LF."},
    {HttpFault::chunk_size_overflow, Code::request_too_large, "A chunk size is larger than any body could be."},
    {HttpFault::chunk_extension_invalid, kBad, "A chunk extension is malformed; expected ;name or ;name=value."},
    {HttpFault::chunk_extensions_too_long, Code::headers_too_large,
     "The chunk extensions of the message are longer than the limit."},
    {HttpFault::chunk_end_missing, kBad, "A chunk is not followed by CR LF."},
    {HttpFault::trailer_invalid, kBad, "A trailer line is malformed; expected a name, a colon and a value."},
    {HttpFault::trailers_too_long, Code::headers_too_large, "The trailers are longer than the limit."},
}};

constexpr bool rows_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<std::size_t>(kRows[i].fault) != i || kRows[i].text.empty()) return false;
  return true;
}
static_assert(rows_in_order());

}  // namespace

std::string_view say(HttpFault fault) { return kRows[static_cast<std::size_t>(fault)].text; }

Code code(HttpFault fault) { return kRows[static_cast<std::size_t>(fault)].code; }

}  // namespace fw::wire
