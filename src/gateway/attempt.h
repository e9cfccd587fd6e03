// One send to one deployment.
#pragma once

#include <string>

#include "gateway/exchange.h"

namespace fw::gateway {

// 4: writes the request to the candidate at `at` and reads the head of its answer.
net::Task<End> send(Exchange& x, net::Lease& lease, std::uint16_t at);

// 5: carries the answer to the client, event by event or in one piece.
net::Task<End> relay_stream(Exchange& x, net::ClientConn& conn, net::Lasting = {});
net::Task<End> relay_whole(Exchange& x, net::ClientConn& conn);

// The attempt failed and nothing of it went to the client: books it by what is known. Always `failed`.
End fail(Exchange& x, cloud::FailureKind kind, std::string message, bool sent);
// The attempt's answer was, at least in part, received: books it.
struct Received {
  dialect::Usage usage = {};
  std::string_view tier = {};     // served, if told
  dialect::Seen seen = {};        // where the cloud did not count
  cloud::FailureKind outcome = cloud::FailureKind::none;
};
void settle(Exchange& x, const Received& received);
// The attempt is given up, without an answer: because the client left, or because another place was faster. Its
// deployment's rule for that says what is booked.
void give_up(Exchange& x);
// The client left while the cloud was at work: false when the deployment's rule is to stop reading.
bool keep_reading(Exchange& x);
// The response can be asked for by its id from now on, by this tenant.
void note_owner(Exchange& x, std::string_view response_id);
// The running attempt's deployment made, for this tenant, what has this hash (response_id_hash).
void note_maker(Exchange& x, std::uint64_t hash);

}  // namespace fw::gateway
