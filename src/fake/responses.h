// Responses: objects, streams, and the store of those to be asked for again.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "fake/draft.h"
#include "fake/events.h"

namespace fw::fake {

// One Response; the Echo is a copy of its own, as the request does not live as long.
struct ResponseAnswer {
  std::string id;
  std::string created;     // seconds, as text
  std::string model;       // raw
  std::string members;     // what the request said, as members: `,"instructions":…,"tools":…`
  std::string_view extra;  // of the cloud, static
  Draft draft;
  std::vector<std::string> item_ids;  // one for each segment
  Tokens usage;
  bool obfuscate = false;
  bool tells_thoughts = false;  // a summary was asked for
  std::string seal = {};        // what the encrypted content of its reasoning begins with; empty: it has none
};

// The members a Response repeats of its request, each with a comma before it; OpenAI's defaults for those not said.
std::string echo_members(const Echo& echo, bool background);

enum class ResponseState : std::uint8_t { queued, in_progress, done, cancelled };
void append_response(std::string& out, const ResponseAnswer& answer, ResponseState state);
std::unique_ptr<EventSource> response_stream(ResponseAnswer answer);
// `event: error`, of a fault's words.
void append_response_error(std::string& out, const Fault& fault, std::int64_t sequence_number);

// Responses that can be asked for again. Bounded: the oldest goes.
class ResponseStore {
 public:
  static constexpr std::size_t kMax = 1'000;
  struct Stored {
    ResponseAnswer answer;
    MonoTime ready;  // a background one is done from then on
    bool background = false;
    bool cancelled = false;
    std::string asked_for = {};      // the model, as the request named it
    std::int64_t prompt_tokens = 0;  // of the whole conversation up to its end
    ResponseState state(MonoTime now) const;
  };
  void keep(Stored stored);
  Stored* find(std::string_view id);
  bool erase(std::string_view id);
  void clear();

 private:
  std::unordered_map<std::string, Stored> by_id_;
  std::deque<std::string> order_;
};

}  // namespace fw::fake
