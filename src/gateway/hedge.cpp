#include "gateway/hedge.h"

#include <algorithm>
#include <iterator>

#include "gateway/attempt.h"
#include "gateway/look.h"

namespace fw::gateway {
namespace {

constexpr std::uint32_t kSamplesEnough = 10;  // that a percentile is taken of

// One of the two attempts, all of it: to the end of the answer, or until it is given up.
struct Side {
  explicit Side(Exchange& e) : x(e) {}
  Exchange& x;
  std::optional<net::Task<void>> run;
  std::optional<End> end;
  bool runs() const { return !end; }
};

net::Task<void> attempt(Side& side, std::uint16_t at) {
  auto& x = side.x;
  auto end = End::failed;
  do {  // once more where a kept connection was dead
    net::Lease lease;
    end = co_await send(x, lease, at);
    if (end == End::answering && x.stream) {
      end = co_await relay_stream(x, *lease);
    } else if (end == End::answering) {
      end = co_await relay_whole(x, *lease);
    }
  } while (end == End::failed && x.asked->fresh);
  side.end = end;
}

// The same request with a body of its own. Null: it cannot be read again.
std::unique_ptr<Exchange> twin_of(Exchange& x) {
  auto twin = std::make_unique<Exchange>(&x);
  const auto& from = *x.asked;
  auto& to = *(twin->asked = std::make_unique<Asked>());
  to.body = from.body;
  const auto facts = dialect::scan_request(x.operation, to.body, static_cast<int>(x.core.snapshot().config().limits.json_depth));
  if (!facts) return nullptr;
  to.facts = *facts;
  if (from.inner) {
    to.inner = x.core.take_inner();
    if (!dialect::inner::read_request(x.operation, to.body, *to.inner)) return nullptr;
  }
  to.needs = from.needs;
  to.forwarded = from.forwarded;
  to.session = from.session;
  to.hosted = from.hosted;
  to.candidates = from.candidates;
  return twin;
}

}  // namespace

// The first attempt and, once it is overdue, a second one. Each runs in a coroutine of its own, on its own Exchange;
// the race waits for whatever comes next of: an end, the time to hedge, the client's leaving. Whoever has something for
// the client says so (win), and from then on is alone.
class Race {
 public:
  Race(Exchange& x, std::uint16_t at);
  ~Race();
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;

  // co_await: begins a side, if one is given, and waits.
  struct Pause {
    Race& race;
    Side* begins;
    bool await_ready() const { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) {
      race.watch(waiting);
      if (begins == nullptr) return std::noop_coroutine();
      return begins->run->operator co_await().await_suspend(waiting);
    }
    void await_resume() { race.watch_no_more(); }
  };
  Side* first() { return &first_; }
  // Does what is due. The side to begin, if any.
  Side* step();
  bool over() const { return !first_.runs() && (!second_ || !second_->runs()); }
  End result(std::uint16_t& at);

  void won(Exchange& x);

 private:
  health::RetryBudget& budget() { return x_.core.hedges[x_.key().policy]; }
  MonoTime overdue() const;
  std::uint16_t another_cloud() const;
  void watch(std::coroutine_handle<> waiting);
  void watch_no_more();
  bool client_gone() const;
  void client_left();
  Side* hedge();
  void stop(Side& side);
  void take_over();
  void both_failed(std::uint16_t& at);

