// The clouds' tables of fates, as data.
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "cloud/adapter.h"

namespace fw::cloud {
namespace {

using dialect::Fate;
using dialect::Need;

TEST(FieldRows, say_why_with_a_source_and_a_date) {
  for (const auto* adapter : all())
    for (const auto& row : adapter->fields()) {
      const auto what = std::string(adapter->name()) + ": " + std::string(dialect::name(row.row.need));
      EXPECT_FALSE(row.row.how.empty()) << what;
      EXPECT_FALSE(row.source.empty()) << what;
      EXPECT_TRUE(row.date.size() == 10 && row.date.starts_with("202") && row.date[4] == '-' && row.date[7] == '-')
          << what << ' ' << row.date;
    }
}

TEST(FieldRows, say_it_once) {
  for (const auto* adapter : all()) {
    std::set<std::tuple<Dialect, std::string_view, Need>> seen;
    for (const auto& row : adapter->fields())
      EXPECT_TRUE(seen.emplace(row.upstream, row.models, row.row.need).second)
          << adapter->name() << ": " << dialect::name(row.row.need) << " twice";
  }
}

TEST(FieldRows, tell_what_a_compatible_server_passes_over) {
  const auto chat = fates(*find("compatible"), Dialect::chat, "any", false);
  EXPECT_TRUE(has(chat.dropped, Need::service_tier));
  EXPECT_TRUE(has(chat.refused, Need::custom_tools));
  EXPECT_FALSE(has(chat.dropped, Need::seed));
  const auto direct = fates(*find("openai"), Dialect::chat, "gpt-6-sol", false);
  EXPECT_TRUE(direct.dropped.none() && direct.refused.none());
}

}  // namespace
}  // namespace fw::cloud
