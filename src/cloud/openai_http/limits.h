// The limits that servers of OpenAI's HTTP tell in the heads of their answers.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "cloud/limits.h"
#include "wire/http1.h"

namespace fw::cloud::openai_http {

// The three fields of one limit, as a cloud names them.
struct LimitFields {
  wire::HeaderId limit, remaining, reset;
};
// How a reset is written; nothing: it is not written so.
using ResetMs = std::optional<std::int64_t> (*)(std::string_view text, WallTime now);

// One limit. Nothing where the limit or what remains is missing, twice there, no plain number, or more remains than the
// limit: half a limit tells nothing. A reset that cannot be read counts as not said.
std::optional<StatedLimit> limit_of(std::span<const wire::HeaderField> fields, const LimitFields& names, ResetMs reset,
                                    WallTime now);

// x-ratelimit-{limit,remaining,reset}-{requests,tokens}, the reset as duration_ms reads it.
// Sources: OpenAI docs "Rate limits", Azure docs "Manage quota".
StatedLimits limits(std::span<const wire::HeaderField> fields);

// All of the text: a plain number of seconds (Azure) or a duration (OpenAI: "20ms", "1.2s", "6m0s"), in ms, up to a day;
// nothing: it is neither, or longer.
std::optional<std::int64_t> duration_ms(std::string_view text);

}  // namespace fw::cloud::openai_http
