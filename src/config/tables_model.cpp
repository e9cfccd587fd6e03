// The fields of models, their deployments and prices.
#include "config/codec.h"

namespace fw::config {

namespace {

constexpr std::string_view kDefaultLifetime = "default";

template <auto Member>
Entry price_entry(std::string_view name, std::string_view doc) {
  auto made = entry<Member>({.name = name, .doc = doc, .rule = &kPrice});
  made.shape = {.form = Form::decimal};
  return made;
}

// One price (for the cloud's default lifetime), or one per lifetime.
Entry cache_write_entry() {
  return {.field = {.name = "cache_write",
                    .doc = "Tokens written to a cache: one price, which holds for the cloud's default lifetime, or "
                           "one per lifetime (`5m`, `30m`, `1h`, `12h`).",
                    .rule = &kPrice},
          .shape = {.form = Form::decimal_or_by_name, .placeholder = "LIFETIME"},
          .default_text = {},
          .read = [](Reader& reader, const Node& node, const Entry& self, void* object) {
            auto& prices = static_cast<offer::MeterText*>(object)->cache_write;
            if (node.kind == NodeKind::map) {
              Codec<std::map<std::string, std::string, std::less<>>>::read(reader, node, self.field, prices);
            } else if (auto text = reader.text(node, self.field)) {
              prices.emplace(kDefaultLifetime, std::move(*text));
            }
          }};
}

}  // namespace

template <>
const Table* table_of<offer::MeterText>() {
  using offer::MeterText;
  static const Table table{
      "meters",
      "Prices by meter.",
      {price_entry<&MeterText::input>("input", "Uncached text tokens of the prompt."),
       price_entry<&MeterText::cache_read>("cache_read", "Tokens read from a cache."),
       cache_write_entry(),
       price_entry<&MeterText::output>("output", "Generated tokens, reasoning included."),
       price_entry<&MeterText::audio_in>("audio_in", "Audio tokens of the prompt."),
       price_entry<&MeterText::audio_out>("audio_out", "Generated audio tokens."),
       price_entry<&MeterText::image>("image", "Image tokens of the prompt.")}};
  return &table;
}

template <>
const Table* table_of<offer::LongContextText>() {
  static const Table table = [] {
    Table made{"long_context", "Prices that hold for the whole request when its input is strictly above the step.",
               {entry<&offer::LongContextText::above>({.name = "above", .doc = "The step, in input tokens.", .min = 1,
                                                       .required = true})}};
    splice<&offer::LongContextText::meters>(made);
    return made;
  }();
  return &table;
}

template <>
const Table* table_of<offer::TierText>() {
  static const Table table = [] {
    Table made{"tier", "Prices of a service tier; they replace the base ones meter by meter.", {}};
    splice<&offer::TierText::meters>(made);
    made.entries.push_back(entry<&offer::TierText::long_context>(
        {.name = "long_context", .doc = "Prices above a step of input tokens."}));
    return made;
  }();
  return &table;
}

template <>
const Table* table_of<offer::PriceText>() {
  static const Table table = [] {
    Table made{"price", "USD per million tokens, as decimal texts. A meter without a price is unknown, never free.", {}};
    splice<&offer::PriceText::meters>(made);
    made.entries.push_back(entry<&offer::PriceText::long_context>(
        {.name = "long_context", .doc = "Prices above a step of input tokens."}));
    made.entries.push_back(entry<&offer::PriceText::tiers>(
        {.name = "tiers", .doc = "Prices of service tiers such as `flex` and `priority`; the tier served counts."}));
    return made;
  }();
  return &table;
}

template <>
const Table* table_of<TimeoutsOverride>() {
  static const Table table = [] {
    Table made{"deployment_timeouts", "Limits in time of this deployment.",
               {entry<&TimeoutsOverride::connect_ms>({.name = "connect_ms"}),
                entry<&TimeoutsOverride::first_byte_ms>({.name = "first_byte_ms"}),
                entry<&TimeoutsOverride::idle_ms>({.name = "idle_ms"}),
                entry<&TimeoutsOverride::total_ms>({.name = "total_ms"})}};
    for (auto& own : made.entries)
      for (const auto& general : table_of<AttemptTimeouts>()->entries)
        if (general.field.name == own.field.name) own.field = general.field;
    return made;
  }();
  return &table;
}

namespace {

Entry deployment_price_entry() {
  return {.field = {.name = "price", .doc = "What its tokens cost; default: the offer book's price."},
          .shape = {.form = Form::table, .table = table_of<offer::PriceText>()},
          .default_text = {},
          .read = [](Reader& reader, const Node& node, const Entry& self, void*) {
            Codec<offer::PriceText>::read(reader, node, self.field, reader.price_texts[reader.path()]);
          }};
}

}  // namespace

template <>
const Table* table_of<Deployment>() {
  static const Table table{
      "deployment",
      "One place that serves a model.",
      {entry<&Deployment::provider>({.name = "provider", .doc = "The name of an entry of `providers`.", .required = true, .rule = &kName}),
       entry<&Deployment::model>({.name = "model", .doc = "What the cloud calls it; at Azure the deployment's own name.", .required = true, .rule = &kUpstreamModel}),
       entry<&Deployment::name>({.name = "name", .doc = "For records, headers and metrics.", .rule = &kName, .default_text = "PROVIDER/MODEL"}),
       entry<&Deployment::offer>({.name = "offer", .doc = "The offer book's name of the model.", .rule = &kUpstreamModel, .default_text = "what `model` means there, else the model's name"}),
       deployment_price_entry(),
       pool_entry(),
       entry<&Deployment::own_timeouts>({.name = "timeouts", .doc = "Limits in time that replace the top-level ones."}),
       entry<&Deployment::on_cancel>({.name = "on_cancel", .doc = "What happens to a stream whose client left.", .default_text = "the cloud's"}),
       entry<&Deployment::dialects>({.name = "dialects", .doc = "What it speaks, if not what its cloud says.", .nonempty = true}),
       entry<&Deployment::weight>({.name = "weight", .doc = "Its part of the requests under `prefer: weighted`.", .min = 1, .max = 1'000'000})}};
  return &table;
}

template <>
const Table* table_of<Model>() {
  static const Table table{
      "model",
      "A name clients ask for.",
      {entry<&Model::deployments>({.name = "deployments", .doc = "Where it can be served, tried in this order.", .required = true, .nonempty = true})}};
  return &table;
}

}  // namespace fw::config
