// One client request from its head to its record.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cloud/verdict.h"
#include "dialect/inner.h"
#include "dialect/request.h"
#include "gateway/core.h"
#include "gateway/request.h"
#include "ledger/reserve.h"
#include "net/http_server.h"

namespace fw::gateway {

// How an attempt stands; everything but `answering` is its end.
enum class End : std::uint8_t {
  answering,    // a success's head is there, its body follows
  served,       // the client got the whole answer, or what there was after the first byte
  failed,       // nothing of it went to the client; why stands in Asked::failed
  client_left,  // before the first byte
  unbooked,     // not begun: the journal cannot take it, and without it nothing is sent
  unaffordable, // not begun: a budget of the key has not enough for the most it could cost; Asked::unaffordable says so
};

// Why a deployment did not serve.
struct Failed {
  std::uint16_t deployment = 0;
  std::int16_t status = 0;
  cloud::Verdict verdict;
  std::string own_words;  // the cloud's error body, where the client may read it as it is; credentials removed
};

// In the order to try; `count` of them.
struct Candidates {
  struct One {
    std::uint16_t place = 0;  // index into the model's places
    route::Verdict verdict = route::Verdict::admissible;
  };
  std::array<One, route::kCandidatesMax> all;
  std::uint16_t count = 0;
};

// What is needed only until the first byte went to the client; then its memory is given back.
// Encrypted reasoning that a request repeats (sealed.h).
struct Sealed {
  std::uint16_t by = ledger::kNoIndex;  // the deployment that made it; none: unknown
  bool said = false;
  bool left_out = false;  // no place reads it: none is sent any
};

struct Asked : net::InSlab {
  net::Bytes body;
  dialect::RequestFacts facts;  // views into body
  std::unique_ptr<dialect::inner::Request> inner;  // views into body; only where some place is translated
  dialect::Needs needs;         // all it asks for; without `inner`, of the top level alone
  dialect::Needs dropped;       // what the running attempt's deployment was not told
  std::shared_ptr<const cloud::Credential> credential;  // that signed the running attempt
  Forwarded forwarded;
  std::uint64_t session = 0;    // hash of what the client calls it in a header; 0: nothing
  Sealed sealed;
  std::uint16_t hosted = 0;     // bit n: asks for dialect::kHostedTools[n]
  std::string response_id;      // responses_get, _delete, _cancel
  std::string query;
  Candidates candidates;
  std::vector<Failed> failed;
  std::string_view stopped;     // why no further place is tried, where places are left
  std::optional<Error> unaffordable;
  bool fresh = false;           // the next try is at the same place, over a new connection
};

// The attempt that runs. When it ends it becomes a record.
struct Running {
  std::uint16_t deployment = ledger::kNoIndex;
  std::uint16_t provider = ledger::kNoIndex;
  std::int16_t status = 0;
  std::uint16_t at = 0;      // the candidate
  std::uint16_t number = 0;  // of the exchange's attempts, from 1; 0: it is not in the books yet
  bool open = false;
  bool sent = false;         // the request, or a part of it
  ledger::Purpose purpose = ledger::Purpose::unknown;
  std::int32_t first_token_ms = -1;
  MonoTime start;
  WallTime time;
  health::Ticket ticket;
  ledger::UpstreamRequestId upstream_request_id;
  std::int64_t pool_tokens = 0;  // it is counted as having taken from a pool
};

// A refusal that the request does not explain: another place is asked before it is believed.
struct Doubted {
  std::uint16_t deployment = ledger::kNoIndex;
  std::int16_t status = 0;
  cloud::FailureKind kind = cloud::FailureKind::none;
};

// What few exchanges have: kept apart, so that an open stream stays small.
struct Said {
  std::string client_request_id;
  ledger::ShortText<40> outcome;  // the error code the client was told
  std::string tags;  // its key's and its own; empty: its key's alone
};

// What it has of its key's budgets and rates.
struct Spending {
  Held held;   // for the running attempt
  Paced paced;
  std::vector<std::uint16_t> budgets;  // its key's and those of its own tags; empty: its key's alone
};

class Race;

// The state of an exchange. Its destructor is the one place where it is settled: whatever ended
// it, the permits go back, what the attempts tell is observed and one record is written.
class Exchange {
 public:
  Exchange(Core& core, net::HttpConn& client, Operation operation);
  // A second one of the same request, for an attempt beside the first's: it has a body, an attempt and a reservation
  // of its own, and no permits. Its records and what came of it become `of`'s.
  explicit Exchange(Exchange* of);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Reads what the head tells: who asks, and under which limits. Nothing may suspend before it.
  Result<void> admit(const Route& route);
  // 1 parse: the body's facts, the model, the right to it. 2 reserve.
  Result<void> parse(Result<net::Bytes> body);
  // What the request asks for: all of it, where some place speaks another dialect.
  Result<void> look_inside();
  // 3 choose: the candidates, or the refusal.
  Result<void> choose();
  Error nowhere(const route::Decision& decision) const;
  // Whether the candidate at `at` may be tried now; if not, Asked::stopped says why.
  bool may_try(std::uint16_t at);

