#include "fake/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr int kDepthMax = 24;
constexpr int kRecursionSoftMax = 8;  // below it optional branches are no longer followed
constexpr std::size_t kBytesMax = 64u << 10;
constexpr int kJsonDepth = 512;

using Text = std::optional<std::string_view>;

// The members of a schema that matter here.
struct Schema {
  std::string_view raw;
  Text find(std::string_view key) const { return wire::json_find(raw, {key}); }
  double number(std::string_view key, double otherwise) const {
    const auto token = find(key);
    if (!token) return otherwise;
    const double d = std::strtod(std::string(*token).c_str(), nullptr);
    return std::isfinite(d) ? d : otherwise;
  }
};

std::vector<std::string_view> elements(std::string_view array) {
  std::vector<std::string_view> all;
  wire::JsonArray reader(array, kJsonDepth);
  wire::JsonMember m;
  while (reader.next(m)) all.push_back(m.value);
  return all;
}

bool is_object(std::string_view token) { return !token.empty() && token.front() == '{'; }
bool is_array(std::string_view token) { return !token.empty() && token.front() == '['; }

class Sampler {
 public:
  explicit Sampler(std::string_view root) : root_(root) {}

  void write(std::string_view schema, std::string_view named, int depth) {
    if (depth > kDepthMax || out_.size() > kBytesMax || !is_object(schema)) {
      out_ += "null";
      return;
    }
    const Schema s{schema};
    if (write_given(s) || write_branch(s, named, depth)) return;
    write_typed(s, type_of(s, depth), named, depth);
  }
  std::string take() { return std::move(out_); }

 private:
  // const, enum, examples, default: the schema says the value itself.
  bool write_given(const Schema& s) {
    if (const auto value = s.find("const")) return out_ += *value, true;
    for (const auto* const key : {"enum", "examples"})
      if (const auto list = s.find(key); list && is_array(*list))
        if (const auto all = elements(*list); !all.empty()) return out_ += all.front(), true;
    if (const auto value = s.find("default"); value && *value != "null") return out_ += *value, true;
    return false;
  }

  bool write_branch(const Schema& s, std::string_view named, int depth) {
    if (const auto ref = s.find("$ref")) {
      const auto target = resolve(wire::json_text(*ref));
      if (!target) return false;
      write(*target, named, depth + 1);
      return true;
    }
    for (const auto* const key : {"anyOf", "oneOf", "allOf"}) {
      const auto list = s.find(key);
      if (!list || !is_array(*list)) continue;
      const auto all = elements(*list);
      if (all.empty()) continue;
      // Deep inside a recursive schema the last branch is taken: by custom that is null.
      write(depth > kRecursionSoftMax ? all.back() : all.front(), named, depth + 1);
      return true;
    }
    return false;
  }

  // "#/$defs/Name": a path of keys, with ~1 and ~0 as RFC 6901 says.
  Text resolve(std::string_view ref) const {
    if (ref == "#") return root_;
    if (!ref.starts_with("#/")) return std::nullopt;
    Text at = root_;
    ref.remove_prefix(2);
    while (at && !ref.empty()) {
      const auto slash = std::min(ref.find('/'), ref.size());
      std::string key;
      for (std::size_t i = 0; i < slash; ++i) {
        const bool escape = ref[i] == '~' && i + 1 < slash;
        if (escape) ++i;
        key += !escape ? ref[i] : ref[i] == '1' ? '/' : '~';
      }
      at = is_object(*at) ? wire::json_find(*at, {key}) : std::nullopt;
      ref.remove_prefix(std::min(ref.size(), slash + 1));
    }
    return at;
  }

  static std::string_view type_of(const Schema& s, int depth) {
    const auto type = s.find("type");
    if (!type) {
      if (s.find("properties")) return "object";
      if (s.find("items") || s.find("prefixItems")) return "array";
      return "string";
    }
    if (!is_array(*type)) return wire::json_text(*type);
    const auto all = elements(*type);
    if (all.empty()) return "null";
    return wire::json_text(depth > kRecursionSoftMax ? all.back() : all.front());
  }

  void write_typed(const Schema& s, std::string_view spelt, std::string_view named, int depth) {
    // Google's own schemas shout their types.
    std::string type(spelt);
    for (char& c : type)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (type == "object") return write_object(s, depth);
    if (type == "array") return write_array(s, named, depth);
    if (type == "integer" || type == "number") return write_number(s, type == "integer");
    if (type == "boolean") {
      out_ += "true";
    } else if (type == "null") {
      out_ += "null";
    } else {
      write_string(s, named);
    }
  }

