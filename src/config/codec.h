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
  static Shape shape(const Field&);
  static void read(Reader& reader, const Node& node, const Field& field, std::string& to);
  static std::string show(const std::string& value);
};

template <>
struct Codec<Secret> {
  static Shape shape(const Field&);
  static void read(Reader& reader, const Node& node, const Field& field, Secret& to);
  static std::string show(const Secret&);
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
  static Shape shape(const Field&);
  static void read(Reader& reader, const Node& node, const Field& field, bool& to);
  static std::string show(bool value);
};

// The text is the amount: it never passes through a floating point number.
template <>
struct Codec<Money> {
  static Shape shape(const Field&);
  static void read(Reader& reader, const Node& node, const Field& field, Money& to);
  static std::string show(Money);
};

template <>
struct Codec<WallTime> {
  static Shape shape(const Field&);
  static void read(Reader& reader, const Node& node, const Field& field, WallTime& to);
  static std::string show(const WallTime&);
};

template <>
struct Codec<wire::Cidr> {
  static Shape shape(const Field&);
  static void read(Reader& reader, const Node& node, const Field& field, wire::Cidr& to);
  static std::string show(const wire::Cidr&);
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
  static Shape shape(const Field&);
  static void read(Reader& reader, const Node& node, const Field& field, Address& to);
  static std::string show(const Address&);
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

// What does not depend on the item's type, once for all lists and mappings by name: `one` makes room for an item in `to` and reads it.
Shape list_shape(Shape item);
Shape by_name_shape(Shape item, std::string_view placeholder);
void read_list(Reader& reader, const Node& node, const Field& field, void* to,
               void (*one)(Reader&, const Node&, const Field&, void* to));
struct Naming {
  const Rule& rule;
  bool misnamed_too = false;  // a member whose name breaks the rule is read all the same, once that is reported
};
void read_by_name(Reader& reader, const Node& node, const Field& field, const Naming& naming, void* to,
                  void (*one)(Reader&, const Member&, const Field&, void* to));

template <class T>
struct Codec<std::vector<T>> {
  static Shape shape(const Field& field) { return list_shape(Codec<T>::shape(field)); }
  static void read(Reader& reader, const Node& node, const Field& field, std::vector<T>& to) {
    read_list(reader, node, field, &to, [](Reader& items, const Node& item, const Field& of, void* list) {
      Codec<T>::read(items, item, of, static_cast<std::vector<T>*>(list)->emplace_back());
    });
  }
  static std::string show(const std::vector<T>&) { return {}; }
};

// Entries under their names.
template <Named T>
struct Codec<std::vector<T>> {
  static Shape shape(const Field& field) {
    return by_name_shape(Codec<T>::shape(field), NameOf<T>::placeholder);
  }
  static void read(Reader& reader, const Node& node, const Field& field, std::vector<T>& to) {
    read_by_name(reader, node, field, {*NameOf<T>::rule, true}, &to,
                 [](Reader& members, const Member& member, const Field& of, void* list) {
                   T& made = static_cast<std::vector<T>*>(list)->emplace_back();
                   made.*NameOf<T>::member = member.key;
                   Codec<T>::read(members, member.value, of, made);
                 });
  }
  static std::string show(const std::vector<T>&) { return {}; }
};

// Values by name: tiers, shares of clouds.
template <class T>
struct Codec<std::map<std::string, T, std::less<>>> {
  using Map = std::map<std::string, T, std::less<>>;
  static Shape shape(const Field& field) {
    return by_name_shape(Codec<T>::shape(field), field.placeholder);
  }
  static void read(Reader& reader, const Node& node, const Field& field, Map& to) {
    read_by_name(reader, node, field, {kName}, &to,
                 [](Reader& members, const Member& member, const Field& of, void* map) {
                   Codec<T>::read(members, member.value, of, (*static_cast<Map*>(map))[member.key]);
                 });
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

// A struct as it stands when the file says nothing.
template <class Class>
const Class& defaults() {
  static const Class value{};
  return value;
}

// What differs from member to member is only these three; `described` does the rest once for all of them.
template <auto Member>
struct Described {
  using Class = typename MemberOf<Member>::Class;
  using Type = typename MemberOf<Member>::Type;
  static std::string standing() { return Codec<Type>::show(defaults<Class>().*Member); }
  static void read(Reader& reader, const Node& node, const Entry& self, void* object) {
    Codec<Type>::read(reader, node, self.field, static_cast<Class*>(object)->*Member);
  }
};
Entry described(const Field& field, Shape (*shape)(const Field&), std::string (*standing)(),
                void (*read)(Reader&, const Node&, const Entry&, void*));

// The field of a struct, described once.
template <auto Member>
Entry entry(const Field& field) {
  return described(field, &Codec<typename MemberOf<Member>::Type>::shape, &Described<Member>::standing, &Described<Member>::read);
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
