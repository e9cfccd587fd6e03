// What one fake cloud is while it runs: everything lives on its one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fake/asked.h"
#include "fake/bill.h"
#include "fake/draft.h"
#include "fake/fault.h"
#include "fake/ids.h"
#include "fake/manner.h"
#include "fake/options.h"
#include "fake/rate.h"
#include "fake/received.h"
#include "fake/responses.h"
#include "fake/standing.h"
#include "fake/tokens.h"
#include "net/cores.h"
#include "net/http_server.h"

namespace fw::fake {

class Core final : public net::Resident, public net::Acceptor::Sink {
 public:
  // `options` with the cloud's own in place of what was left open; the listeners are borrowed.
  Core(net::Loop& loop, const Manner& manner, const Options& options, const std::vector<net::Fd>& listeners);

  net::Loop& loop;
  const Manner& manner;
  const Options options;
  const net::ServerLimits server_limits;
  net::MemoryBudget memory;
  FaultQueue faults;
  Bill bill;
  Inbox inbox;
  PrefixCache prefixes;
  std::shared_ptr<const Asked> last_asked;
  ResponseStore responses;
  IdMint ids;
  Material material;
  Allowance requests_left;
  Allowance tokens_left;
  Standing standing;

  // As the cloud's clock says.
  WallTime wall() const { return {loop.wall().ns + standing.clock_ahead_s * 1'000'000'000}; }
  // Null: not served here.
  const ServedModel* model(std::string_view name) const;
  // At speed 1 these; scaled by the options.
  std::int64_t first_token_ns() const { return first_token_ns_; }
  std::int64_t event_ns() const { return event_ns_; }
  std::uint64_t next_number() { return ++number_; }
  void forget_all();
  void accepted(net::Fd connection) override;

 private:
  std::int64_t first_token_ns_;
  std::int64_t event_ns_;
  std::uint64_t number_ = 0;
  std::vector<std::unique_ptr<net::Acceptor>> acceptors_;
};

// A connection from its first request to its end.
net::Task<void> serve(Core& core, net::Fd connection);

}  // namespace fw::fake
