#include "cloud/anthropic/models.h"

#include <algorithm>
#include <array>

namespace fw::cloud::anthropic {
namespace {

using enum Thinking;

// @ai-sdk/anthropic 3.0.139 getModelCapabilities, read 2026-11-22, for limits and for who may stop thinking; which
// efforts a model knows: @anthropic-ai/sdk 1.12.0 OutputConfig and Anthropic's guide "Effort" [unverified for 4.5 and
// 4.6]. The first row that fits counts.
constexpr std::array<Model, 15> kModels{{
    {"claude-sonnet-5-5", 128'000, adaptive, Efforts::all, false},
    {"claude-opus-5-5", 128'000, adaptive, Efforts::all, false},
    {"claude-fable-5", 128'000, adaptive, Efforts::all, false},
    {"claude-sonnet-4-6", 128'000, adaptive, Efforts::max, true},
    {"claude-opus-4-6", 128'000, adaptive, Efforts::max, true},
    {"claude-opus-4-5", 64'000, budget, Efforts::high, true},
    {"claude-sonnet-4-5", 64'000, budget, Efforts::none, true},
    {"claude-haiku-4-5", 64'000, budget, Efforts::none, true},
    {"claude-opus-4-7", 128'000, adaptive, Efforts::all, true},
    {"claude-opus-4-8", 128'000, adaptive, Efforts::all, true},
    {"claude-sonnet-4", 64'000, budget, Efforts::none, true},
    {"claude-opus-4", 32'000, budget, Efforts::none, true},
    {"claude-3", 4'096, Thinking::none, Efforts::none, true},
    {"claude-", 128'000, adaptive, Efforts::all, true},
    {"", 4'096, Thinking::none, Efforts::none, true},
}};

}  // namespace

const Model& model_of(std::string_view id) {
  return *std::ranges::find_if(kModels, [id](const Model& model) { return id.find(model.part) != id.npos; });
}

}  // namespace fw::cloud::anthropic