  Exchange& x_;
  std::uint16_t at_;
  MonoTime due_;  // a hedge; where the client left, the end of reading on
  std::size_t borrowed_ = 0;  // of the core's memory for bodies
  std::unique_ptr<Exchange> twin_;
  Side first_;
  std::optional<Side> second_;
  Exchange* winner_ = nullptr;
  std::optional<net::Wait> client_;
  std::optional<net::Loop::Sleep> sleep_;
};

Race::Race(Exchange& x, std::uint16_t at) : x_(x), at_(at), due_(overdue()), first_(x) {
  x_.race = this;
  budget().request();
  first_.run.emplace(attempt(first_, at));
}

Race::~Race() {
  x_.race = nullptr;
  x_.core.memory().give(borrowed_);
  if (!twin_) return;
  // What no budget or book took was no hedge.
  if (twin_->running.number > 0) ++x_.core.counts.hedges;
  else budget().give_back();
}

MonoTime Race::overdue() const {
  const auto& hedge = x_.policy().hedge;
  const auto now = x_.core.loop().now();
  auto ms = hedge.after_ms;
  if (hedge.after_percentile > 0) {
    auto& board = x_.core.senses.board;
    const auto deployment = x_.model().places[x_.asked->candidates.all[at_].place].deployment;
    const auto size = health::size_class(x_.expected_input);
    const auto service = board.service(deployment, size, x_.policy().first_token_ms, now);
    const bool known = service.samples >= kSamplesEnough;
    if (!known && ms == 0) return MonoTime::never();
    auto usual = known ? board.first_token_ms(deployment, size, hedge.after_percentile / 100.0, now) : 0;
    // A whole answer comes with its last token.
    if (!x_.stream) usual += static_cast<std::uint32_t>(std::uint64_t{service.per_token_us} * x_.expected_output / 1'000);
    ms = std::max(ms, usual);
  }
  return now.plus_ms(ms);
}

// The next candidate of another cloud that is well; 0: there is none.
std::uint16_t Race::another_cloud() const {
  const auto& candidates = x_.asked->candidates;
  const auto& places = x_.model().places;
  const auto& first = places[candidates.all[at_].place];
  for (auto i = static_cast<std::uint16_t>(at_ + 1); i < candidates.count; ++i) {
    const auto& place = places[candidates.all[i].place];
    if (candidates.all[i].verdict == route::Verdict::admissible && place.cloud != first.cloud && place.provider != first.provider) return i;
  }
  return 0;
}

void Race::watch(std::coroutine_handle<> waiting) {
  auto* const stream = x_.client.stream_or_null();
  const bool gone = stream != nullptr && stream->gone();
  if (stream != nullptr && !gone) {
    client_.emplace(*stream, net::Wait::For::leaving, MonoTime::never(), stream);
    client_->await_suspend(waiting);
  }
  const auto until = gone ? x_.core.loop().now() : due_;
  if (until == MonoTime::never()) return;
  sleep_.emplace(x_.core.loop(), until);
  sleep_->await_suspend(waiting);
}

void Race::watch_no_more() {
  client_.reset();
  sleep_.reset();
}

bool Race::client_gone() const {
  const auto* const stream = x_.client.stream_or_null();
  return stream == nullptr || stream->gone();
}

Side* Race::step() {
  if (winner_ != nullptr) return nullptr;
  if (client_gone() && !x_.left) {
    client_left();
    return nullptr;
  }
  // What the first place refuses for good is the answer, as if there were no second.
  if (second_ && second_->runs() && first_.end == End::failed && !x_.asked->failed.back().verdict.elsewhere) stop(*second_);
  if (!first_.runs() || x_.core.loop().now() < due_) return nullptr;
  due_ = MonoTime::never();
  if (!x_.left) return hedge();
  stop(first_);
  return nullptr;
}

Side* Race::hedge() {
  const auto second = another_cloud();
  if (second == 0) return nullptr;
  if (!budget().take()) {
    ++x_.core.counts.hedges_refused;
    return nullptr;
  }
  const auto bytes = x_.asked->body.size();
  if (!x_.core.memory().take(bytes)) {
    budget().give_back();
    return nullptr;
  }
  borrowed_ = bytes;
  // It is the next in the order from now on.
  auto& all = x_.asked->candidates.all;
  std::rotate(all.begin() + at_ + 1, all.begin() + second, all.begin() + second + 1);
  twin_ = twin_of(x_);
  if (!twin_) return nullptr;
  twin_->race = this;
  second_.emplace(*twin_);
  second_->run.emplace(attempt(*second_, static_cast<std::uint16_t>(at_ + 1)));
  return &*second_;
}

// Before anything for it was there. The second attempt is given up at once; the first is read on for its usage where
// its deployment's rule is so.
void Race::client_left() {
  due_ = MonoTime::never();
  if (second_ && second_->runs()) {
    twin_->left = true;
    stop(*second_);
  }
  const bool reads = first_.runs() && x_.running.sent && keep_reading(x_);
  x_.client_left();
  if (reads) due_ = x_.core.loop().now().plus_ms(std::int64_t{x_.core.snapshot().config().drain.seconds} * 1'000);
  else if (first_.runs()) stop(first_);
}

void Race::stop(Side& side) {
  auto& x = side.x;
  side.run.reset();
  side.end = End::client_left;
  if (x.running.open && x.running.number > 0) return give_up(x);
  if (x.spending) x.core.purse.settle(x.spending->held, Money());
  x.running = {};
}

void Race::won(Exchange& x) {
  watch_no_more();
  winner_ = &x;
  x_.race = nullptr;
  if (!twin_) return;
  twin_->race = nullptr;
  const bool second = &x == twin_.get();
  auto& other = second ? first_ : *second_;
  if (other.runs()) stop(other);
  // Its header lines tell of all attempts.
  auto& others = other.x.attempts;
  x.attempts.insert(second ? x.attempts.begin() : x.attempts.end(), others.begin(), others.end());
  others.clear();
  if (second) {
    ++x.core.counts.hedges_won;
    x_.asked.reset();
  } else if (x_.doubted.deployment == ledger::kNoIndex) {
    x_.doubted = twin_->doubted;
  }
}

End Race::result(std::uint16_t& at) {
  x_.race = nullptr;
  if (!second_) return *first_.end;
  if (winner_ == twin_.get()) {
    take_over();
    return *second_->end;
  }
  if (winner_ == nullptr) both_failed(at);
  return x_.left ? End::client_left : *first_.end;
}

// What the second answered is what the exchange answered.
void Race::take_over() {
  auto& y = *twin_;
  x_.attempts = std::exchange(y.attempts, {});
  x_.running = y.running;
  x_.committed = y.committed;
  x_.status = y.status;
  x_.first_token_ms = y.first_token_ms;
  x_.left = y.left;
  x_.drains = std::exchange(y.drains, false);
  if (y.said) x_.say().outcome = y.said->outcome;
}

void Race::both_failed(std::uint16_t& at) {
  auto& y = *twin_;
  y.race = nullptr;
  x_.attempts.insert(x_.attempts.end(), y.attempts.begin(), y.attempts.end());
  y.attempts.clear();
  if (second_->end != End::failed || !x_.asked) return;
  ++at;
  auto& failed = x_.asked->failed;
  // What the first place said stands last where it is the answer.
  const bool last = first_.end == End::failed && !failed.back().verdict.elsewhere;
  failed.insert(last ? failed.begin() : failed.end(), std::make_move_iterator(y.asked->failed.begin()), std::make_move_iterator(y.asked->failed.end()));
  if (y.doubted.deployment == ledger::kNoIndex) return;
  if (x_.doubted.deployment == ledger::kNoIndex) {
    x_.doubted = y.doubted;
    return;
  }
  // Two clouds agree.
  learn_opinion(x_, true);
  x_.doubted = {};
  failed.back().verdict.elsewhere = false;
}

bool repeatable(const Exchange& x) {
  const auto& asked = *x.asked;
  using enum dialect::Need;
  const auto& needs = asked.needs;
  const bool plain = has_body(x.operation) && !x.stores && !asked.facts.store.value_or(false) && !asked.facts.background;
  const bool stateless = x.pinned == ledger::kNoIndex && x.leans_on().empty() && !asked.sealed.said && !has(needs, conversation) && !has(needs, item_reference);
  // The cloud's own tools may do anything.
  const bool quiet = asked.hosted == 0 && !has(needs, hosted_tools) && !has(needs, web_search_options);
  return plain && stateless && quiet && asked.candidates.count > 1 && x.core.snapshot().config().retries.attempts != 1;
}

net::Task<End> hedged(Exchange& x, std::uint16_t& at) {
  Race race(x, at);
  for (auto* begins = race.first(); begins != nullptr || !race.over(); begins = race.step()) {
    Race::Pause pause{race, begins};
    co_await pause;
  }
  co_return race.result(at);
}

void win(Exchange& x) { x.race->won(x); }

}  // namespace fw::gateway
