#include "cloud/field_page.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "cloud/adapter.h"

namespace fw::cloud {
namespace {

TEST(FieldPage, in_the_repository_is_current) {
  std::ifstream file(FAIRWAY_SOURCE_DIR "/docs/fields.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_TRUE(page.str() == field_page()) << "write it again: fairway config fields > docs/fields.md";
}

TEST(Fields, every_row_has_a_source_with_its_date_and_stands_once) {
  for (const auto* adapter : all()) {
    std::set<std::tuple<dialect::Need, Dialect, std::string_view>> seen;
    for (const auto& f : adapter->fields()) {
      EXPECT_FALSE(f.source.empty()) << adapter->name() << ' ' << name(f.row.need);
      EXPECT_EQ(f.date.size(), 10u) << adapter->name() << ' ' << name(f.row.need);
      EXPECT_FALSE(f.row.how.empty()) << adapter->name() << ' ' << name(f.row.need);
      EXPECT_TRUE(seen.emplace(f.row.need, f.upstream, f.models).second) << adapter->name() << ' ' << name(f.row.need);
    }
  }
}

}  // namespace
}  // namespace fw::cloud
