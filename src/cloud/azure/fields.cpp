// What becomes of a request's fields on Azure. A deployment's name says nothing about its model, so no row is bound
// to one; what a model or an API version lacks (flex, an effort) Azure refuses with 400 in its own words.
#include <array>

#include "cloud/azure/azure.h"

namespace fw::cloud::azure {
namespace {

using dialect::Fate;
using dialect::Need;

constexpr std::array<FieldRow, 1> kRows{{
    {{Need::max_tokens, Fate::mapped, "max_completion_tokens; reasoning models refuse max_tokens"},
     Dialect::chat,
     "",
     "MicrosoftDocs/azure-ai-docs, openai/how-to/reasoning.md",
     "2026-02-24"},
}};

}  // namespace

std::span<const FieldRow> field_rows() { return kRows; }

}  // namespace fw::cloud::azure
