#include "config/catalogue.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/catalogue_rows.h"
#include "config/document.h"
#include "config/report.h"

namespace fw::config {
namespace {

using catalogue::Collector;
using catalogue::Found;
using catalogue::Source;

constexpr int kCentsPerToken = 4;  // to USD per million

std::string_view text_at(const Node& node, std::string_view key) {
  const auto* found = node.find(key);
  return found && found->kind == NodeKind::scalar ? std::string_view(found->text) : std::string_view{};
}

const Node* at(const Node* node, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) node = node ? node->find(key) : nullptr;
  return node;
}

// ---- pydantic/genai-prices

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kGenaiMeters{{{"input_mtok", "input"},
                                                                                     {"cache_read_mtok", "cache_read"},
                                                                                     {"cache_write_mtok", "cache_write"},
                                                                                     {"output_mtok", "output"},
                                                                                     {"input_audio_mtok", "audio_in"},
                                                                                     {"output_audio_mtok", "audio_out"}}};

void genai_meter(const Node& price, std::string_view meter, Found& to) {
  if (price.kind == NodeKind::scalar) return to.add(meter, price.text, 0);
  to.add(meter, text_at(price, "base"), 0);
  const auto* tiers = price.find("tiers");
  if (!tiers) return;
  if (tiers->items.size() > 1) to.fault = "more than one step of context";
  for (const auto& tier : tiers->items) to.add_long(meter, text_at(tier, "price"), text_at(tier, "start"), 0);
}

// `like`: what all prices of a model have in common.
Found genai_prices(const Node& prices, const Found& like) {
  Found found = like;
  for (const auto& [theirs, ours] : kGenaiMeters)
    if (const auto* price = prices.find(theirs)) genai_meter(*price, ours, found);
  return found;
}

std::string genai_start(const Node& item) {
  const auto* constraint = item.find("constraint");
  return constraint ? std::string(text_at(*constraint, "start_date")) : "";
}

// A list of prices, of which the last whose day has come holds.
void genai_dated(const Node& list, const Found& like, Collector& to) {
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto& item = list.items[i];
    const auto* prices = item.find("prices");
    if (!prices) continue;
    auto found = genai_prices(*prices, like);
    found.from = genai_start(item);
    if (i > 0 && found.from.empty()) found.fault = "a price that depends on the hour";
    if (i + 1 < list.items.size()) found.until = genai_start(list.items[i + 1]);
    to.take(std::move(found));
  }
}

void genai_model(const Node& model, Collector& to) {
  Found like;
  like.id = text_at(model, "id");
  like.date = text_at(model, "prices_checked");
  const auto* prices = model.find("prices");
  if (!prices) return;
  if (prices->kind == NodeKind::list) return genai_dated(*prices, like, to);
  to.take(genai_prices(*prices, like));
}

void genai_provider(const Node& provider, Collector& to) {
  const auto* models = provider.find("models");
  if (!models || !to.open(text_at(provider, "id"))) return;
  for (const auto& model : models->items) genai_model(model, to);
}

// ---- Portkey-AI/models

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPortkeyMeters{{{"request_token", "input"},
                                                                                       {"cache_read_input_token", "cache_read"},
                                                                                       {"cache_write_input_token", "cache_write"},
                                                                                       {"response_token", "output"},
                                                                                       {"request_audio_token", "audio_in"},
                                                                                       {"response_audio_token", "audio_out"}}};

// A zero there stands for nothing said: their tables fill in every meter. `step` empty: the base prices.
void portkey_meters(const Node* prices, std::string_view step, Found& to) {
  for (const auto& [theirs, ours] : kPortkeyMeters) {
    const auto* meter = prices ? prices->find(theirs) : nullptr;
    const auto price = meter ? text_at(*meter, "price") : std::string_view{};
    if (price.find_first_of("123456789") == price.npos) continue;
    if (step.empty()) to.add(ours, price, kCentsPerToken);
    else to.add_long(ours, price, step, kCentsPerToken);
  }
}

// The number of tokens above which a step's name holds; "0" is the base.
std::string_view portkey_step(const Node& custom, std::string_view name) {
  if (const auto* map = custom.find("context_tier_map"))
    for (const auto& member : map->members)
      if (member.value.text == name) return member.key == "0" ? std::string_view{} : std::string_view(member.key);
  return {};
}

void portkey_mode(const Node& custom, const Node& mode, Found found, Collector& to) {
  if (const auto* tiers = mode.find("context_tiers"))
    for (const auto& tier : tiers->members)
      portkey_meters(at(&tier.value, {"pricing_config", "pay_as_you_go"}), portkey_step(custom, tier.key), found);
  portkey_meters(at(&mode, {"pricing_config", "pay_as_you_go"}), {}, found);
  to.take(std::move(found));
}

void portkey_model(const Member& model, Collector& to) {
  Found found;
  found.id = model.key;
  const auto* custom = model.value.find("custom_pricing");
  if (const auto* regions = at(custom, {"regions"})) {
    for (const auto& region : regions->members)
      if (const auto* modes = region.value.find("execution_modes"))
        for (const auto& mode : modes->members) {
          found.regions = region.key == "default" ? "" : region.key;
          found.tier = mode.key;
          portkey_mode(*custom, mode.value, found, to);
        }
    return;
  }
  const auto* plain = model.value.find("pricing_config");
  for (const auto& [key, tier] : {std::pair{"pay_as_you_go", "standard"}, {"batch_config", "batch"}}) {
    auto one = found;
    one.tier = tier;
    portkey_meters(at(plain, {key}), {}, one);
    to.take(std::move(one));
  }
}

// "prices/pricing-bedrock-mantle.json" -> "bedrock-mantle".
std::string_view portkey_name(std::string_view file) {
  auto name = file.substr(file.rfind('/') + 1);
  name = name.substr(0, name.rfind('.'));
  if (name.starts_with("pricing-")) name.remove_prefix(std::string_view("pricing-").size());
  return name;
}

void read(const Node& root, const CatalogueFile& file, Collector& to) {
  if (file.format == CatalogueFormat::portkey) {
    if (!to.open(portkey_name(file.name))) return;
    for (const auto& model : root.members)
      if (model.key != "default") portkey_model(model, to);
  } else if (root.kind == NodeKind::list) {
    for (const auto& provider : root.items) genai_provider(provider, to);
  } else {
    genai_provider(root, to);
  }
}

}  // namespace

Catalogue read_catalogue(const CatalogueFile& file, const offer::Book& book) {
  Catalogue out;
  Report report;
  const Text text(file.text, report);
  const bool portkey = file.format == CatalogueFormat::portkey;
  Collector collector({portkey ? Source::Names::portkey : Source::Names::genai,
                       fmt::format("{} {}", portkey ? "Portkey-AI/models" : "pydantic/genai-prices", file.name.substr(file.name.rfind('/') + 1)), file.date},
                      book);
  if (text.root.kind == NodeKind::map || text.root.kind == NodeKind::list) read(text.root, file, collector);
  else if (text.root.kind != NodeKind::broken) report.add({0, 1, 1}, "", {"no catalogue", portkey ? "a mapping of models" : "a provider or a list of them", ""});
  out.problems = report.finish(text.lines, text.root);
  for (auto& problem : out.problems) problem.file = file.name;
  collector.finish(out.rows, out.left_out);
  return out;
}

}  // namespace fw::config
