// One send to one deployment.
#pragma once

#include <string>

#include "gateway/exchange.h"

namespace fw::gateway {

// How an attempt stands. Everything but `answering` is its end.
struct Outcome {
  enum class Kind : std::uint8_t {
    answering,    // a success's head is there, its body follows
    served,       // the client got the whole answer, or what there was after the first byte
    failed,       // see the verdict; nothing of it went to the client
    client_left,  // before the first byte
  };
  Kind kind = Kind::failed;
  cloud::Verdict verdict = {};
  bool stale = false;     // a kept connection turned out dead: worth one new one at the same place
  std::string own_words = {};  // the cloud's error body, where the client may read it as it is; credentials removed
};

// 4: writes the request to the deployment and reads the head of its answer. `fresh`: not over a
// kept connection.
net::Task<Outcome> send(Exchange& x, net::Lease& lease, std::uint16_t deployment, bool fresh);

// 5: carries the answer to the client, event by event or in one piece.
net::Task<Outcome> relay_stream(Exchange& x, net::ClientConn& conn);
net::Task<Outcome> relay_whole(Exchange& x, net::ClientConn& conn);

// Books for an attempt that failed, by what is known of it; makes the outcome.
Outcome fail(Exchange& x, cloud::FailureKind kind, std::string message, bool sent);
// The client left while the cloud was at work: false when the deployment's rule is to stop reading.
bool keep_reading(Exchange& x);
// Settles an attempt whose answer was (in part) received.
void settle(Exchange& x, const dialect::Usage& usage, std::string_view tier_served, std::int64_t output_seen);
// The response can be asked for by its id from now on, by this tenant.
void note_owner(Exchange& x, std::string_view response_id);

}  // namespace fw::gateway
