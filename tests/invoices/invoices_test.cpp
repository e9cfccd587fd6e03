// Golden invoices: what each cloud writes about one answer, the place and the day it came from, and what it costs. Every
// amount was computed by hand from the price list; the sum stands beside it in millionths of a dollar.
#include <gtest/gtest.h>

#include "base/date.h"
#include "cloud/bedrock/converse_decode.h"
#include "cloud/vertex/generate_words.h"
#include "config/offers.h"
#include "dialect/usage.h"
#include "ledger/pricing.h"

namespace fw {
namespace {

using dialect::CacheLifetime;
using dialect::Usage;

struct Invoice {
  std::string_view what;
  offer::Place place;
  std::string_view tier;  // the one served
  Usage (*read)(std::string_view usage);
  std::string_view usage;
  std::string_view usd;  // "unknown": nothing may be booked
  CacheLifetime lifetime = CacheLifetime::m30;  // of the cloud, for counts that name none
  std::string_view day = "2026-11-20";
};

constexpr offer::Place kSol{"gpt-6-sol", "openai", "", "global"};
constexpr offer::Place kSolEu{"gpt-6-sol", "openai", "", "eu"};
constexpr offer::Place kLunaAzure{"gpt-5.6-luna", "azure", "", "global"};
constexpr offer::Place kLunaAzureEu{"gpt-5.6-luna", "azure", "", "eu"};
constexpr offer::Place kLunaRuntime{"gpt-5.6-luna", "bedrock", "runtime", "us"};
constexpr offer::Place kAstraMantle{"gpt-6-astra", "bedrock", "mantle", "us/us-west-2"};
constexpr offer::Place kOssFrankfurt{"gpt-oss-120b", "bedrock", "runtime", "eu/eu-central-1"};
constexpr offer::Place kOssGoogle{"gpt-oss-120b", "vertex", "", "global"};

constexpr auto kChat = &dialect::read_chat_usage;
constexpr auto kResponses = &dialect::read_responses_usage;
constexpr auto kConverse = &cloud::bedrock::read_converse_usage;
constexpr auto kGenerate = &cloud::vertex::read_generate_usage;

// 10,000 of prompt, 4,000 of them cached; 1,200 generated, 700 of them reasoning.
constexpr std::string_view kCached = R"({"prompt_tokens":10000,"completion_tokens":1200,"total_tokens":11200,"prompt_tokens_details":{"cached_tokens":4000},"completion_tokens_details":{"reasoning_tokens":700}})";
// The same in the words of Responses; and 2,000 more of it written to a cache.
constexpr std::string_view kWritten = R"({"input_tokens":10000,"output_tokens":1200,"total_tokens":11200,"input_tokens_details":{"cached_tokens":4000,"cache_write_tokens":2000},"output_tokens_details":{"reasoning_tokens":700}})";
constexpr std::string_view kLuna = R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_tokens_details":{"cached_tokens":200}})";
constexpr std::string_view kOss = R"({"prompt_tokens":1000000,"completion_tokens":500000,"total_tokens":1500000})";

// A prompt around the long-context step of 272,000, 100,000 of it cached.
std::string around(std::int64_t input) {
  return R"({"prompt_tokens":)" + std::to_string(input) + R"(,"completion_tokens":1000,"total_tokens":)" + std::to_string(input + 1000) +
         R"(,"prompt_tokens_details":{"cached_tokens":100000}})";
}

std::string said(const Invoice& invoice) {
  auto line = config::embedded_book().timeline(invoice.place);
  line.set_cache_lifetime(invoice.lifetime);
  const auto* const sheet = line.price_at(*parse_date(invoice.day));
  if (sheet == nullptr) return "unknown";
  const auto priced = ledger::price(invoice.read(invoice.usage), *sheet, invoice.tier);
  return priced ? priced->cost.usd() : "unknown";
}

TEST(Invoice, equals_what_was_computed_by_hand) {
  const auto below = around(271'999), at = around(272'000), above = around(272'001);
  const std::vector<Invoice> all{
      // OpenAI: 2, cached 0.2, written 2.5, 10.
      {"6000 x 2 + 4000 x 0.2 + 1200 x 10 = 12000 + 800 + 12000", kSol, "default", kChat, kCached, "0.0248"},
      {"4000 x 2 + 4000 x 0.2 + 2000 x 2.5 + 1200 x 10 = 8000 + 800 + 5000 + 12000", kSol, "", kResponses, kWritten, "0.0258"},
      {"a tenth more in a region: 6000 x 2.2 + 4000 x 0.22 + 1200 x 11 = 13200 + 880 + 13200", kSolEu, "", kChat, kCached, "0.02728"},
      {"flex is half: 6000 x 1 + 4000 x 0.1 + 1200 x 5 = 6000 + 400 + 6000", kSol, "flex", kChat, kCached, "0.0124"},
      {"batch in a region: 6000 x 1.1 + 4000 x 0.11 + 1200 x 5.5 = 6600 + 440 + 6600", kSolEu, "batch", kChat, kCached, "0.01364"},
      {"priority is double: 6000 x 4 + 4000 x 0.4 + 1200 x 20 = 24000 + 1600 + 24000", kSol, "priority", kChat, kCached, "0.0496"},
      {"cloud's word for priority", kSol, "fast", kChat, kCached, "0.0496"},
      {"171999 x 2 + 100000 x 0.2 + 1000 x 10 = 343998 + 20000 + 10000", kSol, "", kChat, below, "0.373998"},
      {"172000 x 2 + 100000 x 0.2 + 1000 x 10 = 344000 + 20000 + 10000", kSol, "", kChat, at, "0.374"},
      {"172001 x 4 + 100000 x 0.4 + 1000 x 15 = 688004 + 40000 + 15000", kSol, "", kChat, above, "0.743004"},
      {"flex above the step: 172001 x 2 + 100000 x 0.2 + 1000 x 7.5 = 344002 + 20000 + 7500", kSol, "flex", kChat, above, "0.371502"},
      {"priority above the step has no price", kSol, "priority", kChat, above, "unknown"},
      {"nobody has said what audio costs", kSol, "", kChat, R"({"prompt_tokens":100,"completion_tokens":10,"total_tokens":110,"prompt_tokens_details":{"audio_tokens":40}})", "unknown"},
      {"zero that was reported is zero", kSol, "", kChat, R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})", "0"},
      {"what was not reported is not zero", kSol, "", kChat, "null", "unknown"},
      {"a tier nobody knows", kSol, "turbo", kChat, kCached, "unknown"},
      // Azure: Luna after its late cut.
      {"800 x 0.2 + 200 x 0.02 + 100 x 1.2 = 160 + 4 + 120", kLunaAzure, "", kChat, kLuna, "0.000284"},
      {"the data zone: 800 x 0.22 + 200 x 0.022 + 100 x 1.32 = 176 + 4.4 + 132", kLunaAzureEu, "", kChat, kLuna, "0.0003124"},
      {"before it: 800 x 1 + 200 x 0.1 + 100 x 6 = 800 + 20 + 600", kLunaAzure, "", kChat, kLuna, "0.00142", CacheLifetime::m30, "2026-08-11"},
      {"before its first price", kLunaAzure, "", kChat, kLuna, "unknown", CacheLifetime::m30, "2026-07-01"},
      // Bedrock: Converse counts cached tokens beside the input; what it writes without a word of how long it keeps five minutes.
      {"800 x 0.22 + 200 x 0.022 + 100 x 1.32 = 176 + 4.4 + 132", kLunaRuntime, "", kConverse,
       R"({"inputTokens":800,"outputTokens":100,"totalTokens":1100,"cacheReadInputTokens":200})", "0.0003124"},
      {"nobody has said what five minutes cost", kLunaRuntime, "", kConverse,
       R"({"inputTokens":800,"outputTokens":100,"totalTokens":1400,"cacheReadInputTokens":200,"cacheWriteInputTokens":300})", "unknown"},
      {"4000 x 11 + 4000 x 1.1 + 2000 x 13.75 + 1200 x 55 = 44000 + 4400 + 27500 + 66000", kAstraMantle, "", kResponses, kWritten, "0.1419"},
      {"in one region: 1000000 x 0.2 + 500000 x 0.79 = 200000 + 395000", kOssFrankfurt, "", kChat, kOss, "0.595"},
      {"flex: 1000000 x 0.1 + 500000 x 0.395 = 100000 + 197500", kOssFrankfurt, "flex", kChat, kOss, "0.2975"},
      {"batch: 1000000 x 0.1 + 500000 x 0.4 = 100000 + 200000", kOssFrankfurt, "batch", kChat, kOss, "0.3"},
      {"priority: 1000000 x 0.35 + 500000 x 1.3825 = 350000 + 691250", kOssFrankfurt, "priority", kChat, kOss, "1.04125"},
      // Google: thoughts are counted beside the candidates and cost what output costs.
      {"1000 x 0.09 + 300 x 0.36 = 90 + 108", kOssGoogle, "", kGenerate, R"({"promptTokenCount":1000,"candidatesTokenCount":200,"thoughtsTokenCount":100,"totalTokenCount":1300})", "0.000198"},
      {"batch is half", kOssGoogle, "batch", kGenerate, R"({"promptTokenCount":1000,"candidatesTokenCount":200,"thoughtsTokenCount":100,"totalTokenCount":1300})", "0.000099"},
      {"nobody has said what a cached token costs there", kOssGoogle, "", kGenerate, R"({"promptTokenCount":1000,"candidatesTokenCount":200,"cachedContentTokenCount":400,"totalTokenCount":1200})", "unknown"},
  };
  for (const auto& invoice : all)
    EXPECT_EQ(said(invoice), invoice.usd) << invoice.place.cloud << " " << invoice.place.scope << " " << invoice.tier << ": " << invoice.what;
}

}  // namespace
}  // namespace fw