  // Of its attempts, counted from 1.
  ledger::AttemptId attempt_id(std::size_t number) const;  // written in core.fields
  void append_attempt_id(std::size_t number, std::string& to) const;
  std::uint16_t next_number() { return ++(twin_of ? *twin_of : *this).numbered; }
  // Answers a refusal of our own. Always false.
  bool refuse(const Error& error);
  // Header lines every answer carries, into core.fields.
  std::string& answer_fields();
  // The answer after which nothing may be tried again; frees what only another try would need.
  void commit(int status);
  void client_left();
  Said& say() {
    if (!said) said = std::make_unique<Said>();
    return *said;
  }

  const Key& key() const { return keys->key(key_index); }
  // What it is booked with, as ledger/tags.h writes them.
  std::string_view tags() const {
    const auto& from = twin_of ? *twin_of : *this;
    if (from.said && !from.said->tags.empty()) return from.said->tags;
    return key_index == ledger::kNoIndex ? std::string_view() : std::string_view(key().tags);
  }
  // Its own tags bring budgets that its key has not.
  bool tagged_budgets() const { return spending && !spending->budgets.empty(); }
  std::span<const std::uint16_t> budgets() const { return tagged_budgets() ? spending->budgets : key().budgets; }
  const route::Policy& policy() const { return core.snapshot().policies()[policy_index]; }
  const Model& model() const { return core.snapshot().models()[model_index]; }
  const Deployment& deployment() const { return core.snapshot().deployments()[running.deployment]; }
  const Provider& provider() const { return core.snapshot().providers()[running.provider]; }
  const Face& face() const { return deployment().face(operation); }
  // The stored response this request is about or leans on; empty: none.
  std::string_view leans_on() const;
  // Whom the client still listens through; null once it left, and while another attempt may answer as well: the race
  // watches the client then.
  net::Stream* listener() { return race ? nullptr : client.stream_or_null(); }

  Core& core;
  net::HttpConn& client;
  std::shared_ptr<const KeyTable> keys;  // that it began with
  Operation operation;
  Exchange* twin_of = nullptr;  // null: it is the request's own
  Race* race = nullptr;         // that it is in, until it has something for the client
  bool stream = false;
  bool strip_usage = false;
  bool stores = false;  // a response that can be asked for later
  bool seals = false;   // its answer may hold encrypted reasoning
  bool committed = false;
  bool left = false;
  bool drains = false;  // the client left and the cloud is read to its end for the books
  bool paid = false;    // the running attempt took a token of the retry budget
  bool holds_permit = false;
  bool holds_key_permit = false;
  bool holds_tenant_permit = false;
  std::uint16_t numbered = 0;  // attempts that have a number
  std::uint16_t key_index = ledger::kNoIndex;
  std::uint16_t policy_index = 0;  // as the policy's rules have it for this request, once it is looked at
  std::uint16_t model_index = ledger::kNoIndex;
  std::uint16_t pool = ledger::kNoIndex;  // the pool's deployment that could serve it; none: kNoIndex
  route::WhySpilled why_not_pool = route::WhySpilled::refused;  // why another place comes before it; where none does, `refused`
  std::uint16_t pinned = ledger::kNoIndex;  // the only deployment that can serve it: it keeps the state leant on
  std::int16_t status = 0;
  std::int32_t first_token_ms = -1;
  MonoTime start;
  WallTime time;
  ledger::RequestId request_id;
  ledger::ShortText<16> tier;  // asked for
  ledger::Reservation reserved;
  std::uint64_t prompt = 0;           // what shares its prompt's cache; 0: nothing
  std::uint64_t shape = 0;            // of such requests: tenant, model, what they ask for
  std::uint32_t expected_input = 0;   // tokens
  std::uint32_t expected_output = 0;
  std::unique_ptr<Spending> spending;  // null: its key has no limits of that kind
  std::unique_ptr<Said> said;
  std::unique_ptr<Asked> asked;  // null once committed
  Doubted doubted;
  Running running;
  std::vector<ledger::AttemptRecord> attempts;  // that have ended
};

bool has_body(Operation operation);
// Comma-separated, as `x-fairway-dropped` and refusals say them.
std::string need_names(const Asked& asked, const dialect::Needs& needs);

// The trunk.
net::Task<void> exchange(Core& core, net::HttpConn& client, Route route, net::Lasting = {});

}  // namespace fw::gateway
