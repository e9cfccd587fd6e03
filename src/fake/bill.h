// The fake cloud's own bill: what it processed, whoever still listened.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace fw::fake {

// As a cloud counts: input includes what was read from the cache, output includes reasoning.
struct Tokens {
  std::int64_t input = 0;
  std::int64_t cached = 0;
  std::int64_t cache_written = 0;
  std::int64_t output = 0;
  std::int64_t reasoning = 0;
};

struct BillEntry {
  std::uint64_t number = 0;
  std::string id;  // the x-request-id of the answer
  std::string sender_id;  // what the sender said in x-client-request-id or x-ms-client-request-id
  WallTime time;
  std::string path;
  std::string model;  // as asked for
  std::string fault;  // the kind played; empty: none
  int status = 0;     // 0: no answer was begun
  bool stream = false;
  bool open = true;
  bool billed = false;
  bool client_gone = false;
  std::int64_t gone_after_ms = 0;  // from the request's arrival until its client was seen to be gone
  std::int64_t events_sent = 0;
  Tokens usage;  // what was generated until the end, or until the client left
};

class Bill {
 public:
  explicit Bill(std::size_t attempts_max) : attempts_max_(attempts_max) {}

  // The entry stays valid until it is closed, whatever happens in between.
  BillEntry& open(WallTime time, std::string_view path);
  void close(BillEntry& entry);
  void clear();

  // {"cloud","attempts":[…],"totals":{…}}; attempts oldest first, the last `last` of them.
  std::string json(std::string_view cloud, std::size_t last) const;

 private:
  struct Totals {
    std::int64_t requests = 0;
    std::int64_t billed = 0;
    std::int64_t failed = 0;  // status 400 or more, or none
    std::int64_t client_gone = 0;
    std::int64_t events = 0;
    Tokens usage;  // billed attempts only
  };
  BillEntry& take_entry();

  std::size_t attempts_max_;
  std::list<BillEntry> entries_;
  std::uint64_t numbers_ = 0;
  Totals totals_;
  std::int64_t open_ = 0;
};

}  // namespace fw::fake
