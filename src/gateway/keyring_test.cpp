#include "gateway/keyring.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/date.h"
#include "gateway/rig.h"
#include "gateway/spent.h"
#include "store/journal_testing.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kBody = R"({"model":"gpt","max_tokens":10,"messages":[{"role":"user","content":"hi"}]})";
constexpr std::string_view kTenants =
    "tenants: { acme: { policy: eu }, umbra: {} }\npolicies: { default: {}, eu: { residency: eu }, cheap: { prefer: cost } }\n";
constexpr std::int64_t kSecond = 1'000'000'000;

config::AdminToken token_of(config::Role role, std::string tenant = {}) {
  return {.name = "ops", .token = config::Secret("x"), .role = role, .tenant = std::move(tenant), .models = {}, .policies = {}};
}
const auto kOwner = token_of(config::Role::owner);

// A gateway of one core with a keyring beside it, as the admin plane has it.
class Ring {
 public:
  explicit Ring(std::string_view config = kTenants) : rig(config) { open(); }
  void open() { keys = std::move(*Keyring::open(rig.shared->snapshot, folder.path, now())); }
  WallTime now() { return rig.loop.wall(); }
  void spread() {
    rig.core->make_room(*keys->table());
    rig.core->adopt(keys->table());
  }
  Keyring::Made create(std::string_view json, const config::AdminToken& token = kOwner) {
    auto made = keys->create(json, token, now());
    if (!made) throw std::runtime_error(made.error().message);
    spread();
    return *made;
  }
  Error refused(std::string_view json, const config::AdminToken& token = kOwner) {
    const auto made = keys->create(json, token, now());
    return made ? Error{} : made.error();
  }
  Result<void> change(const std::string& id, std::string_view patch, const config::AdminToken& token = kOwner) {
    auto done = keys->change(id, patch, token, now());
    spread();
    return done;
  }
  // The status of a request with this key, and what was answered.
  std::string ask(std::string_view key, std::string_view body = kBody, std::string_view path = "/v1/chat/completions") {
    rig.plays = {{.answer = json_answer(kChatAnswer)}};
    answer = rig.ask(chat_request(body, key, path));
    return answer.substr(9, 3);
  }
  // Twelve requests at one moment; how many were served.
  int burst(std::string_view key) {
    std::string requests;
    for (int i = 0; i < 12; ++i) requests += chat_request(kBody, key);
    rig.plays = {{.answer = json_answer(kChatAnswer)}};
    answer = rig.ask(requests);
    int n = 0;
    for (auto at = answer.find("HTTP/1.1 200"); at != answer.npos; at = answer.find("HTTP/1.1 200", at + 1)) ++n;
    return n;
  }
  bool said(std::string_view part) const { return answer.find(part) != answer.npos; }

  store::Folder folder;
  Rig rig;
  std::unique_ptr<Keyring> keys;
  std::string answer;
};

TEST(Keyring, a_made_key_is_served_as_one_of_the_configuration_until_it_is_revoked) {
  Ring ring;
  EXPECT_EQ(ring.ask("sk-fw-nobody-0123456789"), "401");
  const auto made = ring.create(R"({"name":"a","tenant":"umbra"})");
  EXPECT_TRUE(made.secret.starts_with(kSecretPrefix));
  EXPECT_EQ(made.secret.size(), kSecretPrefix.size() + 43);
  EXPECT_EQ(ring.ask(made.secret), "200");
  EXPECT_EQ(ring.rig.shared->snapshot->tenants()[ring.rig.last().tenant], "umbra");
  EXPECT_EQ(ring.keys->table()->key(ring.rig.last().key).name, "a");
  ASSERT_TRUE(ring.keys->revoke(made.id, kOwner, ring.now()));
  ring.spread();
  EXPECT_EQ(ring.ask(made.secret), "401");
  EXPECT_EQ(ring.ask("sk-team-a-0123456789"), "200") << "nobody else";
  EXPECT_TRUE(ring.keys->revoke(made.id, kOwner, ring.now())) << "again changes nothing";
  EXPECT_EQ(ring.keys->acts(10, 0, "", "")->size(), 2u);
}

