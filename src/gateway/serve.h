// One client's connection, from its first request to its end.
#pragma once

#include <memory>

#include "gateway/core.h"

namespace fw::gateway {

net::Task<void> serve(Core& core, std::unique_ptr<net::Stream> stream, net::Lasting = {});

}  // namespace fw::gateway