  static bool required(const Text& list, std::string_view key) {
    if (!list || !is_array(*list)) return false;
    return std::ranges::any_of(elements(*list), [key](auto token) { return wire::json_text(token) == key; });
  }

  void write_object(const Schema& s, int depth) {
    out_ += '{';
    const auto properties = s.find("properties");
    const auto required_list = s.find("required");
    bool first = true;
    if (properties && is_object(*properties)) {
      wire::JsonObject reader(*properties, kJsonDepth);
      wire::JsonMember m;
      while (reader.next(m)) {
        if (depth > kRecursionSoftMax && !required(required_list, m.key)) continue;
        if (!std::exchange(first, false)) out_ += ',';
        fmt::format_to(std::back_inserter(out_), "\"{}\":", m.key);
        write(m.value, m.key, depth + 1);
      }
    }
    out_ += '}';
  }

  void write_array(const Schema& s, std::string_view named, int depth) {
    out_ += '[';
    std::size_t count = 0;
    if (const auto prefix = s.find("prefixItems"); prefix && is_array(*prefix))
      for (const auto item : elements(*prefix)) {
        if (count++ > 0) out_ += ',';
        write(item, named, depth + 1);
      }
    const auto items = s.find("items");
    const double least = s.number("minItems", depth > kRecursionSoftMax ? 0 : 1);
    const double most = s.number("maxItems", 16);
    const auto wanted = static_cast<std::size_t>(std::clamp(std::min(least, most), 0.0, 16.0));
    while (items && is_object(*items) && count < wanted) {
      if (count++ > 0) out_ += ',';
      write(*items, named, depth + 1);
    }
    out_ += ']';
  }

  void write_number(const Schema& s, bool whole) {
    const double low = std::max(s.number("minimum", -1e15), s.number("exclusiveMinimum", -1e15) + (whole ? 1 : 0.5));
    const double high = std::min(s.number("maximum", 1e15), s.number("exclusiveMaximum", 1e15) - (whole ? 1 : 0.5));
    double value = std::clamp(whole ? 7.0 : 7.5, low, std::max(low, high));
    if (const double step = s.number("multipleOf", 0); step > 0) value = std::ceil(std::max(low, step) / step) * step;
    out_ += whole ? fmt::format("{}", static_cast<std::int64_t>(std::ceil(value))) : fmt::format("{}", value);
  }

  void write_string(const Schema& s, std::string_view named) {
    const auto format = wire::json_text(s.find("format").value_or(""));
    const auto least = static_cast<std::size_t>(std::clamp(s.number("minLength", 0), 0.0, 4096.0));
    const auto most = static_cast<std::size_t>(std::clamp(s.number("maxLength", 4096), 0.0, 4096.0));
    std::string text = format_sample(format);
    if (text.empty()) {
      for (const char c : named)
        text += c == '_' || c == '\\' || c == '"' ? ' ' : c;  // a key is raw JSON: no escape in halves
      text = text.empty() ? "sample" : "sample " + text;
      if (!plain_ascii(text)) text = "sample";
    }
    while (text.size() < least) text += " more";
    if (text.size() > most) text.resize(most);
    fmt::format_to(std::back_inserter(out_), "\"{}\"", text);
  }

  static bool plain_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
  }

  static std::string format_sample(std::string_view format) {
    if (format == "date-time") return "2026-11-22T12:00:00Z";
    if (format == "date") return "2026-11-22";
    if (format == "time") return "12:00:00Z";
    if (format == "duration") return "PT1H";
    if (format == "email") return "someone@example.com";
    if (format == "hostname") return "example.com";
    if (format == "ipv4") return "192.0.2.1";
    if (format == "ipv6") return "2001:db8::1";
    if (format == "uuid") return "0f6e5d4c-3b2a-4190-8f7e-6d5c4b3a2918";
    if (format == "uri") return "https://example.com/";
    return {};
  }

  std::string_view root_;
  std::string out_;
};

}  // namespace

std::string sample_json(std::string_view schema) {
  Sampler sampler(schema);
  sampler.write(schema, {}, 0);
  return sampler.take();
}

}  // namespace fw::fake
