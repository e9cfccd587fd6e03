// Everything that lives on one core of the data plane.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "dialect/inner.h"
#include "gateway/books.h"
#include "gateway/commitments.h"
#include "gateway/credentials.h"
#include "gateway/metrics.h"
#include "gateway/notices.h"
#include "gateway/owners.h"
#include "gateway/permits.h"
#include "gateway/purse.h"
#include "gateway/senses.h"
#include "gateway/snapshot.h"
#include "gateway/watch.h"
#include "health/account_marks.h"
#include "health/retry_budget.h"
#include "ledger/record.h"
#include "net/cores.h"
#include "net/http_client.h"
#include "net/http_server.h"

namespace fw::store {
class Bookkeeper;
}

namespace fw::gateway {

class Core;

// What the cores share. Made before them; the loops are filled in as they move in.
struct Shared {
  explicit Shared(std::shared_ptr<const Snapshot> s, std::size_t cores);
  std::shared_ptr<const Snapshot> snapshot;
  Permits exchanges;
  Permits drains;  // abandoned streams being read to their end
  std::shared_ptr<const KeyTable> keys;  // that cores begin with
  std::vector<std::unique_ptr<Permits>> tenants;  // by tenant index; null: no limit
  std::vector<Core*> cores;
  store::Journal* journal = nullptr;  // null: no books are kept
  const store::Bookkeeper* bookkeeper = nullptr;  // likewise
  NoticeSink say;                     // empty: there is no log
  std::vector<Money> spent;           // by budget, in its window at the start
  std::vector<Money> drawn;           // by commitment, at the start

  // Ready once every credential that must be fetched was fetched, or failed to be, a first time.
  std::future<void> signers_told() { return all_told_.get_future(); }
  void signer_told(std::uint16_t provider);

 private:
  std::vector<std::atomic<bool>> told_;  // by provider
  std::atomic<std::size_t> untold_ = 0;
  std::promise<void> all_told_;
};

// The latest records of a core, oldest overwritten first. Slots keep their memory.
class Records {
 public:
  explicit Records(std::size_t kept_max) : slots_(kept_max) {}
  ledger::ExchangeRecord& add();
  // Newest first, at most `limit`.
  std::vector<ledger::ExchangeRecord> newest(std::size_t limit) const;
  std::optional<ledger::ExchangeRecord> find(std::string_view request_id) const;

 private:
  std::vector<ledger::ExchangeRecord> slots_;
  std::uint64_t added_ = 0;
};

class Core : public net::Resident, public net::Acceptor::Sink {
 public:
  static Result<std::unique_ptr<Core>> make(net::Loop& loop, Shared& shared, std::size_t index);
  ~Core() override;

  // Serves what this listener accepts. tls: null for plain.
  void listen(int listener_fd, const config::Tls* tls);
  // Accepts no more; idle connections end, running exchanges go on.
  void stop_listening();

  net::Loop& loop() { return loop_; }
  Shared& shared() { return shared_; }
  const Snapshot& snapshot() const { return *shared_.snapshot; }
  // Who may ask from now on. An exchange keeps the table it began with.
  const KeyTable& keys() const { return *keys_; }
  std::shared_ptr<const KeyTable> keep_keys() const { return keys_; }
  // A new table comes in two steps: every core makes room for its accounts before any core has it, core 0 first, since
  // one may ask another about an account. One that is older than what the core has is passed over.
  void make_room(const KeyTable& keys);
  void adopt(const std::shared_ptr<const KeyTable>& keys);
  net::UpstreamPool& pool(std::uint16_t provider) { return *pools_[provider]; }
  net::MemoryBudget& memory() { return memory_; }
  const net::ServerLimits& limits() const { return limits_; }
  bool draining() const { return draining_; }
  std::size_t index() const { return index_; }

  // An empty one; its memory served a request before.
  std::unique_ptr<dialect::inner::Request> take_inner();
  void give_inner(std::unique_ptr<dialect::inner::Request> inner);

  // 32 hex digits, unlike any other: 12 of the time in milliseconds (so ids sort by time, and an index of them grows at
  // its end; as in RFC 9562's version 7), 20 by chance.
  void append_unique_id(std::string& out);
  // What this core has learned already, for the others: handed over within kLessonsMs.
  void tell_others(const Lesson& lesson);
  void tell_others(const PoolNews& news);
  // What it counts, and what it knows of pools and commitments now.
  Counts counted() const;
  // Of pools by deployment, of 65,536; 0: none, or idle.
  std::vector<std::uint16_t> utilisation() const;
  // An attempt that began at `at` cost so much, as far as is known: what was promised to its cloud is drawn down.
  void draw(std::uint16_t provider, Money cost, WallTime at);
  static constexpr std::int64_t kLessonsMs = 50;
  // Tells every core; this one at once.
  void mark_account(std::uint16_t provider, cloud::Mark mark);

  // Credentials. Fetching starts on the cores that keep them.
  void keep_credentials();
  void keep_no_credentials() { keepers_.clear(); }
  void tell_signer(std::uint16_t provider, const Signer& signer);
  void learn_signer(std::uint16_t provider, Signer signer);
  void credential_refused(std::uint16_t provider, std::shared_ptr<const cloud::Credential> credential);
  // For one question; its connections end with it.
  std::unique_ptr<net::UpstreamPool> token_pool(net::Endpoint endpoint);
  net::UpstreamPool::Dial dial_tokens;  // for tests

  // Begins to look for what operators should know. On the first core only.
  void keep_watch();
  // From any core.
  void notify(Notice notice);

  // The home core of a response id.
  Core& home(std::uint64_t id_hash) { return *shared_.cores[id_hash % shared_.cores.size()]; }

  Counts counts;
  Records records;
  Books books;
  Purse purse;
  ResponseOwners owners;
  health::RetryBudget retries;
  std::vector<health::RetryBudget> hedges;  // by policy
  health::AccountMarks marks;
  Senses senses;
  Commitments commitments;
  std::vector<Signer> signers;  // by provider
  std::unique_ptr<Notices> notices;  // of the first core; null on the others
  std::string fields;                       // space to write header lines in; not kept over a suspension
  std::vector<std::string_view> pieces;     // likewise, what a relay puts out

 private:
  Core(net::Loop& loop, Shared& shared, std::size_t index, std::unique_ptr<net::TlsClient> tls);
  class Door;
  void accepted(net::Fd connection) override;
  void tell_soon();
  net::Task<void> hand_over_lessons();

  net::Loop& loop_;
  Shared& shared_;
  std::size_t index_;
  std::shared_ptr<const KeyTable> keys_;
  net::ServerLimits limits_;
  net::MemoryBudget memory_;
  net::Resolver resolver_;
  std::unique_ptr<net::TlsClient> tls_;
  std::vector<std::unique_ptr<net::UpstreamPool>> pools_;
  Core& keeping(std::uint16_t provider);
  std::vector<std::unique_ptr<Keeper>> keepers_;  // by provider; those kept here
  std::vector<std::unique_ptr<dialect::inner::Request>> spare_inner_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::array<std::uint64_t, 4> random_{};
  std::unique_ptr<Watch> watch_;
  bool draining_ = false;
  bool telling_ = false;
};

}  // namespace fw::gateway
