// What a request is expected to cost: quick integers for the choice. What is booked is counted by
// ledger/pricing.h from what the cloud counted.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "offer/price.h"
#include "route/decision.h"

namespace fw::route {

// Prices per token in 10^-12 USD; kUnknownCost: unknown.
struct QuickMeters {
  Pico input = kUnknownCost;
  Pico cold = kUnknownCost;    // of a prompt that is written to the cache, where that is charged: else `input`
  Pico cached = kUnknownCost;  // read from the cache: else `input`
  Pico output = kUnknownCost;
};

struct QuickPrice {
  QuickMeters base;
  QuickMeters beyond;                // for the whole request when its input is above the step
  std::int64_t above = INT64_MAX;
};

// By tier; a tier the sheet does not know has no price.
using QuickPrices = std::array<QuickPrice, kTiers>;
QuickPrices quick_prices(const offer::PriceSheet& sheet);

// Prompts shorter than this are not cached (OpenAI, Azure and Bedrock: 1,024 tokens).
inline constexpr std::uint32_t kCachedMin = 1'024;

// `warm` of the input tokens are believed to be in the place's cache.
Pico expected_cost(const QuickPrice& price, std::uint32_t input, std::uint32_t warm, std::uint32_t output);

// What requests for a model usually amount to, learned from what clouds counted. Integers, so that
// the same requests give the same expectation.
class Usual {
 public:
  void learn(std::uint64_t body_bytes, std::uint64_t input_tokens, std::uint64_t output_tokens);
  std::uint32_t input_tokens(std::uint64_t body_bytes) const;
  std::uint32_t output_tokens(std::uint64_t most) const;

 private:
  std::uint32_t per_kib_ = 256 << 8;  // tokens per KiB of body, in 256ths: four bytes a token
  std::uint32_t output_ = 300 << 8;   // in 256ths
};

}  // namespace fw::route
