// Bedrock's failures: the native API's exceptions, and the OpenAI-shaped errors of the other paths.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/adapter.h"

namespace fw::cloud::aws {

inline constexpr std::size_t kWordBytesMax = 256;
inline constexpr std::size_t kMessageBytesMax = 4096;

Verdict classify(const Answer& answer, WallTime now);
Verdict classify_stream(const dialect::ProviderStreamError& error);

// One line without control bytes, cut at a limit but never inside a character.
std::string tidy(std::string_view text, std::size_t bytes_max);

// Without what tells tenants about the account: ARNs become "arn:*", numbers of twelve digits
// twelve stars. Never longer than before.
std::string masked(std::string text);

// How far this machine's clock is ahead of AWS's (negative: behind), read from "Signature expired:
// 20261122T000000Z is now earlier than … (20261122T001000Z - 5 min.)" and its like. Nothing: no such
// message.
std::optional<std::int64_t> clock_ahead_s(std::string_view message);

}  // namespace fw::cloud::aws
