// One client request from its head to its record.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cloud/verdict.h"
#include "dialect/request.h"
#include "gateway/core.h"
#include "gateway/request.h"
#include "ledger/reserve.h"
#include "net/http_server.h"

namespace fw::gateway {

// What is needed only until the first byte went to the client; then its memory is given back.
struct Asked {
  std::string body;
  dialect::RequestFacts facts;  // views into body
  Forwarded forwarded;
  std::string response_id;      // responses_get, _delete, _cancel
  std::string query;
};

// The state of an exchange. Its destructor is the one place where it is settled: whatever ended
// it, the permits go back, what the attempts tell is observed and one record is written.
class Exchange {
 public:
  Exchange(Core& core, net::HttpConn& client, Operation operation);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Reads what the head tells: who asks, and under which limits. Nothing may suspend before it.
  Result<void> admit(const Route& route);
  // 1 parse: the body's facts, the model, the right to it.
  Result<void> parse(Result<std::string> body);
  // 3 choose. Empty: the refusal is in the error.
  Result<route::Candidates> choose() const;

  // Answers a refusal of our own.
  void refuse(const Error& error);
  // Header lines every answer carries, into core.fields.
  std::string& answer_fields();
  // The answer after which nothing may be tried again; frees what only another try would need.
  void commit(int status);
  void client_left();

  const Key& key() const { return core.snapshot().keys()[key_index]; }
  ledger::AttemptRecord& attempt() { return attempts.back(); }
  // Whom the client still listens through; null once it left.
  net::Stream* listener() { return client.stream_or_null(); }

  Core& core;
  net::HttpConn& client;
  Operation operation;
  bool stream = false;
  bool strip_usage = false;
  bool committed = false;
  bool left = false;
  bool drains = false;  // the client left and the cloud is read to its end for the books
  bool holds_permit = false;
  bool holds_key_permit = false;
  std::uint16_t key_index = ledger::kNoIndex;
  std::uint16_t model_index = ledger::kNoIndex;
  std::uint16_t pinned = ledger::kNoIndex;  // the only deployment that can serve it: it keeps the state leant on
  std::int16_t status = 0;
  std::int32_t first_token_ms = -1;
  MonoTime start;
  MonoTime attempt_start;
  WallTime time;
  ledger::RequestId request_id;
  ledger::ShortText<16> tier;      // asked for
  ledger::ShortText<40> outcome;
  bool stores = true;              // a response that can be asked for later
  ledger::Reservation reserved;
  std::string client_request_id;
  std::unique_ptr<Asked> asked;
  std::vector<ledger::AttemptRecord> attempts;
};

// The trunk.
net::Task<void> exchange(Core& core, net::HttpConn& client, Route route);

}  // namespace fw::gateway
