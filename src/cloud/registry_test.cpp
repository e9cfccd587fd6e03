#include <gtest/gtest.h>

#include <set>
#include <string>

#include "cloud/adapter.h"

namespace fw::cloud {
namespace {

TEST(Registry, finds_each_cloud_by_its_word) {
  for (const char* word : {"openai", "azure", "compatible"}) {
    ASSERT_NE(find(word), nullptr) << word;
    EXPECT_EQ(find(word)->name(), word);
  }
  EXPECT_EQ(find(""), nullptr);
  EXPECT_EQ(find("OpenAI"), nullptr);
}

TEST(Registry, names_each_cloud_and_setting_once) {
  std::set<std::string_view> clouds;
  for (const Adapter* adapter : all()) {
    EXPECT_TRUE(clouds.insert(adapter->name()).second);
    std::set<std::string_view> settings;
    for (const Setting& setting : adapter->settings()) {
      EXPECT_TRUE(settings.insert(setting.name).second) << setting.name;
      EXPECT_FALSE(setting.doc.empty());
    }
    EXPECT_TRUE(settings.contains("base_url"));
  }
}

TEST(Verdict, names_each_kind_and_bills_nothing_that_was_not_sent) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kFailureKinds; ++i) {
    const auto kind = static_cast<FailureKind>(i);
    EXPECT_TRUE(names.insert(name(kind)).second);
    EXPECT_EQ(verdict_of(kind).kind, kind);
  }
  EXPECT_TRUE(verdict_of(FailureKind::unreachable).elsewhere);
  EXPECT_EQ(verdict_of(FailureKind::unreachable).billing, Billing::refused_unbilled);
  EXPECT_EQ(verdict_of(FailureKind::truncated).billing, Billing::ambiguous);
}

}  // namespace
}  // namespace fw::cloud
