#include "config/codec.h"

namespace fw::config {

Shape Codec<std::string>::shape(const Field&) { return {.form = Form::text}; }
void Codec<std::string>::read(Reader& reader, const Node& node, const Field& field, std::string& to) {
  auto text = reader.text(node, field);
  if (text && field.rule == &kPath) text = resolved_path(*text, reader.sources());
  if (text) to = std::move(*text);
}
std::string Codec<std::string>::show(const std::string& value) { return value; }

Shape Codec<Secret>::shape(const Field&) { return {.form = Form::secret}; }
void Codec<Secret>::read(Reader& reader, const Node& node, const Field& field, Secret& to) {
  if (auto text = reader.secret(node, field)) to = Secret(std::move(*text));
}
std::string Codec<Secret>::show(const Secret&) { return {}; }

Shape Codec<bool>::shape(const Field&) { return {.form = Form::boolean}; }
void Codec<bool>::read(Reader& reader, const Node& node, const Field& field, bool& to) {
  if (const auto value = reader.boolean(node, field)) to = *value;
}
std::string Codec<bool>::show(bool value) { return value ? "true" : "false"; }

Shape Codec<Money>::shape(const Field&) { return {.form = Form::decimal}; }
void Codec<Money>::read(Reader& reader, const Node& node, const Field& field, Money& to) {
  const auto text = reader.text(node, field);
  if (const auto amount = text ? Money::parse_usd(*text) : std::nullopt) to = *amount;
}
std::string Codec<Money>::show(Money) { return {}; }

Shape Codec<WallTime>::shape(const Field&) { return {.form = Form::text}; }
void Codec<WallTime>::read(Reader& reader, const Node& node, const Field& field, WallTime& to) {
  const auto text = reader.text(node, field);
  if (const auto time = text ? parse_date(*text) : std::nullopt) to = *time;
}
std::string Codec<WallTime>::show(const WallTime&) { return {}; }

Shape Codec<wire::Cidr>::shape(const Field&) { return {.form = Form::text}; }
void Codec<wire::Cidr>::read(Reader& reader, const Node& node, const Field& field, wire::Cidr& to) {
  const auto text = reader.text(node, field);
  if (const auto block = text ? wire::parse_cidr(*text) : std::nullopt) to = *block;
}
std::string Codec<wire::Cidr>::show(const wire::Cidr&) { return {}; }

Shape Codec<Address>::shape(const Field&) { return {.form = Form::address}; }
void Codec<Address>::read(Reader& reader, const Node& node, const Field& field, Address& to) {
  if (auto address = reader.address(node, field)) to = std::move(*address);
}
std::string Codec<Address>::show(const Address&) { return {}; }

Shape list_shape(Shape item) {
  Shape made{.form = Form::list};
  made.item.push_back(std::move(item));
  return made;
}

Shape by_name_shape(Shape item, std::string_view placeholder) {
  Shape made{.form = Form::by_name, .placeholder = placeholder};
  made.item.push_back(std::move(item));
  return made;
}

void read_list(Reader& reader, const Node& node, const Field& field, void* to,
               void (*one)(Reader&, const Node&, const Field&, void* to)) {
  if (field.one_or_many && node.kind == NodeKind::scalar) return one(reader, node, field, to);
  if (!reader.expect(node, field, NodeKind::list, field.one_or_many ? "one or a list" : "a list")) return;
  if (field.nonempty && node.items.empty()) reader.complain(node, {"an empty list", "one entry at least", ""});
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Step step(reader, path_item(reader.path(), i), node.items[i].at);
    one(reader, node.items[i], field, to);
  }
}

void read_by_name(Reader& reader, const Node& node, const Field& field, const Naming& naming, void* to,
                  void (*one)(Reader&, const Member&, const Field&, void* to)) {
  if (!reader.expect(node, field, NodeKind::map, "a mapping by name")) return;
  if (field.nonempty && node.members.empty()) reader.complain(node, {"an empty mapping", "one entry at least", ""});
  for (const Member& member : node.members) {
    if (!reader.name(member, naming.rule) && !naming.misnamed_too) continue;
    const Reader::Step step(reader, path_step(reader.path(), member.key), member.value.at);
    one(reader, member, field, to);
  }
}

Entry described(const Field& field, Shape (*shape)(const Field&), std::string (*standing)(),
                void (*read)(Reader&, const Node&, const Entry&, void*)) {
  Entry made{field, shape(field), std::string(field.default_text)};
  if (made.default_text.empty() && !field.required) made.default_text = standing();
  made.read = read;
  return made;
}

}  // namespace fw::config
