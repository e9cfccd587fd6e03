#include "config/address.h"

#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "wire/url.h"

namespace fw::config {
namespace {

constexpr std::size_t kUnixPathBytesMax = 107;  // sockaddr_un::sun_path less its final zero

AddressFault fault(std::string hint) { return {"an address such as 127.0.0.1:8080, [::1]:8080 or unix:/path", std::move(hint)}; }

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (true) {
    const auto dot = text.find('.');
    const auto part = text.substr(0, dot);
    if (part.size() > 3 || (part.size() > 1 && part[0] == '0') || !number<std::uint8_t>(part)) return false;
    ++parts;
    if (dot == text.npos) return parts == 4;
    text.remove_prefix(dot + 1);
  }
}

std::expected<Address, AddressFault> unix_address(std::string_view path) {
  if (path.empty()) return std::unexpected(fault("write the path behind unix:"));
  if (path.size() > kUnixPathBytesMax)
    return std::unexpected(fault(fmt::format("the path of a Unix socket has at most {} bytes", kUnixPathBytesMax)));
  return Address{"", 0, std::string(path)};
}

}  // namespace

std::expected<Address, AddressFault> parse_address(std::string_view text) {
  if (text.starts_with("unix:")) return unix_address(text.substr(5));
  if (text.find("://") != text.npos) return std::unexpected(fault("write no scheme: tls is a key of its own"));
  const auto colon = text.rfind(':');
  if (colon == text.npos)
    return std::unexpected(fault(number<std::uint16_t>(text) ? fmt::format("write 127.0.0.1:{}", text)
                                                             : std::string("add the port")));
  auto host = text.substr(0, colon);
  const auto port_text = text.substr(colon + 1);
  const auto port = number<std::uint16_t>(port_text);
  if (!port) return std::unexpected(fault("the port is a number from 0 to 65535"));
  if (host.empty() || host == "*")
    return std::unexpected(fault(fmt::format("write 0.0.0.0:{0} for every IPv4 address, [::]:{0} for IPv6 too", *port)));
  if (host == "localhost") host = "127.0.0.1";
  if (is_ipv4(host)) return Address{std::string(host), *port, ""};
  if (host.starts_with('[') && wire::valid_host(host)) return Address{std::string(host.substr(1, host.size() - 2)), *port, ""};
  if (host.find(':') != host.npos) return std::unexpected(fault("put an IPv6 address in brackets: [::1]:8080"));
  return std::unexpected(fault("write the IP address; names are not looked up here"));
}

std::string to_text(const Address& address) {
  if (!address.unix_path.empty()) return "unix:" + address.unix_path;
  const bool v6 = address.host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", address.host, address.port) : fmt::format("{}:{}", address.host, address.port);
}

}  // namespace fw::config
