// What a field of the file is: one description drives the reader, the schema and the reference page.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fw::config {

struct Node;
class Reader;
struct Table;

// A rule for texts. `pattern` is the same as far as a regular expression can say it (JSON Schema).
struct Rule {
  bool (*holds)(std::string_view) = nullptr;
  std::string_view expected;
  std::string_view hint = {};
  std::string_view pattern = {};
};

inline constexpr std::int64_t kNoBound = INT64_MIN;

struct Field {
  std::string_view name;
  std::string_view doc = {};
  std::string_view unit = {};  // "ms", "s", "bytes", "percent"; bytes may be written "32MiB"
  std::int64_t min = kNoBound;
  std::int64_t max = kNoBound;
  bool required = false;
  bool discreet = false;      // secrets may stand inside: an excerpt shows nothing that is misplaced there
  bool nonempty = false;      // a list or mapping must hold something
  bool one_or_many = false;   // a list of one may be written as its item
  const Rule* rule = nullptr;
  std::string_view placeholder = "TIER";  // of a mapping by name: what the names are
  std::string_view default_text = {};  // where the struct's own default says too little
  std::string_view unsupported = {};   // part of version 1, refused by this release: what to do instead (Sources::preview reads it)
};

enum class Form : std::uint8_t {
  text, secret, integer, decimal, word, address, list, by_name, table, text_or_table, by_cloud, decimal_or_by_name, boolean, version
};

// The table of a provider depends on its cloud.
struct Variant {
  std::string_view cloud;
  const Table* table = nullptr;
};

// What may stand at a field.
struct Shape {
  Form form = Form::text;
  const Table* table = nullptr;                     // table, text_or_table
  std::vector<Shape> item = {};                     // list, by_name: none or one
  std::vector<std::string_view> words = {};         // word; list of words
  std::string_view placeholder = {};                // by_name: what the key is, "PROVIDER"
  std::span<const Variant> variants = {};           // by_cloud
};

struct Entry {
  Field field;
  Shape shape;
  std::string default_text;  // empty: there is none, or the field is required
  void (*read)(Reader&, const Node&, const Entry& self, void* object) = nullptr;
  void* (*part)(void* object) = nullptr;  // for fields of a nested struct that the file writes flat
  std::string_view setting = {};          // the whole name of a cloud's setting, "auth.aws.profile"
};

// The keys of one mapping.
struct Table {
  std::string_view name;  // for the schema: "timeouts"
  std::string_view doc;
  std::vector<Entry> entries;
};

// The table of the whole file.
const Table& file_table();
// Of a key that the admin plane makes.
const Table& minted_table();

}  // namespace fw::config
