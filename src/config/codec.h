// How each type of a Config is read, described and shown. Only the tables_*.cpp include this.
#pragma once

#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/date.h"
#include "config/reader.h"
#include "config/reference.h"
#include "config/rules.h"
#include "config/words.h"

namespace fw::config {

// The table of a struct that the file writes as a mapping; defined in one of the tables_*.cpp.
template <class T>
const Table* table_of();

// For structs that the file writes as entries of a mapping by name.
template <class T>
struct NameOf;
template <class T>
concept Named = requires { NameOf<T>::member; };

template <>
struct NameOf<Provider> {
  static constexpr auto member = &Provider::name;
  static constexpr const Rule* rule = &kName;
  static constexpr std::string_view placeholder = "PROVIDER";
};
template <>
struct NameOf<Model> {
  static constexpr auto member = &Model::name;
  static constexpr const Rule* rule = &kModelName;
  static constexpr std::string_view placeholder = "MODEL";
};
template <>
struct NameOf<Policy> {
  static constexpr auto member = &Policy::name;
  static constexpr const Rule* rule = &kName;
  static constexpr std::string_view placeholder = "POLICY";
};
template <>
struct NameOf<SharedBudget> {
  static constexpr auto member = &SharedBudget::name;
  static constexpr const Rule* rule = &kName;
  static constexpr std::string_view placeholder = "BUDGET";
};
template <>
struct NameOf<Commitment> {
  static constexpr auto member = &Commitment::name;
  static constexpr const Rule* rule = &kName;
  static constexpr std::string_view placeholder = "COMMITMENT";
};
template <>
struct NameOf<Tenant> {
  static constexpr auto member = &Tenant::name;
  static constexpr const Rule* rule = &kName;
  static constexpr std::string_view placeholder = "TENANT";
};

// A struct: its table.
template <class T>
struct Codec {
  static Shape shape(const Field&) { return {.form = Form::table, .table = table_of<T>()}; }
  static void read(Reader& reader, const Node& node, const Field& field, T& to) {
    reader.table(node, field, *table_of<T>(), &to);
  }
  static std::string show(const T&) { return {}; }
};

template <>
struct Codec<std::string> {
  static Shape shape(const Field&) { return {.form = Form::text}; }
  static void read(Reader& reader, const Node& node, const Field& field, std::string& to) {
    auto text = reader.text(node, field);
    if (text && field.rule == &kPath) text = resolved_path(*text, reader.sources());
    if (text) to = std::move(*text);
  }
  static std::string show(const std::string& value) { return value; }
};

template <>
struct Codec<Secret> {
  static Shape shape(const Field&) { return {.form = Form::secret}; }
  static void read(Reader& reader, const Node& node, const Field& field, Secret& to) {
    if (auto text = reader.secret(node, field)) to = Secret(std::move(*text));
  }
  static std::string show(const Secret&) { return {}; }
};

template <std::integral T>
  requires(!std::same_as<T, bool>)
struct Codec<T> {
  static constexpr T kMost = std::numeric_limits<T>::max();
  static Shape shape(const Field&) { return {.form = Form::integer}; }
  static void read(Reader& reader, const Node& node, const Field& field, T& to) {
    Field bounded = field;
    if (bounded.max == kNoBound) bounded.max = std::in_range<std::int64_t>(kMost) ? static_cast<std::int64_t>(kMost) : INT64_MAX;
    if (bounded.min == kNoBound) bounded.min = 0;
    if (const auto value = reader.integer(node, bounded)) to = static_cast<T>(*value);
  }
  static std::string show(T value) { return std::to_string(value); }
};

template <>
struct Codec<bool> {
  static Shape shape(const Field&) { return {.form = Form::boolean}; }
  static void read(Reader& reader, const Node& node, const Field& field, bool& to) {
    if (const auto value = reader.boolean(node, field)) to = *value;
  }
  static std::string show(bool value) { return value ? "true" : "false"; }
};

// The text is the amount: it never passes through a floating point number.
template <>
struct Codec<Money> {
  static Shape shape(const Field&) { return {.form = Form::decimal}; }
  static void read(Reader& reader, const Node& node, const Field& field, Money& to) {
    const auto text = reader.text(node, field);
    if (const auto amount = text ? Money::parse_usd(*text) : std::nullopt) to = *amount;
  }
  static std::string show(Money) { return {}; }
};

template <>
struct Codec<WallTime> {
  static Shape shape(const Field&) { return {.form = Form::text}; }
  static void read(Reader& reader, const Node& node, const Field& field, WallTime& to) {
    const auto text = reader.text(node, field);
    if (const auto time = text ? parse_date(*text) : std::nullopt) to = *time;
  }
  static std::string show(const WallTime&) { return {}; }
};

template <>
struct Codec<wire::Cidr> {
  static Shape shape(const Field&) { return {.form = Form::text}; }
  static void read(Reader& reader, const Node& node, const Field& field, wire::Cidr& to) {
    const auto text = reader.text(node, field);
    if (const auto block = text ? wire::parse_cidr(*text) : std::nullopt) to = *block;
  }
  static std::string show(const wire::Cidr&) { return {}; }
};

template <class T>
  requires std::is_enum_v<T>
struct Codec<T> {
  static std::vector<std::string_view> words() {
    std::vector<std::string_view> list;
    for (const auto& [word, value] : Words<T>::all) list.push_back(word);
    return list;
  }
  static Shape shape(const Field&) { return {.form = Form::word, .words = words()}; }
  static void read(Reader& reader, const Node& node, const Field& field, T& to) {
    if (const auto index = reader.word(node, field, words())) to = Words<T>::all[*index].second;
  }
  static std::string show(T value) { return std::string(word_of(value)); }
};

template <>
struct Codec<Address> {
  static Shape shape(const Field&) { return {.form = Form::address}; }
  static void read(Reader& reader, const Node& node, const Field& field, Address& to) {
    if (auto address = reader.address(node, field)) to = std::move(*address);
  }
  static std::string show(const Address&) { return {}; }
};

// Which fields a provider has depends on its cloud: provider.cpp.
template <>
struct Codec<Provider> {
  static Shape shape(const Field& field);
  static void read(Reader& reader, const Node& node, const Field& field, Provider& to);
  static std::string show(const Provider&) { return {}; }
};

template <class T>
struct Codec<std::optional<T>> {
  static Shape shape(const Field& field) { return Codec<T>::shape(field); }
  static void read(Reader& reader, const Node& node, const Field& field, std::optional<T>& to) {
    Codec<T>::read(reader, node, field, to.emplace());
  }
  static std::string show(const std::optional<T>&) { return {}; }
};

template <class T>
struct Codec<std::vector<T>> {
  static Shape shape(const Field& field) { return {.form = Form::list, .item = {Codec<T>::shape(field)}}; }
  static void read(Reader& reader, const Node& node, const Field& field, std::vector<T>& to) {
    if (field.one_or_many && node.kind == NodeKind::scalar) return Codec<T>::read(reader, node, field, to.emplace_back());
    if (!reader.expect(node, field, NodeKind::list, field.one_or_many ? "one or a list" : "a list")) return;
    if (field.nonempty && node.items.empty()) reader.complain(node, {"an empty list", "one entry at least", ""});
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Reader::Step step(reader, path_item(reader.path(), i), node.items[i].at);
      Codec<T>::read(reader, node.items[i], field, to.emplace_back());
    }
  }
  static std::string show(const std::vector<T>&) { return {}; }
};

