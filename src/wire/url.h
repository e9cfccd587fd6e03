// http and https URLs as an operator writes them, and what may stand in a Host field.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace fw::wire {

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address without its brackets
  std::string path;    // starts with '/' or is empty; no trailing slash
  std::string query;   // without '?'
  std::uint16_t port = 0;
  bool tls = false;
  // host[:port], without the scheme's own port, an IPv6 address in brackets.
  std::string authority() const;
};

// No userinfo, no fragment, nothing that is not visible ASCII. The error says what is wrong and
// how it should look; it does not repeat the text, which may hold a secret.
std::expected<Url, std::string> parse_url(std::string_view text);

// A path segment with everything but the unreserved characters of RFC 3986 §2.3 as %XX.
std::string percent_encode_segment(std::string_view segment);

// Appends one pair of an application/x-www-form-urlencoded body (WHATWG URL §5.2 by %XX alone), with
// '&' before it unless `out` is empty.
void append_form(std::string& out, std::string_view name, std::string_view value);

// A name of letters, digits, '-', '_' and '.', an IPv4 address, or an IPv6 address in brackets.
// No port. At most 253 bytes.
bool valid_host(std::string_view host);

// valid_host with an optional port of 1 to 65535 (an empty port too): the grammar of a Host field.
bool valid_authority(std::string_view authority);

}  // namespace fw::wire
