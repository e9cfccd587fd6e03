#include "offer/render.h"

#include "base/date.h"

namespace fw::offer {
namespace {

using wire::JsonWriter;

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const auto& text : texts) json.string(text);
  json.end_array();
}

void write_evidence(JsonWriter& json, std::string_view key, const std::vector<Evidence>& evidence) {
  json.key(key).begin_array();
  for (const auto& each : evidence) {
    json.begin_object();
    json.member("source", std::string_view(each.source)).member("date", std::string_view(each.date)).member("kind", name(each.kind));
    json.end_object();
  }
  json.end_array();
}

void write_api(JsonWriter& json, const ApiFeatures& api) {
  if (!api.efforts.empty()) write_texts(json, "efforts", api.efforts);
  if (!api.efforts_refused.empty()) write_texts(json, "efforts_refused", api.efforts_refused);
  if (!api.efforts_ignored.empty()) write_texts(json, "efforts_ignored", api.efforts_ignored);
  if (!api.efforts_with_tools.empty()) write_texts(json, "efforts_with_tools", api.efforts_with_tools);
  if (!api.output_limit.empty()) json.member("output_limit", std::string_view(api.output_limit));
  if (api.fields.empty()) return;
  json.key("fields").begin_object();
  for (const auto& [need, fate] : api.fields) json.member(dialect::name(need), dialect::name(fate));
  json.end_object();
}

void write_features(JsonWriter& json, const Features& features) {
  json.key("features").begin_object();
  if (!features.dialects.empty()) {
    json.key("dialects").begin_array();
    for (const auto dialect : features.dialects) json.string(dialect::name(dialect));
    json.end_array();
  }
  if (features.context_tokens) json.member("context_tokens", *features.context_tokens);
  if (features.max_output_tokens) json.member("max_output_tokens", *features.max_output_tokens);
  if (!features.scope_of_processing.empty()) json.member("scope_of_processing", std::string_view(features.scope_of_processing));
  write_api(json, features);
  if (features.on_chat != ApiFeatures{}) {
    json.key("on_chat").begin_object();
    write_api(json, features.on_chat);
    json.end_object();
  }
  if (!features.efforts_evidence.empty()) write_evidence(json, "efforts_evidence", features.efforts_evidence);
  if (!features.max_output_evidence.empty()) write_evidence(json, "max_output_evidence", features.max_output_evidence);
  json.end_object();
}

}  // namespace

void write_row(JsonWriter& json, const Row& row) {
  json.begin_object();
  json.member("model", std::string_view(row.model)).member("cloud", std::string_view(row.cloud));
  if (!row.host.empty()) json.member("host", std::string_view(row.host));
  json.member("scope", std::string_view(row.scope)).member("tier", std::string_view(row.tier));
  json.member("from", std::string_view(date_text(row.from))).key("until");
  if (row.until) json.string(date_text(*row.until));
  else json.null();
  if (row.absent) json.member("absent", true);
  json.key("usd_per_million").begin_object();
  for (const auto& [meter, price] : price_texts(row)) json.member(meter, std::string_view(price));
  json.end_object();
  write_features(json, row.features);
  if (!row.ids.empty()) write_texts(json, "ids", row.ids);
  if (!row.note.empty()) json.member("note", std::string_view(row.note));
  write_evidence(json, "evidence", row.evidence);
  json.end_object();
}

}  // namespace fw::offer