// Entries under their names.
template <Named T>
struct Codec<std::vector<T>> {
  static Shape shape(const Field& field) {
    return {.form = Form::by_name, .item = {Codec<T>::shape(field)}, .placeholder = NameOf<T>::placeholder};
  }
  static void read(Reader& reader, const Node& node, const Field& field, std::vector<T>& to) {
    if (!reader.expect(node, field, NodeKind::map, "a mapping by name")) return;
    if (field.nonempty && node.members.empty()) reader.complain(node, {"an empty mapping", "one entry at least", ""});
    for (const auto& member : node.members) {
      T& made = to.emplace_back();
      made.*NameOf<T>::member = member.key;
      reader.name(member, *NameOf<T>::rule);
      const Reader::Step step(reader, path_step(reader.path(), member.key), member.value.at);
      Codec<T>::read(reader, member.value, field, made);
    }
  }
  static std::string show(const std::vector<T>&) { return {}; }
};

// Values by name: tiers, shares of clouds.
template <class T>
struct Codec<std::map<std::string, T, std::less<>>> {
  using Map = std::map<std::string, T, std::less<>>;
  static Shape shape(const Field& field) {
    return {.form = Form::by_name, .item = {Codec<T>::shape(field)}, .placeholder = field.placeholder};
  }
  static void read(Reader& reader, const Node& node, const Field& field, Map& to) {
    if (!reader.expect(node, field, NodeKind::map, "a mapping by name")) return;
    for (const auto& member : node.members) {
      if (!reader.name(member, kName)) continue;
      const Reader::Step step(reader, path_step(reader.path(), member.key), member.value.at);
      Codec<T>::read(reader, member.value, field, to[member.key]);
    }
  }
  static std::string show(const Map&) { return {}; }
};

template <auto Member>
struct MemberOf;
template <class C, class T, T C::* Member>
struct MemberOf<Member> {
  using Class = C;
  using Type = T;
};

// The field of a struct, described once.
template <auto Member>
Entry entry(const Field& field) {
  using Class = typename MemberOf<Member>::Class;
  using Type = typename MemberOf<Member>::Type;
  Entry made{field, Codec<Type>::shape(field), std::string(field.default_text)};
  if (made.default_text.empty() && !field.required) made.default_text = Codec<Type>::show(Class{}.*Member);
  made.read = [](Reader& reader, const Node& node, const Entry& self, void* object) {
    Codec<Type>::read(reader, node, self.field, static_cast<Class*>(object)->*Member);
  };
  return made;
}

// The fields of a nested struct, written flat beside those of the struct around it.
template <auto Part>
void splice(Table& table) {
  using Class = typename MemberOf<Part>::Class;
  for (Entry made : table_of<typename MemberOf<Part>::Type>()->entries) {
    made.part = [](void* object) -> void* { return &(static_cast<Class*>(object)->*Part); };
    table.entries.push_back(std::move(made));
  }
}

// The row `budgets` of the file; tables_access.cpp, beside the switch that it hangs on.
Entry budgets_entry();
// The rows `pool` of a deployment and `commitments` of the file; tables_capacity.cpp.
Entry pool_entry();
Entry commitments_entry();

}  // namespace fw::config
