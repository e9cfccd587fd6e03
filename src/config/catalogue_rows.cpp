#include "config/catalogue_rows.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "base/date.h"
#include "offer/decimal.h"

namespace fw::config::catalogue {

// What a catalogue calls a cloud, and where the prices of a bare word of that cloud hold.
struct Collector::Cloud {
  Source::Names names;
  std::string_view word;
  std::string_view cloud;
  std::string_view host;
  std::string_view scope;  // of prices without a region
  bool profiles = false;   // a word may begin with the geography it is for
};
struct Collector::Clouds {
  static constexpr std::array<Cloud, 10> all{{
      {Source::Names::genai, "openai", "openai", "", "global"},
      {Source::Names::genai, "azure", "azure", "", "global"},
      {Source::Names::genai, "aws", "bedrock", "", "*/*", true},
      {Source::Names::genai, "anthropic", "anthropic", "", "global"},
      {Source::Names::portkey, "openai", "openai", "", "global"},
      {Source::Names::portkey, "azure-openai", "azure", "", "global"},
      {Source::Names::portkey, "bedrock", "bedrock", "", "*/*", true},
      {Source::Names::portkey, "bedrock-mantle", "bedrock", "mantle", "*/*"},
      {Source::Names::portkey, "vertex-ai", "vertex", "", "global"},
      {Source::Names::portkey, "anthropic", "anthropic", "", "global"},
  }};
};

namespace {

constexpr std::array<std::string_view, 9> kProfiles{"global", "us", "eu", "in", "jp", "apac", "au", "ca", "us-gov"};

std::string meter_name(std::string_view meter, std::string_view id) {
  if (meter != "cache_write") return std::string(meter);
  // The catalogues have one price of cache writes: of 30 minutes for OpenAI's models, of 5 for Anthropic's.
  return id.find("claude") == id.npos ? "cache_write.30m" : "cache_write.5m";
}

std::string profile_of(std::string_view id) {
  const auto first = id.substr(0, id.find('.'));
  return std::ranges::find(kProfiles, first) == kProfiles.end() ? "" : std::string(first);
}

// "us,eu" -> us, eu; "eu-west-1" -> */eu-west-1, since a catalogue does not say which geography a region is of.
std::vector<std::string> scopes_of(std::string_view regions) {
  std::vector<std::string> scopes;
  while (!regions.empty()) {
    const auto one = regions.substr(0, regions.find(','));
    regions.remove_prefix(std::min(one.size() + 1, regions.size()));
    scopes.push_back(one.find('-') == one.npos ? std::string(one) : fmt::format("*/{}", one));
  }
  return scopes;
}

}  // namespace

void Found::add(std::string_view meter, std::string_view number, int shift) {
  if (number.empty()) return;
  auto price = offer::shifted(number, shift);
  if (price) prices.emplace_back(meter_name(meter, id), std::move(*price));
  else fault = fmt::format("{} '{}' is no price", meter, number);
}

void Found::add_long(std::string_view meter, std::string_view number, std::string_view step, int shift) {
  const auto above = std::ranges::find(prices, "long_context.above", &std::pair<std::string, std::string>::first);
  if (above == prices.end()) prices.emplace_back("long_context.above", step);
  else if (above->second != step) fault = "meters with different steps of context";
  auto price = offer::shifted(number, shift);
  if (price) prices.emplace_back("long_context." + meter_name(meter, id), std::move(*price));
  else fault = fmt::format("{} '{}' is no price", meter, number);
}

bool Collector::open(std::string_view cloud) {
  const auto at = std::ranges::find_if(Clouds::all, [&](const Cloud& c) { return c.names == source_.names && c.word == cloud; });
  cloud_ = at == Clouds::all.end() ? nullptr : &*at;
  return cloud_ != nullptr;
}

offer::RowText Collector::row_of(const Found& found) const {
  offer::RowText row;
  const auto meant = book_.model_of(cloud_->cloud, found.id);
  row.model = meant.empty() ? found.id : std::string(meant);
  row.ids = {found.id};
  row.cloud = cloud_->cloud;
  row.host = cloud_->host;
  row.tier = found.tier;
  row.scope = scopes_of(found.regions);
  if (row.scope.empty()) {
    const auto profile = cloud_->profiles ? profile_of(found.id) : "";
    row.scope = {profile.empty() ? std::string(cloud_->scope) : profile};
  }
  const auto checked = found.date.empty() ? source_.date : found.date;
  row.from = found.from.empty() ? checked : found.from;
  row.until = found.until;
  // What held before the first dated price held the day before it at least.
  const auto from = parse_date(row.from), until = parse_date(row.until);
  if (from && until && *until <= *from) row.from = date_text({until->ns - kDayNs});
  row.usd_per_million = found.prices;
  row.evidence = {{"", source_.text, checked, "third-party"}};
  return row;
}

void Collector::take(Found found) {
  if (!found.fault.empty()) return left_out_.push_back(fmt::format("{}: {}", found.id, found.fault));
  if (!found.prices.empty()) text_.rows.push_back(row_of(found));
}

void Collector::finish(std::vector<offer::Row>& rows, std::vector<std::string>& left_out) {
  // An alias and the model's own name are one place: the entry that ends in the model's name counts.
  std::set<std::tuple<std::string, std::string, std::string, std::string, std::vector<std::string>, std::string>> known;
  offer::BookText kept;
  for (const bool own_name : {true, false})
    for (const auto& row : text_.rows) {
      if (row.ids[0].ends_with(row.model) != own_name) continue;
      if (known.emplace(row.model, row.cloud, row.host, row.tier, row.scope, row.from).second) kept.rows.push_back(row);
      else left_out_.push_back(fmt::format("{}: another word for {}", row.ids[0], row.model));
    }
  std::vector<offer::Fault> faults;
  rows = offer::read_rows(kept, faults);
  for (const auto& fault : faults) {
    const auto& row = kept.rows[static_cast<std::size_t>(fault.row)];
    left_out_.push_back(fmt::format("{}: {}: found {}, expected {}", row.ids[0], fault.path, fault.found, fault.expected));
  }
  std::set<std::string> told;  // a model has many tiers and regions
  for (auto& why : left_out_)
    if (told.insert(why).second) left_out.push_back(std::move(why));
}

}  // namespace fw::config::catalogue