TEST(Keyring, disabled_and_expired_keys_are_refused_and_told_so) {
  Ring ring;
  const auto made = ring.create(R"({"name":"a"})");
  ASSERT_TRUE(ring.change(made.id, R"({"disabled":true})"));
  EXPECT_EQ(ring.ask(made.secret), "401");
  EXPECT_TRUE(ring.said("disabled")) << ring.answer;
  ASSERT_TRUE(ring.change(made.id, R"({"disabled":false})"));
  EXPECT_EQ(ring.ask(made.secret), "200");
  const auto end = WallTime{ring.now().ns + 3'600 * kSecond};
  ASSERT_TRUE(ring.change(made.id, fmt::format(R"({{"expires":"{}"}})", rfc3339_text(end))));
  EXPECT_EQ(ring.ask(made.secret), "200");
  EXPECT_EQ(refuse_key(ring.keys->table()->key(ring.rig.last().key), end, {})->code, Code::invalid_api_key);
  EXPECT_NE(refuse_key(ring.keys->table()->key(ring.rig.last().key), end, {})->message.find("expired"), std::string::npos);
  EXPECT_EQ(state_of(*ring.keys->find(made.id, kOwner), end), KeyState::expired);
  ASSERT_TRUE(ring.change(made.id, R"({"expires":null})"));
  EXPECT_FALSE(refuse_key(ring.keys->table()->key(ring.rig.last().key), {INT64_MAX - 1}, {})) << "the end is gone";
}

TEST(Keyring, models_endpoints_and_addresses_are_held) {
  Ring ring;
  const auto chat = ring.create(R"({"name":"a","endpoints":["responses"]})");
  EXPECT_EQ(ring.ask(chat.secret), "403");
  EXPECT_TRUE(ring.said("endpoint_not_allowed")) << ring.answer;
  ring.rig.plays = {{.answer = json_answer(kResponse)}};
  EXPECT_TRUE(ring.rig.ask(chat_request(R"({"model":"gpt","input":"hi"})", chat.secret, "/v1/responses")).starts_with("HTTP/1.1 200"));
  const auto there = ring.create(R"({"name":"b","addresses":["10.0.0.0/8"]})");
  EXPECT_EQ(ring.ask(there.secret), "403") << "memory has no address";
  EXPECT_TRUE(ring.said("address_not_allowed"));
  const auto& key = ring.keys->table()->key(ring.rig.last().key);
  EXPECT_FALSE(refuse_key(key, ring.now(), wire::parse_ip("10.9.8.7")));
  EXPECT_TRUE(refuse_key(key, ring.now(), wire::parse_ip("11.9.8.7")));
}

TEST(Keyring, budgets_and_rates_of_made_keys_are_those_of_others) {
  Ring ring;
  const auto poor = ring.create(R"({"name":"poor","budget":{"usd":"0.0003"}})");
  int served = 0;
  while (served < 40 && ring.ask(poor.secret) == "200") ++served;
  EXPECT_TRUE(ring.said("project_spend_limit_exceeded")) << ring.answer;
  EXPECT_GT(served, 10);
  EXPECT_LT(served, 40);
  ASSERT_TRUE(ring.change(poor.id, R"({"budget":{"usd":"1"}})"));
  EXPECT_EQ(ring.ask(poor.secret), "200") << ring.answer;
  // Changed before anybody used it: its calendar is still that of its first terms.
  const auto fresh = ring.create(R"({"name":"fresh","budget":{"usd":"0.5","per":"day"}})");
  ASSERT_TRUE(ring.change(fresh.id, R"({"budget":{"usd":"1"}})"));
  EXPECT_EQ(ring.ask(fresh.secret), "200") << ring.answer;
  const auto slow = ring.create(R"({"name":"slow","limits":{"requests_per_minute":3}})");
  EXPECT_EQ(ring.burst(slow.secret), 3);
  EXPECT_TRUE(ring.said("the key slow")) << ring.answer;
  ASSERT_TRUE(ring.change(slow.id, R"({"limits":{"requests_per_minute":null}})"));
  EXPECT_EQ(ring.burst(slow.secret), 12) << ring.answer;
  ASSERT_TRUE(ring.change(slow.id, R"({"limits":{"requests_per_minute":5}})"));
  EXPECT_EQ(ring.burst(slow.secret), 5);
  ASSERT_TRUE(ring.change(slow.id, R"({"limits":{"requests_per_minute":1000}})"));
  EXPECT_GT(ring.burst(slow.secret), 0);
  EXPECT_EQ(ring.burst(slow.secret), 12) << "the same account, which fills faster now";
  EXPECT_EQ(ring.keys->table()->rates().size(), 2u) << "and a new one only where there was none";
}

TEST(Keyring, how_many_run_at_once_changes_for_all_tables) {
  Ring ring;
  const auto made = ring.create(R"({"name":"a","limits":{"concurrent_exchanges":2}})");
  const auto permits = ring.keys->table()->key(ring.keys->table()->keys().size() - 1).permits;
  EXPECT_TRUE(permits->take() && permits->take());
  EXPECT_EQ(ring.ask(made.secret), "429");
  ASSERT_TRUE(ring.change(made.id, R"({"limits":{"concurrent_exchanges":3}})"));
  EXPECT_EQ(ring.ask(made.secret), "200");
  ASSERT_TRUE(ring.change(made.id, R"({"limits":{"concurrent_exchanges":1}})"));
  permits->give();
  EXPECT_EQ(ring.ask(made.secret), "429") << "one still runs";
}

TEST(Keyring, a_rotated_secret_is_over_at_once_or_after_its_grace) {
  Ring ring;
  const auto first = ring.create(R"({"name":"a"})");
  const auto second = *ring.keys->rotate(first.id, 0, kOwner, ring.now());
  ring.spread();
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(ring.ask(first.secret), "401");
  EXPECT_EQ(ring.ask(second.secret), "200");
  const auto third = *ring.keys->rotate(first.id, 60, kOwner, ring.now());
  ring.spread();
  EXPECT_EQ(ring.ask(second.secret), "200");
  EXPECT_EQ(ring.ask(third.secret), "200");
  EXPECT_FALSE(ring.keys->table()->find(second.secret, {ring.now().ns + 60 * kSecond})) << "its grace is over";
  EXPECT_TRUE(ring.keys->table()->find(third.secret, {ring.now().ns + 60 * kSecond}));
  ASSERT_TRUE(ring.keys->revoke(first.id, kOwner, ring.now()));
  ring.spread();
  EXPECT_EQ(ring.ask(second.secret), "401") << "a grace ends with its key";
  EXPECT_EQ(ring.ask(third.secret), "401");
}

TEST(Keyring, a_new_run_knows_all_of_it) {
  Ring ring;
  const auto lives = ring.create(R"({"name":"lives","tenant":"acme","budget":{"usd":"5"}})");
  const auto off = ring.create(R"({"name":"off"})");
  const auto gone = ring.create(R"({"name":"gone"})");
  const auto turned = *ring.keys->rotate(lives.id, 3'600, kOwner, ring.now());
  ASSERT_TRUE(ring.change(off.id, R"({"disabled":true})"));
  ASSERT_TRUE(ring.keys->revoke(gone.id, kOwner, ring.now()));
  ring.open();
  const auto& table = *ring.keys->table();
  EXPECT_TRUE(table.find(turned.secret, ring.now()));
  EXPECT_TRUE(table.find(lives.secret, ring.now())) << "within its grace";
  EXPECT_FALSE(table.find(lives.secret, {ring.now().ns + 3'600 * kSecond}));
  ASSERT_TRUE(table.find(off.secret, ring.now()));
  EXPECT_TRUE(table.key(*table.find(off.secret, ring.now())).disabled);
  EXPECT_FALSE(table.find(gone.secret, ring.now()));
  EXPECT_EQ(state_of(*ring.keys->find(gone.id, kOwner), ring.now()), KeyState::revoked);
  EXPECT_EQ(ring.keys->acts(100, 0, "", "")->size(), 6u);
  EXPECT_EQ(ring.refused(R"({"name":"gone"})").code, Code::conflict) << "its name stays its own";
}

TEST(Keyring, what_a_made_key_spent_counts_in_the_next_run_and_its_tenants_part_after_it_is_gone) {
  Ring ring("tenants: { acme: { budget: { usd: \"7\" } }, umbra: {} }\n");
  const auto journal = std::move(*store::Journal::open({.data_dir = ring.folder.path, .cores = 1, .segment_bytes = 64 * 1024, .side_thread = false}));
  ring.rig.keep_books(*journal);
  const auto made = ring.create(R"({"name":"a","tenant":"acme","budget":{"usd":"5"}})");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ring.ask(made.secret), "200");
  ring.open();
  const auto by = [&](std::string_view name) {
    const auto& table = *ring.keys->table();
    const auto all = *spent(*ring.rig.shared->snapshot, table, ring.folder.path, ring.now());
    for (std::size_t i = 0; i < table.budgets().size(); ++i)
      if (table.budgets()[i].name == name) return all[i].usd();
    return std::string("none");
  };
  EXPECT_EQ(by("key/a"), "0.000042");
  EXPECT_EQ(by("tenant/acme"), "0.000042");
  ASSERT_TRUE(ring.keys->revoke(made.id, kOwner, ring.now()));
  ring.open();
  EXPECT_EQ(by("key/a"), "none");
  EXPECT_EQ(by("tenant/acme"), "0.000042");
}

TEST(Keyring, a_token_of_a_tenant_makes_keys_of_the_tenant_and_no_others) {
  Ring ring;
  const auto acme = token_of(config::Role::keys, "acme");
  const auto made = ring.create(R"({"name":"a"})", acme);
  EXPECT_EQ(ring.keys->find(made.id, kOwner)->row.tenant, "acme");
  EXPECT_EQ(ring.keys->find(made.id, kOwner)->key->policy, "eu");
  EXPECT_EQ(ring.refused(R"({"name":"b","tenant":"umbra"})", acme).code, Code::not_found);
  EXPECT_EQ(ring.refused(R"({"name":"b","tenant":"nobody"})", acme).message, ring.refused(R"({"name":"b","tenant":"umbra"})", acme).message) << "nothing is learned of others";
  EXPECT_EQ(ring.refused(R"({"name":"b","policy":"cheap"})", acme).code, Code::forbidden);
  EXPECT_EQ(ring.refused(R"({"name":"b"})", token_of(config::Role::read)).code, Code::forbidden);
  // One that the owner made with more rights: it may be ended, and nothing else.
  const auto more = ring.create(R"({"name":"more","tenant":"acme","policy":"cheap"})");
  EXPECT_EQ(ring.keys->rotate(more.id, 0, acme, ring.now()).error().code, Code::forbidden) << "the secret would be told";
  EXPECT_EQ(ring.change(more.id, R"({"expires":"2100-01-01"})", acme).error().code, Code::forbidden);
  EXPECT_EQ(ring.change(more.id, R"({"policy":null})", acme).error().code, Code::forbidden);
  EXPECT_TRUE(ring.change(more.id, R"({"disabled":true})", acme));
  EXPECT_EQ(ring.change(more.id, R"({"disabled":false})", acme).error().code, Code::forbidden);
  EXPECT_EQ(ring.change(made.id, R"({"policy":"cheap"})", acme).error().code, Code::forbidden);
  EXPECT_TRUE(ring.keys->revoke(more.id, acme, ring.now()));
  for (const auto& id : {made.id, std::string("key_none"), std::string("config:team-a")}) {
    const auto umbra = token_of(config::Role::keys, "umbra");
    EXPECT_EQ(ring.keys->revoke(id, umbra, ring.now()).error().code, Code::not_found) << id;
    EXPECT_EQ(ring.keys->rotate(id, 0, umbra, ring.now()).error().code, Code::not_found) << id;
    EXPECT_EQ(ring.change(id, R"({"disabled":true})", umbra).error().code, Code::not_found) << id;
    EXPECT_EQ(ring.change(id, "no JSON", umbra).error().code, Code::not_found) << id;
  }
}

TEST(Keyring, changes_that_the_books_could_not_follow_are_refused) {
  Ring ring;
  const auto made = ring.create(R"({"name":"a","budget":{"usd":"5"}})");
  for (const auto* patch : {R"({"name":"b"})", R"({"tenant":"acme"})", R"({"budget":null})", R"({"budget":{"per":"day"}})", R"({"budget":{"hard":false}})", R"({"nmae":null})", R"({"disabled":1})",
                            R"({})", R"([])", R"({"models":["nope"]})", R"({"expires":"2001-01-01"})", R"({"expires":"2100-01-01","expires":"2101-01-01"})"}) {
    const auto done = ring.change(made.id, patch);
    ASSERT_FALSE(done) << patch;
    EXPECT_EQ(done.error().code, Code::invalid_value) << patch;
  }
  EXPECT_EQ(ring.keys->acts(10, 0, "", "")->size(), 1u);
  EXPECT_EQ(ring.change("config:team-a", R"({"disabled":true})").error().code, Code::conflict);
  EXPECT_EQ(ring.refused(R"({"name":"team-a"})").code, Code::conflict);
  EXPECT_EQ(ring.refused(R"({"name":"c","budget":{"name":"key/a","usd":"1"}})").code, Code::conflict);
}

TEST(Keyring, no_secret_is_kept) {
  Ring ring;
  const auto made = ring.create(R"({"name":"a"})");
  const auto turned = *ring.keys->rotate(made.id, 60, kOwner, ring.now());
  ring.keys.reset();
  for (const auto& file : std::filesystem::directory_iterator(ring.folder.path)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    for (const auto& secret : {made.secret, turned.secret}) EXPECT_EQ(bytes.find(secret.substr(kSecretPrefix.size())), bytes.npos) << file.path();
  }
}

TEST(KeyTable, finds_each_of_thousands_and_nobody_else) {
  const Rig rig;
  const auto& snapshot = *rig.shared->snapshot;
  auto table = snapshot.configured()->next();
  config::Key key;
  const auto secret = [](int i) { return fmt::format("sk-fw-{:032}", i); };
  const auto index = [](int i) { return static_cast<std::uint16_t>(i + 2); };  // behind the rig's own
  for (int i = 0; i < 3'000; ++i) {
    key.name = fmt::format("k{}", i);
    table->accept(wire::sha256(secret(i)), table->add(snapshot, key, false));
  }
  for (int i = 0; i < 3'000; i += 3) table->forget(index(i));
  for (int i = 0; i < 3'100; ++i) {
    const auto found = table->find(secret(i), {0});
    ASSERT_EQ(found.has_value(), i < 3'000 && i % 3 != 0) << i;
    if (found) ASSERT_EQ(*found, index(i));
  }
  EXPECT_TRUE(table->find("sk-team-b-0123456789", {0}));
}

}  // namespace
}  // namespace fw::gateway
