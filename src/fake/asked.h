// A request's body and what was read of it.
#pragma once

#include <memory>
#include <string>

#include "fake/ask.h"

namespace fw::fake {

// Views of `ask` point into `body`, or, where that is empty, into the request's own.
struct Asked {
  Endpoint endpoint = Endpoint::chat;
  bool model_in_path = false;
  std::string body;
  std::expected<Ask, Refusal> ask = Ask{};
};

// Bodies up to this size are remembered.
inline constexpr std::size_t kAskedBytesMax = 64u << 10;

// `last` again where endpoint and body are the same: a load generator says one thing all day, and reading it
// is the dearest part of an answer. Else the body is read; `body` must outlive what comes back.
std::shared_ptr<const Asked> read_asked(std::shared_ptr<const Asked> last, Endpoint endpoint, bool model_in_path,
                                        const std::string& body);

}  // namespace fw::fake
