#include "store/keys.h"

#include <fmt/format.h>

#include <gtest/gtest.h>

#include <filesystem>

#include "store/journal_testing.h"

namespace fw::store {
namespace {

KeyRow row_of(std::string id, std::string name) {
  KeyRow row;
  row.id = std::move(id);
  row.name = std::move(name);
  row.tenant = "acme";
  row.terms = R"({"name":"a"})";
  row.digest = wire::sha256(row.id);
  row.created = {5};
  row.created_by = "ops";
  return row;
}

KeyAct act_of(const KeyRow& row, std::string act) { return {.number = 0, .time = {7}, .token = "ops", .act = std::move(act), .key_id = row.id, .key = row.name, .tenant = row.tenant, .before = {}, .after = row.terms}; }

TEST(KeyStore, a_row_comes_back_as_it_was_put) {
  const Folder folder;
  auto row = row_of("key_1", "team-a");
  {
    auto store = *KeyStore::open(folder.path);
    ASSERT_TRUE(store->put(row, act_of(row, "create")));
    row.former = FormerSecret{row.digest, {99}};
    row.digest = wire::sha256("another");
    row.rotated = {98};
    row.disabled = true;
    ASSERT_TRUE(store->put(row, act_of(row, "rotate")));
  }
  auto store = *KeyStore::open(folder.path);
  const auto rows = store->keys();
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1u);
  const auto& back = rows->front();
  EXPECT_EQ(back.id, "key_1");
  EXPECT_EQ(back.tenant, "acme");
  EXPECT_EQ(back.terms, row.terms);
  EXPECT_EQ(back.digest, row.digest);
  ASSERT_TRUE(back.former);
  EXPECT_EQ(back.former->digest, row.former->digest);
  EXPECT_EQ(back.former->until.ns, 99);
  EXPECT_TRUE(back.disabled);
  EXPECT_EQ(back.rotated->ns, 98);
  EXPECT_FALSE(back.revoked);
}

TEST(KeyStore, a_name_and_a_revoked_row_are_final) {
  const Folder folder;
  auto store = *KeyStore::open(folder.path);
  auto row = row_of("key_1", "team-a");
  ASSERT_TRUE(store->put(row, act_of(row, "create")));
  const auto other = row_of("key_2", "team-a");
  EXPECT_FALSE(store->put(other, act_of(other, "create"))) << "the name a second time";
  row.revoked = {9};
  ASSERT_TRUE(store->put(row, act_of(row, "revoke")));
  row.revoked.reset();
  EXPECT_FALSE(store->put(row, act_of(row, "enable")));
  EXPECT_EQ(store->acts(10, 0, "", "")->size(), 2u) << "what was not done is not told";
}

TEST(KeyStore, acts_are_told_newest_first_by_page_tenant_and_key) {
  const Folder folder;
  auto store = *KeyStore::open(folder.path);
  for (int i = 0; i < 5; ++i) {
    auto row = row_of(fmt::format("key_{}", i), fmt::format("team-{}", i));
    if (i == 3) row.tenant = "umbra";
    ASSERT_TRUE(store->put(row, act_of(row, "create")));
  }
  const auto page = *store->acts(2, 0, "", "");
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].key, "team-4");
  EXPECT_EQ(store->acts(10, page[1].number, "", "")->size(), 3u);
  EXPECT_EQ(store->acts(10, 0, "umbra", "")->size(), 1u);
  EXPECT_EQ(store->acts(10, 0, "acme", "key_3")->size(), 0u);
  EXPECT_EQ(store->acts(10, 0, "", "key_0")->at(0).after, R"({"name":"a"})");
}

TEST(KeyStore, nothing_can_be_taken_back_even_by_other_programs) {
  const Folder folder;
  auto store = *KeyStore::open(folder.path);
  const auto row = row_of("key_1", "team-a");
  ASSERT_TRUE(store->put(row, act_of(row, "create")));
  auto db = *Sqlite::open(keys_path(folder.path), Sqlite::How::write);
  for (const auto* sql : {"DELETE FROM acts", "UPDATE acts SET token='x'", "DELETE FROM keys"}) {
    db->run(sql);
    EXPECT_FALSE(db->ok()) << sql;
    db->clear();
  }
}

TEST(KeyStore, is_for_its_owner_alone) {
  const Folder folder;
  auto store = *KeyStore::open(folder.path);
  const auto row = row_of("key_1", "team-a");
  ASSERT_TRUE(store->put(row, act_of(row, "create")));
  for (const auto* end : {"", "-wal", "-shm"}) {
    const auto mode = std::filesystem::status(keys_path(folder.path) + end).permissions();
    EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all), std::filesystem::perms::none) << end;
  }
}

TEST(KeyStore, a_newer_format_or_another_file_is_refused) {
  const Folder folder;
  {
    auto db = *Sqlite::open(keys_path(folder.path), Sqlite::How::write);
    db->run("CREATE TABLE mine(x)");
  }
  const auto other = KeyStore::open(folder.path);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("not a key store"), std::string::npos);
  const Folder second;
  { ASSERT_TRUE(KeyStore::open(second.path)); }
  {
    auto db = *Sqlite::open(keys_path(second.path), Sqlite::How::write);
    db->run("PRAGMA user_version=99");
  }
  const auto newer = KeyStore::open(second.path);
  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().message.find("format 99"), std::string::npos);
}

}  // namespace
}  // namespace fw::store
