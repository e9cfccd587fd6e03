#include "offer/row.h"

#include <array>

#include <fmt/format.h>

#include "base/date.h"

namespace fw::offer {
namespace {

using namespace std::string_view_literals;

constexpr std::array kKinds{"documented"sv, "third-party"sv, "probed"sv};
// Oracle has no adapter yet, but is known to sell some of the models and not the others.
constexpr std::array kClouds{"openai"sv, "azure"sv, "bedrock"sv, "vertex"sv, "oracle"sv, "compatible"sv, "anthropic"sv};
constexpr std::array kTiers{kStandardTier, "batch"sv, "flex"sv, "priority"sv, "scale"sv, "reserved"sv};
constexpr std::array kHosts{"runtime"sv, "mantle"sv};

void add_meters(const Meters& meters, const std::string& prefix, std::vector<std::pair<std::string, std::string>>& to) {
  Meters copy = meters;
  for (const auto& name : meter_names())
    if (const auto& price = *find_meter(copy, name)) to.emplace_back(prefix + name, price->per_million());
}

}  // namespace

std::string_view name(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::span<const std::string_view> cloud_words() { return kClouds; }
std::span<const std::string_view> tier_words() { return kTiers; }
std::span<const std::string_view> host_words() { return kHosts; }

std::vector<std::pair<std::string, std::string>> price_texts(const Row& row) {
  std::vector<std::pair<std::string, std::string>> texts;
  add_meters(row.meters, "", texts);
  if (!row.long_context) return texts;
  texts.emplace_back("long_context.above", std::to_string(row.long_context->above));
  add_meters(row.long_context->meters, "long_context.", texts);
  return texts;
}

std::string row_id(const Row& row) {
  return fmt::format("{}/{}{}{}/{}/{}/{}", row.model, row.cloud, row.host.empty() ? "" : ":", row.host, row.scope,
                     row.tier, date_text(row.from));
}

}  // namespace fw::offer
