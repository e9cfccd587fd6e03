// One row of the offer book: one dated price of one model at one place, or its documented absence.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "dialect/dialect.h"
#include "dialect/needs.h"
#include "offer/price.h"

namespace fw::offer {

// Who says so: the cloud's own documents, somebody else (a catalogue, a report), or a measurement.
enum class Kind : std::uint8_t { documented, third_party, probed };
std::string_view name(Kind kind);  // "documented", "third-party", "probed"

struct Evidence {
  std::string source;
  std::string date;  // as written: when the source said so
  Kind kind = Kind::third_party;
  bool operator==(const Evidence&) const = default;
};

// What one API of the hosting does with efforts and fields. Efforts in the words of dialect/effort.h.
struct ApiFeatures {
  std::vector<std::string> efforts;             // all that it takes: what is not among them is refused; none: unknown
  std::vector<std::string> efforts_refused;     // of the others nothing is said
  std::vector<std::string> efforts_ignored;     // accepted, without effect
  std::vector<std::string> efforts_with_tools;  // the only ones at which it takes tools; none: unknown
  std::vector<std::pair<dialect::Need, dialect::Fate>> fields;  // by Need
  std::string output_limit;  // which of chat's two fields it takes: max_tokens, max_completion_tokens; empty: unknown, or both
  bool operator==(const ApiFeatures&) const = default;
};

// What the hosting can do, as far as the evidence says; what is absent is unknown.
struct Features : ApiFeatures {
  std::vector<dialect::Dialect> dialects;
  std::optional<std::int64_t> context_tokens;
  std::optional<std::int64_t> max_output_tokens;  // of one answer, reasoning included
  std::string scope_of_processing;
  ApiFeatures on_chat;                       // what is different where Chat Completions asks
  std::vector<Evidence> efforts_evidence;    // of the efforts, on_chat's too; none: the row's
  std::vector<Evidence> max_output_evidence;
  // The cloud says so itself, or it was measured: worth a refusal. Else it is worth a doubt.
  bool efforts_firm = true;
  bool max_output_firm = true;
  bool operator==(const Features&) const = default;
};

struct Row {
  std::string id;  // "gpt-6-sol/openai/global/standard/2026-09-22"; the cloud with ":HOST" behind it where there is one
  std::string model;
  std::vector<std::string> ids;  // the cloud's own words for the model here
  std::string cloud;
  std::string host;   // bedrock: runtime or mantle; empty: any
  std::string scope;  // a pattern, see scope.h
  std::string tier = "standard";
  WallTime from;
  std::optional<WallTime> until;  // exclusive; nothing: open
  bool absent = false;            // known not to be offered
  Meters meters;                  // without any: offered, at a price nobody has said
  std::optional<LongContext> long_context;
  Features features;
  std::string note;
  std::vector<Evidence> evidence;

  bool holds(WallTime at) const { return from <= at && (!until || at < *until); }
  bool operator==(const Row&) const = default;
};

// What a row speaks of; rows of one place follow each other in time.
inline auto place_of(const Row& row) { return std::tie(row.model, row.cloud, row.host, row.scope, row.tier); }

// "input" -> price and so on, the step and what holds above it included ("long_context.above").
std::vector<std::pair<std::string, std::string>> price_texts(const Row& row);

// "gpt-6-sol/openai/global/standard/2026-09-22".
std::string row_id(const Row& row);

inline constexpr std::string_view kStandardTier = "standard";
// The words a row may use, in the order in which they are listed to people.
std::span<const std::string_view> cloud_words();
std::span<const std::string_view> tier_words();
std::span<const std::string_view> host_words();

// The same as files spell it. An empty text: not said.
struct EvidenceText {
  std::string name;  // of an entry of BookText::evidence, which stands for the rest
  std::string source, date, kind;
};
struct ApiFeaturesText {
  std::vector<std::string> efforts, efforts_refused, efforts_ignored, efforts_with_tools;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string output_limit;
};
struct FeaturesText {
  ApiFeaturesText api;
  std::string name;  // of an entry of BookText::features, which stands for the rest
  std::vector<std::string> dialects;
  std::optional<std::int64_t> context_tokens, max_output_tokens;
  std::string scope_of_processing;
  ApiFeaturesText on_chat;
  std::vector<EvidenceText> efforts_evidence, max_output_evidence;
};
struct RowText {
  std::string model, cloud, host, tier, from, until, note;
  std::vector<std::string> ids, scope;  // a row for each scope
  bool absent = false;
  std::vector<std::pair<std::string, std::string>> usd_per_million;
  FeaturesText features;
  std::vector<EvidenceText> evidence;
};
struct BookText {
  std::map<std::string, EvidenceText, std::less<>> evidence;  // named once, used often
  std::map<std::string, FeaturesText, std::less<>> features;
  std::vector<RowText> rows;
};

// Something wrong in a BookText: `row` and the path in it, or (row < 0) a path from the top.
struct Fault {
  int row = -1;
  std::string path;  // "usd_per_million.input", "evidence[0].date"
  std::string found, expected, hint;
};

// The rows, each with its id, in the order of the text; what is wrong goes to `faults`, all of it at once.
// Rows of the same place whose periods overlap are a fault.
std::vector<Row> read_rows(const BookText& text, std::vector<Fault>& faults);

}  // namespace fw::offer
