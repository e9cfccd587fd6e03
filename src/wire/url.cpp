#include "wire/url.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "wire/http1_bytes.h"
#include "wire/http1_names.h"

namespace fw::wire {
namespace {

constexpr std::size_t kHostBytesMax = 253;  // RFC 1035 §2.3.4
constexpr std::size_t kLabelBytesMax = 63;

bool is_alnum(char c) { return bytes::is_digit(c) || (bytes::lower(c) >= 'a' && bytes::lower(c) <= 'z'); }

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, bytes::is_digit); }

std::optional<unsigned> small_number(std::string_view digits, unsigned max) {
  if (!all_digits(digits) || digits.size() > 5) return std::nullopt;
  unsigned value = 0;
  for (char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
  return value <= max ? std::optional(value) : std::nullopt;
}

bool valid_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return false;
    const std::string_view octet = text.substr(0, dot);
    if (!small_number(octet, 255) || (octet.size() > 1 && octet[0] == '0')) return false;
    if (part < 3) text.remove_prefix(dot + 1);
  }
  return true;
}

// Groups of one to four hex digits with a colon between them; how many, or -1. The last may be an
// IPv4 address, which counts for two.
int ipv6_groups(std::string_view text, bool may_end_in_ipv4) {
  int groups = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && may_end_in_ipv4 && valid_ipv4(group)) return groups + 2;
    if (group.empty() || group.size() > 4) return -1;
    if (!std::ranges::all_of(group, [](char c) { return bytes::hex_digit(c) >= 0; })) return -1;
    ++groups;
    if (last) return groups;
    text.remove_prefix(colon + 1);
    if (text.empty()) return -1;
  }
  return groups;
}

// RFC 4291 §2.2, without a zone.
bool valid_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(text, true) == 8;
  const std::string_view after = text.substr(gap + 2);
  if (after.find("::") != std::string_view::npos) return false;
  const int left = ipv6_groups(text.substr(0, gap), false);
  const int right = ipv6_groups(after, true);
  return left >= 0 && right >= 0 && left + right <= 7;
}

// Labels of letters, digits, '-' and '_' with dots between them, in one pass: every request has a host.
bool valid_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::size_t label_bytes = 0;
  bool digits_only = true;  // in the last label
  for (char c : name) {
    if (c == '.') {
      if (label_bytes == 0) return false;
      label_bytes = 0;
      digits_only = true;
      continue;
    }
    if (!bytes::is(c, bytes::label) || ++label_bytes > kLabelBytesMax) return false;
    digits_only = digits_only && bytes::is_digit(c);
  }
  return label_bytes != 0 && (!digits_only || valid_ipv4(name));  // "1.2.3" is neither a name nor an address
}

struct HostPort {
  std::string_view host;
  std::string_view port;
  bool has_port = false;
};

HostPort split_authority(std::string_view authority) {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  const std::size_t colon = bracket == std::string_view::npos ? bracket : authority.find(':', bracket);
  if (colon == std::string_view::npos) return {authority, {}, false};
  return {authority.substr(0, colon), authority.substr(colon + 1), true};
}

bool valid_port(std::string_view port) {
  const std::optional<unsigned> number = small_number(port, 65535);
  return number && *number != 0;
}

std::optional<std::string> path_problem(std::string_view rest) {
  for (char c : rest) {
    if (c == '#') return "a fragment ('#') has no place in this URL; remove it";
    if (!bytes::is(c, bytes::target) || c == '\\')
      return "the URL holds a byte that is no visible ASCII character; percent-encode it";
  }
  return std::nullopt;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return static_cast<char>(bytes::lower(c)); });
  return out;
}

// What stands between "://" and the path.
std::optional<std::string> read_authority(std::string_view authority, Url& out) {
  if (authority.empty()) return "the URL has no host; expected https://host[:port]/path";
  if (authority.find('@') != std::string_view::npos)
    return "user and password do not belong in a URL; remove what stands before '@'";
  const HostPort parts = split_authority(authority);
  if (!valid_host(parts.host))
    return "the host is not valid; expected a name such as api.example.com, an IPv4 address, or an IPv6 address in "
           "brackets";
  if (parts.has_port && !valid_port(parts.port)) return "the port is not valid; expected a number from 1 to 65535";
  out.port = static_cast<std::uint16_t>(parts.has_port ? *small_number(parts.port, 65535) : out.tls ? 443U : 80U);
  const bool bracketed = parts.host.starts_with('[');
  out.host = lower_case(bracketed ? parts.host.substr(1, parts.host.size() - 2) : parts.host);
  return std::nullopt;
}

}  // namespace

std::string Url::authority() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::expected<Url, std::string> parse_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos)
    return std::unexpected("this is no absolute URL; expected https://host[:port]/path");
  Url out;
  out.scheme = lower_case(text.substr(0, colon));
  if (out.scheme != "http" && out.scheme != "https")
    return std::unexpected("the URL's scheme is not known here; expected http or https");
  out.tls = out.scheme == "https";
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  if (auto problem = read_authority(rest.substr(0, end), out)) return std::unexpected(*problem);
  std::string_view path = rest.substr(end);
  if (auto problem = path_problem(path)) return std::unexpected(*problem);
  const std::size_t mark = path.find('?');
  if (mark != std::string_view::npos) out.query = path.substr(mark + 1);
  path = path.substr(0, mark);
  while (path.ends_with('/')) path.remove_suffix(1);
  out.path = path;
  return out;
}

std::string percent_encode_segment(std::string_view segment) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(segment.size());
  for (char c : segment) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

void append_form(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += '&';
  out.append(percent_encode_segment(name)).append("=").append(percent_encode_segment(value));
}

bool valid_host(std::string_view host) {
  if (host.empty() || host.size() > kHostBytesMax) return false;
  if (!host.starts_with('[')) return valid_name(host);
  return host.ends_with(']') && valid_ipv6(host.substr(1, host.size() - 2));
}

bool valid_authority(std::string_view authority) {
  const HostPort parts = split_authority(authority);
  return valid_host(parts.host) && (parts.port.empty() || valid_port(parts.port));
}

}  // namespace fw::wire
