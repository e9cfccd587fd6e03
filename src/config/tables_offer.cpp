// The fields of an offer book's rows. What the texts must be is the offer room's word (offer/read_rows.cpp).
#include "config/codec.h"
#include "offer/row.h"

namespace fw::config {

template <>
const Table* table_of<offer::EvidenceText>();
template <>
const Table* table_of<offer::FeaturesText>();
template <>
const Table* table_of<offer::ApiFeaturesText>();

// Written out, or the name of an entry that the file has written out once.
template <class T>
void read_or_name(Reader& reader, const Node& node, const Field& field, T& to) {
  if (node.kind != NodeKind::scalar) return reader.table(node, field, *table_of<T>(), &to);
  if (auto name = reader.text(node, field)) to.name = std::move(*name);
}

template <>
struct Codec<offer::EvidenceText> {
  static Shape shape(const Field&) { return {.form = Form::text_or_table, .table = table_of<offer::EvidenceText>()}; }
  static void read(Reader& reader, const Node& node, const Field& field, offer::EvidenceText& to) {
    read_or_name(reader, node, field, to);
  }
  static std::string show(const offer::EvidenceText&) { return {}; }
};

template <>
struct Codec<offer::FeaturesText> {
  static Shape shape(const Field&) { return {.form = Form::text_or_table, .table = table_of<offer::FeaturesText>()}; }
  static void read(Reader& reader, const Node& node, const Field& field, offer::FeaturesText& to) {
    read_or_name(reader, node, field, to);
  }
  static std::string show(const offer::FeaturesText&) { return {}; }
};

// A mapping of texts that the offer room judges.
template <>
struct Codec<std::vector<std::pair<std::string, std::string>>> {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  static Shape shape(const Field&) { return {.form = Form::by_name, .item = {{.form = Form::text}}, .placeholder = "NAME"}; }
  static void read(Reader& reader, const Node& node, const Field& field, Pairs& to) {
    if (!reader.expect(node, field, NodeKind::map, "a mapping")) return;
    for (const auto& member : node.members) {
      const Reader::Step step(reader, path_step(reader.path(), member.key), member.value.at);
      if (auto text = reader.text(member.value, field)) to.emplace_back(member.key, std::move(*text));
    }
  }
  static std::string show(const Pairs&) { return {}; }
};

// Entries that rows name.
template <class T>
struct NamedTexts {
  using Map = std::map<std::string, T, std::less<>>;
  static Shape shape(const Field&) {
    return {.form = Form::by_name, .item = {{.form = Form::table, .table = table_of<T>()}}, .placeholder = "NAME"};
  }
  static void read(Reader& reader, const Node& node, const Field& field, Map& to) {
    if (!reader.expect(node, field, NodeKind::map, "a mapping by name")) return;
    for (const auto& member : node.members) {
      const Reader::Step step(reader, path_step(reader.path(), member.key), member.value.at);
      reader.table(member.value, field, *table_of<T>(), &to[member.key]);
    }
  }
  static std::string show(const Map&) { return {}; }
};
template <>
struct Codec<std::map<std::string, offer::EvidenceText, std::less<>>> : NamedTexts<offer::EvidenceText> {};
template <>
struct Codec<std::map<std::string, offer::FeaturesText, std::less<>>> : NamedTexts<offer::FeaturesText> {};

namespace {

Entry absent_entry() {
  return {.field = {.name = "absent", .doc = "`true`: known not to be offered."},
          .shape = {.form = Form::word, .words = {"true", "false"}},
          .default_text = "false",
          .read = [](Reader& reader, const Node& node, const Entry& self, void* object) {
            if (const auto word = reader.word(node, self.field, {"true", "false"}))
              static_cast<offer::RowText*>(object)->absent = *word == 0;
          }};
}

// An open end may be written out: null.
Entry until_entry() {
  auto made = entry<&offer::RowText::until>({.name = "until", .doc = "The first moment at which the row no longer holds; none or null: open."});
  made.read = [](Reader& reader, const Node& node, const Entry& self, void* object) {
    if (node.kind == NodeKind::nothing) return;
    Codec<std::string>::read(reader, node, self.field, static_cast<offer::RowText*>(object)->until);
  };
  return made;
}

}  // namespace

template <>
const Table* table_of<offer::EvidenceText>() {
  using offer::EvidenceText;
  static const Table table{"evidence", "Who says so.",
                           {entry<&EvidenceText::source>({.name = "source", .doc = "An address, a document, a measurement."}),
                            entry<&EvidenceText::date>({.name = "date", .doc = "When it said so."}),
                            entry<&EvidenceText::kind>({.name = "kind", .doc = "documented, third-party or probed."})}};
  return &table;
}

template <>
const Table* table_of<offer::ApiFeaturesText>() {
  using offer::ApiFeaturesText;
  static const Table table{
      "on_chat", "What is different where Chat Completions asks.",
      {entry<&ApiFeaturesText::efforts>({.name = "efforts", .doc = "All reasoning efforts it takes; it refuses others."}),
       entry<&ApiFeaturesText::efforts_refused>({.name = "efforts_refused", .doc = "Reasoning efforts it refuses; of others nothing is said."}),
       entry<&ApiFeaturesText::efforts_ignored>({.name = "efforts_ignored", .doc = "Reasoning efforts it accepts without effect."}),
       entry<&ApiFeaturesText::efforts_with_tools>({.name = "efforts_with_tools", .doc = "The only reasoning efforts at which it takes tools."}),
       entry<&ApiFeaturesText::fields>({.name = "fields", .doc = "What becomes of a field of a request: carried, mapped, dropped, refused."}),
       entry<&ApiFeaturesText::output_limit>({.name = "output_limit", .doc = "Which of Chat Completions' two fields it takes: max_tokens or max_completion_tokens; the other is sent as this one."})}};
  return &table;
}

template <>
const Table* table_of<offer::FeaturesText>() {
  using offer::FeaturesText;
  static const Table table = [] {
    Table made{"features", "What the hosting can do.",
               {entry<&FeaturesText::dialects>({.name = "dialects", .doc = "What it speaks."}),
                entry<&FeaturesText::context_tokens>({.name = "context_tokens", .doc = "Input and output together.", .min = 1}),
                entry<&FeaturesText::max_output_tokens>({.name = "max_output_tokens", .doc = "Of one answer, reasoning included.", .min = 1})}};
    splice<&FeaturesText::api>(made);
    made.entries.push_back(entry<&FeaturesText::scope_of_processing>({.name = "scope_of_processing", .doc = "Where it really runs, in words."}));
    made.entries.push_back(entry<&FeaturesText::on_chat>({.name = "on_chat", .doc = "What is different where Chat Completions asks."}));
    made.entries.push_back(entry<&FeaturesText::efforts_evidence>({.name = "efforts_evidence", .doc = "Who says so of the efforts; default: the row's.", .one_or_many = true}));
    made.entries.push_back(entry<&FeaturesText::max_output_evidence>({.name = "max_output_evidence", .doc = "Who says so of max_output_tokens; default: the row's.", .one_or_many = true}));
    return made;
  }();
  return &table;
}

template <>
const Table* table_of<offer::RowText>() {
  using offer::RowText;
  static const Table table{
      "row", "One dated price.",
      {entry<&RowText::model>({.name = "model", .doc = "The book's name of the model."}),
       entry<&RowText::ids>({.name = "ids", .doc = "The cloud's own words for it here.", .one_or_many = true}),
       entry<&RowText::cloud>({.name = "cloud", .doc = "Who sells it."}),
       entry<&RowText::host>({.name = "host", .doc = "bedrock: runtime or mantle; default: any."}),
       entry<&RowText::scope>({.name = "scope", .doc = "Where it holds; a row for each.", .one_or_many = true}),
       entry<&RowText::tier>({.name = "tier", .doc = "The service tier.", .default_text = "`standard`"}),
       entry<&RowText::from>({.name = "from", .doc = "The first moment at which it holds."}),
       until_entry(),
       absent_entry(),
       entry<&RowText::usd_per_million>({.name = "usd_per_million", .doc = "Prices by meter."}),
       entry<&RowText::features>({.name = "features", .doc = "What it can do there."}),
       entry<&RowText::note>({.name = "note", .doc = "What people should know."}),
       entry<&RowText::evidence>({.name = "evidence", .doc = "Who says so; one at least.", .one_or_many = true})}};
  return &table;
}

template <>
const Table* table_of<offer::BookText>() {
  using offer::BookText;
  static const Table table{
      "offers", "An offer book.",
      {entry<&BookText::evidence>({.name = "evidence", .doc = "Evidence that rows name."}),
       entry<&BookText::features>({.name = "features", .doc = "Features that rows name."}),
       entry<&BookText::rows>({.name = "rows", .doc = "The rows.", .required = true})}};
  return &table;
}

const Table& offer_table() { return *table_of<offer::BookText>(); }

void read_offer_rows(Reader& reader, const Node& list, std::vector<offer::RowText>& rows) {
  Codec<std::vector<offer::RowText>>::read(reader, list, Field{}, rows);
}

}  // namespace fw::config
