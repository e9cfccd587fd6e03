// Addresses to listen on, as people write them.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "config/config.h"

namespace fw::config {

// What an address must look like and how to mend a wrong one.
struct AddressFault {
  std::string expected;
  std::string hint;
};

// "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (is 127.0.0.1), "unix:/path". Port 0 is allowed.
std::expected<Address, AddressFault> parse_address(std::string_view text);

// The same in one spelling, for logs and messages.
std::string to_text(const Address& address);

}  // namespace fw::config
