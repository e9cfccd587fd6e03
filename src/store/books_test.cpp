#include "store/books.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "store/ledger_schema.h"
#include "store/ledger_testing.h"
#include "store/lock.h"

namespace fw::store {
namespace {

namespace fs = std::filesystem;

std::map<std::string, ledger::AttemptState> states(const std::string& data_dir, const BooksFilter& filter = {}) {
  std::map<std::string, ledger::AttemptState> out;
  auto books = Books::open(data_dir);
  EXPECT_TRUE(books) << books.error().message;
  (void)(*books)->attempts(filter, [&](const ledger::Booked& a) { out[a.attempt_id] = a.state; });
  return out;
}

TEST(Books, a_directory_without_books_is_an_error_that_says_so) {
  const Folder folder;
  const auto opened = Books::open(folder.path);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("neither a ledger nor a journal"), std::string::npos);
}

TEST(Books, an_attempt_that_runs_is_open_and_ambiguous_once_its_gateway_is_gone) {
  const Folder folder;
  auto lock = std::make_unique<DirectoryLock>(std::move(*DirectoryLock::take(folder.path)));
  auto journal = open_journal(folder);
  auto keeper = open_keeper(*journal);
  ASSERT_TRUE(journal->lane(0).append(intent("moved-1")));
  ASSERT_TRUE(keeper->step());
  ASSERT_TRUE(journal->lane(0).append(intent("tail-1")));
  using enum ledger::AttemptState;
  EXPECT_EQ(states(folder.path), (std::map<std::string, ledger::AttemptState>{{"moved-1", open}, {"tail-1", open}}));
  ASSERT_TRUE(journal->lane(0).append(settlement("moved-1", 4)));  // its intent is in the ledger
  EXPECT_EQ(states(folder.path), (std::map<std::string, ledger::AttemptState>{{"moved-1", settled_exact}, {"tail-1", open}}));
  BooksFilter open_ones;
  open_ones.state = "open";
  EXPECT_EQ(states(folder.path, open_ones).size(), 1U);
  lock.reset();
  EXPECT_EQ(states(folder.path)["tail-1"], ambiguous);
}

TEST(Books, reading_a_crashed_copy_writes_nothing) {
  const Folder folder;
  const Folder copy;
  auto journal = open_journal(folder);
  auto keeper = open_keeper(*journal);
  Traffic traffic(7);
  for (int i = 0; i < 50; ++i) traffic.attempt(journal->lane(0), *journal);
  ASSERT_TRUE(keeper->step());  // into the write-ahead log
  fs::copy(folder.path, copy.path, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  fs::remove(ledger_path(copy.path) + "-shm");
  ASSERT_GT(fs::file_size(ledger_path(copy.path) + "-wal"), 0U);
  const auto listed = [&] {
    std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> out;
    for (const auto& f : fs::recursive_directory_iterator(copy.path))
      if (f.is_regular_file()) out[f.path()] = {f.file_size(), f.last_write_time()};
    return out;
  };
  const auto before = listed();
  EXPECT_EQ(counted(copy.path), traffic.expected);
  EXPECT_EQ(listed(), before);
}

TEST(Books, a_changed_entry_is_found_in_the_sums) {
  const Folder folder;
  {
    auto journal = open_journal(folder);
    auto keeper = open_keeper(*journal);
    ASSERT_TRUE(journal->lane(0).append(intent("r1-1")));
    ASSERT_TRUE(journal->lane(0).append(settlement("r1-1", 4)));
    ASSERT_TRUE(keeper->close());
  }
  {
    auto db = std::move(*Sqlite::open(ledger_path(folder.path), Sqlite::How::write));
    db->run("UPDATE entries SET cost_rest=cost_rest+1 WHERE kind=2");
    ASSERT_TRUE(db->ok());
  }
  auto books = std::move(*Books::open(folder.path));
  const auto wrong = books->inconsistencies(10);
  ASSERT_TRUE(wrong);
  ASSERT_EQ(wrong->size(), 2U);  // of the hour and of the day
  EXPECT_NE(wrong->front().find("cost is 0.000000000000004 USD, its attempts have 0.000000000000005 USD"), std::string::npos) << wrong->front();
}

// A ledger of the first version, with an attempt of 5 units.
void make_first_version(const std::string& data_dir) {
  auto db = std::move(*Sqlite::open(ledger_path(data_dir), Sqlite::How::write));
  db->run(kLedgerSchema);
  db->run("INSERT INTO words VALUES(2, 'acme'); INSERT INTO runs VALUES(1, zeroblob(16), 0, 'test');"
          "INSERT INTO attempts VALUES(1,'r1-1','r1','',1790000000000000000,2,1,1,1,1,1,1,1,0,0,0,0,x'',1,1,1,1,0);"
          "INSERT INTO entries(attempt,kind,run,core,record,state,basis,known,cost_micro,cost_rest,low_micro,low_rest,high_micro,high_rest,outcome,usage_bits) "
          "VALUES(1,1,1,0,1,0,6,6,0,0,0,0,0,9,NULL,NULL),(1,2,1,0,2,1,1,7,0,5,0,5,-1,999999996,11,NULL);"
          "INSERT INTO rollups VALUES(3600,1789999200,2,1,1,1,1,1,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,5,0,5,0,5),"
          "(86400,1789948800,2,1,1,1,1,1,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,5,0,5,0,5);"
          "PRAGMA application_id=1180126279; PRAGMA user_version=1");
  ASSERT_TRUE(db->ok()) << db->error().message;
}

void expect_brought_forward(const std::string& data_dir) {
  auto books = Books::open(data_dir);
  ASSERT_TRUE(books) << books.error().message;
  const auto wrong = (*books)->inconsistencies(10);
  ASSERT_TRUE(wrong) << wrong.error().message;
  EXPECT_TRUE(wrong->empty()) << wrong->front();
  std::size_t seen = 0;
  ASSERT_TRUE((*books)->attempts({}, [&](const ledger::Booked& a) {
    ++seen;
    EXPECT_EQ(a.tenant, "acme");
    EXPECT_EQ(a.cost, Money::of_units(5));
    EXPECT_EQ(a.account(), ledger::Account::unknown);
  }));
  EXPECT_EQ(seen, 1U);
  const auto sums = (*books)->sums({.by = {"tenant", "account"}});
  ASSERT_TRUE(sums && sums->size() == 1);
  EXPECT_EQ(sums->front().values, (std::vector<std::string>{"acme", "unknown"}));
  EXPECT_EQ(sums->front().sums.cost, Money::of_units(5));
}

TEST(Books, a_ledger_of_the_first_version_is_read_without_changing_it_and_brought_forward_by_its_writer) {
  const Folder folder;
  make_first_version(folder.path);
  const auto written = fs::last_write_time(ledger_path(folder.path));
  expect_brought_forward(folder.path);
  EXPECT_EQ(fs::last_write_time(ledger_path(folder.path)), written);
  const auto opened = Ledger::open(folder.path);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_NE(fs::last_write_time(ledger_path(folder.path)), written);
  expect_brought_forward(folder.path);
}

struct Said {
  std::string id;
  std::string tags;
  ledger::Purpose purpose = ledger::Purpose::first;
  cloud::FailureKind outcome = cloud::FailureKind::none;
  std::int64_t cost = 0;
};

void write_said(Lane& lane, const Said& s, bool end = true) {
  auto i = intent(s.id);
  i.tags = s.tags;
  i.purpose = s.purpose;
  i.time.ns = 1'790'000'000'000'000'000;
  i.reserved_cost = Money::of_units(50);
  ASSERT_TRUE(lane.append(i));
  if (!end) return;
  auto e = settlement(s.id, s.cost);
  e.outcome = s.outcome;
  ASSERT_TRUE(lane.append(e));
}

std::map<std::string, std::string> costs_by(Books& books, const SumsQuery& query) {
  std::map<std::string, std::string> out;
  const auto rows = books.sums(query);
  EXPECT_TRUE(rows) << rows.error().message;
  for (const auto& row : *rows) {
    std::string name;
    for (const auto& value : row.values) name += (name.empty() ? "" : " ") + value;
    out[name] = fmt::format("{} of {}", static_cast<std::int64_t>(row.sums.cost.units()), row.sums.counts[0]);
  }
  return out;
}

using Costs = std::map<std::string, std::string>;

TEST(Books, sums_are_the_same_from_rollups_from_journals_and_from_both) {
  using cloud::FailureKind;
  using ledger::Purpose;
  for (const bool moved : {false, true}) {
    const Folder folder;
    auto journal = open_journal(folder);
    auto keeper = open_keeper(*journal);
    auto& lane = journal->lane(0);
    write_said(lane, {"a-1", "project=x,team=search", Purpose::first, FailureKind::truncated, 3});
    write_said(lane, {"a-2", "project=x,team=search", Purpose::fallback, FailureKind::none, 5});
    write_said(lane, {"b-1", "team=ads", Purpose::first, FailureKind::outrun, 7});
    write_said(lane, {"b-2", "team=ads", Purpose::hedge, FailureKind::none, 11});
    write_said(lane, {"c-1", "", Purpose::retry, FailureKind::server_error, 13}, false);
    if (moved) ASSERT_TRUE(keeper->step());
    // Its intent is where it is; its end is in the journal.
    auto end = settlement("c-1", 13);
    end.outcome = FailureKind::server_error;
    ASSERT_TRUE(lane.append(end));
    auto books = std::move(*Books::open(folder.path));
    EXPECT_EQ(costs_by(*books, {.by = {"account"}}),
              (Costs{{"answers", "16 of 2"}, {"failures", "3 of 1"}, {"hedges", "7 of 1"}, {"retries", "13 of 1"}})) << moved;
    EXPECT_EQ(costs_by(*books, {.by = {"team", "tag:project"}}), (Costs{{"search x", "8 of 2"}, {"ads ", "18 of 2"}, {"", "13 of 1"}})) << moved;
    EXPECT_EQ(costs_by(*books, {.by = {"account"}, .team = "search"}), (Costs{{"answers", "5 of 1"}, {"failures", "3 of 1"}}));
    EXPECT_EQ(costs_by(*books, {.by = {}, .tags = {"project=x"}}), (Costs{{"", "8 of 2"}}));
    EXPECT_EQ(costs_by(*books, {.from = WallTime{1'790'035'200'000'000'000}}), Costs{});
    const auto wrong = books->inconsistencies(10);
    EXPECT_TRUE(wrong && wrong->empty()) << wrong->front();
    BooksFilter search;
    search.team = "search";
    search.account = "failures";
    EXPECT_EQ(states(folder.path, search).size(), 1U);
  }
}

TEST(Books, an_account_that_a_late_settlement_changes_moves_in_the_sums) {
  const Folder folder;
  auto journal = open_journal(folder);
  auto keeper = open_keeper(*journal);
  auto& lane = journal->lane(0);
  write_said(lane, {"a-1", "", ledger::Purpose::hedge}, false);
  ASSERT_TRUE(keeper->step());  // open: among the answers so far
  ASSERT_TRUE(lane.append(ledger::Adjustment{.attempt_id = "a-1", .state = ledger::AttemptState::settled_exact, .cost = Money::of_units(2), .cost_low = Money::of_units(2), .cost_high = Money::of_units(2)}));
  ASSERT_TRUE(keeper->step());
  auto end = settlement("a-1", 9);  // behind the adjustment: it changes the account alone
  end.outcome = cloud::FailureKind::outrun;
  ASSERT_TRUE(lane.append(end));
  ASSERT_TRUE(keeper->step());
  auto books = std::move(*Books::open(folder.path));
  EXPECT_EQ(costs_by(*books, {.by = {"account"}}), (Costs{{"hedges", "2 of 1"}}));
  const auto wrong = books->inconsistencies(10);
  EXPECT_TRUE(wrong && wrong->empty()) << wrong->front();
}

TEST(Books, a_dimension_that_there_is_not_is_told) {
  EXPECT_EQ(unknown_dimension({"tenant", "tag:project"}), "");
  EXPECT_NE(unknown_dimension({"tenants"}).find("found 'tenants', expected tenant, key, team"), std::string::npos);
  EXPECT_NE(unknown_dimension({"tag:Project"}), "");
}

TEST(Books, exchanges_bring_their_decision_and_facts_their_bytes_from_ledger_and_journal) {
  const Folder folder;
  auto journal = open_journal(folder);
  auto keeper = open_keeper(*journal);
  for (const auto* id : {"moved", "tail"}) {
    ASSERT_TRUE(journal->lane(0).append(ledger::ExchangeEnd{.request_id = id, .cost = Money::of_units(-3), .decision = id}));
    ASSERT_TRUE(journal->lane(0).append(ledger::Facts{id, "bytes"}));
    if (id == std::string_view("moved")) ASSERT_TRUE(keeper->step());
  }
  auto books = std::move(*Books::open(folder.path));
  std::vector<std::string> seen;
  ASSERT_TRUE(books->exchanges([&](const BookedExchange& x) {
    seen.push_back(x.request_id + " " + x.decision);
    EXPECT_EQ(x.cost, Money::of_units(-3));
  }));
  EXPECT_EQ(seen, (std::vector<std::string>{"moved moved", "tail tail"}));
  EXPECT_EQ(books->facts("moved").value(), "bytes");
  EXPECT_EQ(books->facts("tail").value(), "bytes");
  EXPECT_EQ(books->facts("none").value(), std::nullopt);
  std::vector<std::string> hashes;
  ASSERT_TRUE(books->facts([&](std::string_view hash, std::string_view bytes) {
    hashes.emplace_back(hash);
    EXPECT_EQ(bytes, "bytes");
  }));
  EXPECT_EQ(hashes, (std::vector<std::string>{"moved", "tail"}));
}

}  // namespace
}  // namespace fw::store
