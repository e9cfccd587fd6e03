// Reading an entry of `providers`: its cloud says which fields it has.
#include <fmt/format.h>

#include "config/clouds.h"
#include "config/codec.h"

namespace fw::config {
namespace {

const Field kCloud{.name = "cloud", .doc = "The cloud.", .required = true};

// Null after a complaint.
const Table* table_for(Reader& reader, const Node& node) {
  const auto words = cloud_words();
  const auto* cloud = node.find("cloud");
  if (!cloud) {
    reader.complain(node, {"no `cloud`", fmt::format("`cloud`: {}", words_text(words)), ""});
    return nullptr;
  }
  const Reader::Step step(reader, path_step(reader.path(), "cloud"), cloud->at);
  if (cloud->kind == NodeKind::scalar && is_later_cloud(cloud->text)) {
    show_tree(node);
    reader.complain(*cloud, {fmt::format("the cloud {}, which this version does not support", cloud->text),
                             words_text(words), "remove the provider and the deployments that name it"});
    return nullptr;
  }
  const auto at = reader.word(*cloud, kCloud, words);
  if (!at) return nullptr;
  cloud->shown = true;
  return provider_tables()[*at].table;
}

}  // namespace

Shape Codec<Provider>::shape(const Field&) { return {.form = Form::by_cloud, .variants = provider_tables()}; }

void Codec<Provider>::read(Reader& reader, const Node& node, const Field& field, Provider& to) {
  if (!reader.expect(node, field, NodeKind::map, "a mapping")) return;
  if (const auto* table = table_for(reader, node)) reader.table(node, field, *table, &to);
  to.settings.name = to.name;
}

}  // namespace fw::config
