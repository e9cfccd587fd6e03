// From the command line's words to those of the fake clouds.
#pragma once

#include "cli/commands.h"
#include "fake/options.h"

namespace fw::cli {

Result<net::Address> net_address(const config::Address& address);
// Errors are the operator's: an address that is none, a fault script that is not understood.
Result<fake::Options> fake_options(const FakeOptions& given);

}  // namespace fw::cli
