// The fields of what is bought ahead: provisioned pools and commitments.
#include "config/codec.h"

namespace fw::config {

template <>
struct Codec<Weight> {
  static Shape shape(const Field&) { return {.form = Form::decimal}; }
  static void read(Reader& reader, const Node& node, const Field& field, Weight& to) {
    constexpr Int128 kUnitsPerThousandth = 1'000'000'000'000;
    const auto text = reader.text(node, field);
    if (const auto amount = text ? Money::parse_usd(*text) : std::nullopt) to.thousandths = static_cast<std::int64_t>(amount->units() / kUnitsPerThousandth);
  }
  static std::string show(const Weight&) { return {}; }
};

template <>
struct Codec<TokenPrice> {
  static Shape shape(const Field&) { return {.form = Form::decimal}; }
  static void read(Reader& reader, const Node& node, const Field& field, TokenPrice& to) {
    const auto text = reader.text(node, field);
    if (const auto price = text ? TokenPrice::parse_per_million(*text) : std::nullopt) to = *price;
  }
  static std::string show(const TokenPrice&) { return {}; }
};

template <>
const Table* table_of<Weights>() {
  static const Table table{
      "pool_weights",
      "How many of the pool's tokens one token takes: the factors of the cloud's own capacity table for the model.",
      {entry<&Weights::input>({.name = "input", .doc = "Of an uncached input token, and of one written to a cache.", .rule = &kWeight, .default_text = "1"}),
       entry<&Weights::cache_read>({.name = "cache_read", .doc = "Of a token read from a cache; Azure counts 0, Google 0.1.", .rule = &kWeight, .default_text = "as `input`"}),
       entry<&Weights::output>({.name = "output", .doc = "Of a generated token, reasoning included.", .required = true, .rule = &kWeight})}};
  return &table;
}

template <>
const Table* table_of<Bid>() {
  static const Table table{
      "pool_bid",
      "What the pool's tokens are worth while it fills: 0 up to `from_percent`, then in proportion up to `usd_per_million` in "
      "a full pool. It is weighed beside prices and never booked.",
      {entry<&Bid::top>({.name = "usd_per_million", .doc = "Of the pool's tokens when it is full; half as much again to three times what an input token costs at the cheapest other place.",
                         .required = true, .rule = &kBid}),
       entry<&Bid::from_percent>({.name = "from_percent", .doc = "Up to this utilisation there is slack.", .unit = "percent", .min = 0, .max = 99})}};
  return &table;
}

template <>
const Table* table_of<Pool>() {
  static const Table table{
      "pool",
      "Provisioned capacity, paid by the hour. Its tokens cost nothing more unless `price` says so. When it is full, requests go elsewhere.",
      {entry<&Pool::tokens_per_minute>({.name = "tokens_per_minute", .doc = "Its capacity, in tokens as `weights` count them.", .min = 1, .max = 1'000'000'000'000, .default_text = "`units` of it"}),
       entry<&Pool::units>({.name = "units", .doc = "Or so many units (Azure PTU, Google GSU) …", .min = 1, .max = 1'000'000, .default_text = "none"}),
       entry<&Pool::tokens_per_minute_per_unit>({.name = "tokens_per_minute_per_unit", .doc = "… of so much each, as the cloud's table says for the model.", .min = 1, .max = 1'000'000'000, .default_text = "none"}),
       entry<&Pool::weights>({.name = "weights", .doc = "What tokens count.", .required = true}),
       entry<&Pool::window_s>({.name = "window_s", .doc = "Over which the cloud counts.", .unit = "s", .min = 1, .max = 3'600}),
       entry<&Pool::usd_per_hour>({.name = "usd_per_hour", .doc = "What all of it costs, used or not: told, never part of a request's cost.", .rule = &kAmount, .default_text = "not told"}),
       entry<&Pool::bid>({.name = "bid", .doc = "From when on cheap requests leave room for dear ones.", .default_text = "none: all come until it is full"})}};
  return &table;
}

Entry pool_entry() { return entry<&Deployment::pool>({.name = "pool", .doc = "It is a provisioned pool ([docs/routing.md](routing.md))."}); }

template <>
const Table* table_of<Commitment>() {
  static const Table table{
      "commitment",
      "An amount promised to clouds for a period, which spending draws down. While too little is drawn, spending there counts as paid already.",
      {entry<&Commitment::amount>({.name = "usd", .doc = "The amount in USD, exact.", .required = true, .rule = &kAmount}),
       entry<&Commitment::from>({.name = "from", .doc = "The first moment of the period.", .required = true, .rule = &kDate}),
       entry<&Commitment::until>({.name = "until", .doc = "The first moment after it.", .required = true, .rule = &kDate}),
       entry<&Commitment::providers>({.name = "providers", .doc = "Spending at these counts: names of entries of `providers`.", .nonempty = true, .one_or_many = true, .rule = &kName}),
       entry<&Commitment::clouds>({.name = "clouds", .doc = "Or at any provider of these clouds.", .nonempty = true, .one_or_many = true, .rule = &kName}),
       entry<&Commitment::draw>({.name = "draw", .doc = "When spending counts as paid: `even`, while less is drawn than an even draw would have by now; `soon`, until all is drawn."}),
       entry<&Commitment::paid_percent>({.name = "paid_percent", .doc = "The part of a price that then counts as paid.", .unit = "percent", .min = 1, .max = 100})}};
  return &table;
}

Entry commitments_entry() {
  return entry<&Config::commitments>({.name = "commitments", .doc = "Amounts promised to clouds (MACC, EDP, committed use), by name."});
}

}  // namespace fw::config
