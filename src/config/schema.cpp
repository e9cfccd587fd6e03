// The descriptions as JSON Schema 2020-12.
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "config/field.h"
#include "config/load.h"
#include "wire/json_write.h"

namespace fw::config {
namespace {

constexpr std::string_view kReference = "\\$\\{(env|file):[^}]+\\}";

// Each table is written once, under $defs.
class SchemaWriter {
 public:
  std::string write() {
    wire::JsonWriter json(out_);
    json.begin_object();
    json.member("$schema", "https://json-schema.org/draft/2020-12/schema");
    json.member("title", "Fairway configuration, version 1");
    table(json, file_table());
    json.key("$defs").begin_object();
    while (!waiting_.empty()) {
      const auto* next = waiting_.back();
      waiting_.pop_back();
      json.key(next->name).begin_object();
      table(json, *next);
      json.end_object();
    }
    json.end_object().end_object();
    return std::move(out_);
  }

 private:
  void refer(wire::JsonWriter& json, const Table* table) {
    json.member("$ref", fmt::format("#/$defs/{}", table->name));
    if (known_.insert(table).second) waiting_.push_back(table);
  }

  void table(wire::JsonWriter& json, const Table& table) {
    if (!table.doc.empty()) json.member("description", table.doc);
    json.member("type", "object").member("additionalProperties", false);
    json.key("required").begin_array();
    for (const auto& entry : table.entries)
      if (entry.field.required) json.string(entry.field.name);
    json.end_array().key("properties").begin_object();
    for (const auto& entry : table.entries) {
      json.key(entry.field.name).begin_object();
      property(json, entry);
      json.end_object();
    }
    json.end_object();
  }

  void property(wire::JsonWriter& json, const Entry& entry) {
    const auto& field = entry.field;
    if (!field.unsupported.empty()) {
      json.member("description", fmt::format("{} Not supported by this version: {}.", field.doc, field.unsupported));
      json.key("not").begin_object().end_object();
      return;
    }
    json.member("description", field.unit.empty() ? std::string(field.doc) : fmt::format("{} Unit: {}.", field.doc, field.unit));
    if (!entry.default_text.empty()) {
      json.key("default");
      const bool raw = entry.shape.form == Form::integer || entry.shape.form == Form::boolean;
      if (raw && field.default_text.empty()) json.raw(entry.default_text);
      else json.string(entry.default_text);
    }
    value(json, field, entry.shape);
  }

  void value(wire::JsonWriter& json, const Field& field, const Shape& shape) {
    switch (shape.form) {
      case Form::version: json.key("const").number(1); break;
      case Form::secret: json.member("type", "string").member("pattern", fmt::format("^{}$", kReference)); break;
      case Form::text: text(json, field); break;
      case Form::address: json.member("type", "string").member("pattern", fmt::format("^(unix:.+|.+:[0-9]+)$|{}", kReference)); break;
      case Form::integer: integer(json, field); break;
      case Form::decimal: decimal(json, field); break;
      case Form::boolean: boolean(json); break;
      case Form::word: word(json, shape); break;
      case Form::list: list(json, field, shape); break;
      case Form::by_name: by_name(json, field, shape); break;
      case Form::decimal_or_by_name: decimal_or_by_name(json, field); break;
      case Form::table: refer(json, shape.table); break;
      case Form::text_or_table:
        json.key("anyOf").begin_array().begin_object().member("type", "string").end_object().begin_object();
        refer(json, shape.table);
        json.end_object().end_array();
        break;
      case Form::by_cloud: by_cloud(json, shape); break;
    }
  }

  static void text(wire::JsonWriter& json, const Field& field) {
    json.member("type", "string");
    if (field.rule && !field.rule->pattern.empty())
      json.member("pattern", fmt::format("{}|{}", field.rule->pattern, kReference));
  }

  static void reference(wire::JsonWriter& json) {
    json.begin_object().member("type", "string").member("pattern", kReference).end_object();
  }

  static void integer(wire::JsonWriter& json, const Field& field) {
    json.key("anyOf").begin_array().begin_object().member("type", "integer");
    if (field.min != kNoBound) json.member("minimum", field.min);
    if (field.max != kNoBound) json.member("maximum", field.max);
    json.end_object();
    if (field.unit == "bytes") json.begin_object().member("type", "string").member("pattern", "^[0-9]+ ?([KMG]iB)?$").end_object();
    reference(json);
    json.end_array();
  }

  static void boolean(wire::JsonWriter& json) {
    json.key("anyOf").begin_array().begin_object().member("type", "boolean").end_object();
    reference(json);
    json.end_array();
  }

  static void decimal(wire::JsonWriter& json, const Field& field) {
    json.key("anyOf").begin_array().begin_object();
    text(json, field);
    json.end_object().begin_object().member("type", "number").member("minimum", 0).end_object().end_array();
  }

  static void word(wire::JsonWriter& json, const Shape& shape) {
    json.key("enum").begin_array();
    for (const auto word : shape.words) json.string(word);
    json.end_array();
  }

  void list(wire::JsonWriter& json, const Field& field, const Shape& shape) {
    if (field.one_or_many) {
      json.key("anyOf").begin_array().begin_object();
      value(json, field, shape.item.front());
      json.end_object().begin_object();
    }
    json.member("type", "array");
    if (field.nonempty) json.member("minItems", 1);
    json.key("items").begin_object();
    value(json, field, shape.item.front());
    json.end_object();
    if (field.one_or_many) json.end_object().end_array();
  }

  void by_name(wire::JsonWriter& json, const Field& field, const Shape& shape) {
    json.member("type", "object");
    if (field.nonempty) json.member("minProperties", 1);
    json.key("additionalProperties").begin_object();
    value(json, field, shape.item.front());
    json.end_object();
  }

  static void decimal_or_by_name(wire::JsonWriter& json, const Field& field) {
    json.key("anyOf").begin_array().begin_object();
    decimal(json, field);
    json.end_object().begin_object().member("type", "object").key("additionalProperties").begin_object();
    decimal(json, field);
    json.end_object().end_object().end_array();
  }

  void by_cloud(wire::JsonWriter& json, const Shape& shape) {
    json.member("type", "object").key("required").begin_array().string("cloud").end_array();
    json.key("properties").begin_object().key("cloud").begin_object().key("enum").begin_array();
    for (const auto& variant : shape.variants) json.string(variant.cloud);
    json.end_array().end_object().end_object().key("allOf").begin_array();
    for (const auto& variant : shape.variants) {
      json.begin_object().key("if").begin_object().key("properties").begin_object().key("cloud").begin_object();
      json.member("const", variant.cloud).end_object().end_object().key("required").begin_array().string("cloud").end_array();
      json.end_object().key("then").begin_object();
      refer(json, variant.table);
      json.end_object().end_object();
    }
    json.end_array();
  }

  std::string out_;
  std::set<const Table*> known_;
  std::vector<const Table*> waiting_;
};

}  // namespace

std::string json_schema() { return SchemaWriter().write(); }

}  // namespace fw::config
