#include "net/loop.h"

#include <gtest/gtest.h>

#include <thread>

#include "net/cores.h"
#include "net/memory_stream.h"

namespace fw::net {
namespace {

Task<int> doubled(int n) { co_return n * 2; }

Task<void> add_up(int& sum) {
  for (int i = 0; i < 1000; ++i) sum += co_await doubled(i);
}

Task<void> nap(Loop& loop, std::int64_t ms, std::vector<std::int64_t>& woke) {
  co_await loop.sleep_until(loop.now().plus_ms(ms));
  woke.push_back(ms);
}

struct Count {
  explicit Count(int& n) : left(n) { ++left; }
  ~Count() { --left; }
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;
  int& left;
};

Task<void> wait_for_ever(MemoryStream& stream, int& alive) {
  const Count count(alive);
  (void)co_await stream.readable(MonoTime::never());
}

Task<void> copy_all(Stream& from, std::string& into, Io::Kind& end) {
  for (;;) {
    const auto io = from.read(from.loop().scratch());
    if (io.kind == Io::Kind::blocked) {
      if (co_await from.readable(from.loop().now().plus_ms(1000)) == Wake::deadline) co_return;
      continue;
    }
    if (io.kind != Io::Kind::ok) {
      end = io.kind;
      co_return;
    }
    into.append(from.loop().scratch().data(), io.n);
  }
}

Task<void> watch_client(MemoryStream& upstream, MemoryStream& client, Wake& why, MonoTime& when) {
  why = co_await upstream.readable(client.loop().now().plus_ms(10'000), &client);
  when = client.loop().now();
}

}  // namespace

TEST(Task, runs_deep_chains_without_a_thread) {
  Loop loop(Loop::Clock::simulated);
  int sum = 0;
  loop.spawn(add_up(sum));
  EXPECT_EQ(sum, 999 * 1000);
  EXPECT_EQ(loop.live_tasks(), 0u);
}

TEST(Loop, simulated_time_jumps_to_the_next_timer) {
  Loop loop(Loop::Clock::simulated);
  std::vector<std::int64_t> woke;
  for (const auto ms : {500, 5, 60'000, 50}) loop.spawn(nap(loop, ms, woke));
  loop.run();
  EXPECT_EQ(woke, (std::vector<std::int64_t>{5, 50, 500, 60'000}));
}

TEST(Loop, destroys_what_still_waits) {
  int alive = 0;
  {
    Loop loop(Loop::Clock::simulated);
    auto [a, b] = MemoryStream::pair(loop);
    loop.spawn(wait_for_ever(*a, alive));
    loop.run();
    EXPECT_EQ(alive, 1);
    loop.end_tasks();
    EXPECT_EQ(alive, 0);
  }
}

TEST(Stream, what_one_end_writes_the_other_reads_in_order_through_a_narrow_window) {
  Loop loop(Loop::Clock::simulated);
  auto [a, b] = MemoryStream::pair(loop, 100);
  std::string sent;
  for (int i = 0; i < 1000; ++i) sent += std::to_string(i);
  std::string got;
  auto end = Io::Kind::ok;
  loop.spawn(copy_all(*b, got, end));
  EXPECT_EQ(a->send(sent).kind, Io::Kind::blocked);
  loop.run();
  EXPECT_EQ(got, sent);
  EXPECT_FALSE(a->pending());
}

TEST(Stream, end_and_reset_are_told_apart) {
  for (const bool reset : {false, true}) {
    Loop loop(Loop::Clock::simulated);
    auto [a, b] = MemoryStream::pair(loop);
    std::string got;
    auto end = Io::Kind::ok;
    loop.spawn(copy_all(*b, got, end));
    if (reset) {
      a->reset();
    } else {
      a->shut();
    }
    loop.run();
    EXPECT_EQ(end, reset ? Io::Kind::failed : Io::Kind::eof);
  }
}

TEST(Stream, a_reset_client_ends_the_wait_for_its_answer_at_once) {
  Loop loop(Loop::Clock::simulated);
  auto [upstream, cloud] = MemoryStream::pair(loop);
  auto [client, person] = MemoryStream::pair(loop);
  auto why = Wake::ready;
  MonoTime when;
  const auto start = loop.now();
  loop.spawn(watch_client(*upstream, *client, why, when));
  person->reset();
  loop.run();
  EXPECT_EQ(why, Wake::gone);
  EXPECT_LT(when.ms_since(start), 10);
}

TEST(Stream, a_half_closed_client_counts_as_gone_after_its_grace) {
  Loop loop(Loop::Clock::simulated);
  auto [upstream, cloud] = MemoryStream::pair(loop);
  auto [client, person] = MemoryStream::pair(loop);
  auto why = Wake::ready;
  MonoTime when;
  const auto start = loop.now();
  loop.spawn(watch_client(*upstream, *client, why, when));
  person->shut();
  loop.run();
  EXPECT_EQ(why, Wake::gone);
  EXPECT_GE(when.ms_since(start), Stream::kHalfCloseGraceMs);
  EXPECT_LT(when.ms_since(start), 1000);
}

Task<void> wait_until_left(Loop& loop, MemoryStream& client, MonoTime deadline, Wake& wake, MonoTime& at) {
  wake = co_await client.left(deadline);
  at = loop.now();
}

TEST(Stream, the_leaving_of_a_peer_can_be_waited_for_whatever_it_sends_meanwhile) {
  Loop loop(Loop::Clock::simulated);
  auto [client, theirs] = MemoryStream::pair(loop);
  auto wake = Wake::ready;
  MonoTime at;
  const auto begin = loop.now();
  loop.spawn(wait_until_left(loop, *client, begin.plus_ms(100), wake, at));
  theirs->send("more");
  loop.run();
  EXPECT_EQ(wake, Wake::deadline);
  EXPECT_EQ(at.ms_since(begin), 100);
  loop.spawn(wait_until_left(loop, *client, MonoTime::never(), wake, at));
  theirs->reset();
  loop.run();
  EXPECT_EQ(wake, Wake::gone);
}

TEST(Cores, letters_arrive_in_the_order_of_posting) {
  struct Nobody : Resident {};
  Cores cores(2, [](Loop&, std::size_t) { return std::make_unique<Nobody>(); });
  std::vector<int> seen;
  std::atomic<bool> done = false;
  for (int i = 0; i < 1000; ++i)
    cores.run_on(1, [&seen, &done, i] {
      seen.push_back(i);
      if (i == 999) done = true;
    });
  while (!done) std::this_thread::yield();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(seen[static_cast<std::size_t>(i)], i);
}

}  // namespace fw::net
