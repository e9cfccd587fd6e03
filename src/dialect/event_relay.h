// The part of a relay that all dialects told in server-sent events share.
#pragma once

#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/relay.h"
#include "wire/sse.h"

namespace fw::dialect {

// How deep an event may nest where it is read at all.
inline constexpr int kEventDepthMax = 128;

class EventRelay : public StreamRelay {
 public:
  explicit EventRelay(RelayLimits limits) : decoder_(limits.event_bytes) {}
  void feed(std::string_view bytes, std::vector<std::string_view>& out) final;

 protected:
  // Reads one event with data and says whether the client gets it.
  virtual bool judge(const wire::SseEvent& event) = 0;

  // The first event must at least look like a JSON object, else this is no stream of the dialect and
  // ends as malformed. Whether the JSON is right is for the client's parser to say: recorded streams
  // break it here and there.
  bool begins_as_object(std::string_view event_data);
  // An error the cloud tells in an event of its own; false: it is kept back.
  bool fail_told(ProviderStreamError told);

  std::uint32_t events_ = 0;  // that carried something
  bool closed_ = false;      // what follows is dropped

 private:
  void fail_malformed(std::string_view code, std::string_view message);
  void take(const wire::SseEvent& event, std::vector<std::string_view>& out, std::size_t first);
  std::string_view client_bytes(const wire::SseEvent& event);

  wire::SseDecoder decoder_;
  std::forward_list<std::string> rewritten_;  // events that could not pass as they came; of this feed
};

// Reads the value of an `error` member, or a flat error event: {code, message, type}, a bare text,
// a message that is an object itself. `code` may be a number.
ProviderStreamError read_stream_error(std::string_view value);

// False after codes and types with which the same request has no better chance elsewhere.
bool may_do_better_elsewhere(const ProviderStreamError& told);

// An error of ours as Responses tells it inside a stream.
std::string responses_error_event(const Error& error, std::int64_t sequence_number);

// One pass over an event for the few words that decide whether it is read at all.
struct Hits {
  bool usage = false;   // "usage": with a value that is not null
  bool error = false;   // "error", as a key or a value
  bool finish = false;  // "finish_reason": with a value that is not null
  std::string_view delta = {};  // from the first "delta" on
};
Hits look_for_hits(std::string_view event_data);

// The number after the first "sequence_number": of an event; -1: there is none.
std::int64_t sequence_number_of(std::string_view event_data);

std::unique_ptr<StreamRelay> make_chat_relay(bool strip_usage, RelayLimits limits);
std::unique_ptr<StreamRelay> make_responses_relay(RelayLimits limits);

}  // namespace fw::dialect
