// What becomes of a request's fields at OpenAI. What no row names arrives as it was said; what a model
// refuses by its values (temperature beside a reasoning effort, say) it refuses in its own words.
#include <array>

#include "cloud/openai/openai.h"

namespace fw::cloud::openai {
namespace {

using dialect::Fate;
using dialect::Need;

constexpr std::string_view kReference = "openai 7.57.0, ChatCompletionCreateParams";
constexpr std::string_view kDate = "2026-11-13";

constexpr std::array<FieldRow, 3> kRows{{
    {{Need::max_tokens, Fate::mapped, "max_completion_tokens; reasoning models refuse max_tokens"},
     Dialect::chat,
     "",
     kReference,
     kDate},
    {{Need::service_tier, Fate::mapped, "fast is served and answered as priority"},
     Dialect::chat,
     "",
     kReference,
     kDate},
    {{Need::service_tier, Fate::mapped, "fast is served and answered as priority"},
     Dialect::responses,
     "",
     "openai 7.57.0, ResponseCreateParams",
     kDate},
}};

}  // namespace

std::span<const FieldRow> field_rows() { return kRows; }

}  // namespace fw::cloud::openai
