// What a client asks for, as far as its head tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/snapshot.h"
#include "net/http_server.h"
#include "wire/http1.h"

namespace fw::gateway {

struct Route {
  enum class Kind : std::uint8_t { exchange, models, model, wrong_method, unknown };
  Kind kind = Kind::unknown;
  Operation operation = Operation::chat;
  std::string_view id;     // of a response or a model; as it stands in the path
  std::string_view allow;  // wrong_method: what the path takes
};

// Paths count as they are written: nothing is decoded, folded or resolved.
Route find_route(wire::Method method, std::string_view path);

// The key a request presents: Authorization: Bearer, api-key or x-api-key. The error says what is missing.
Result<std::string_view> presented_key(const wire::RequestHead& head);

// Why this key may not be used for this request; nothing: it may.
std::optional<Error> refuse_use(const Key& key, Operation operation, const net::HttpConn& client, WallTime now);

// Header fields that go upstream: the allow-list of design "Headers upstream", and what providers
// ask for beyond it.
struct Forwarded {
  std::string lines;                                         // of the allow-list, each ended by CRLF
  std::vector<std::pair<std::string, std::string>> further;  // lower-case name, value
};
Forwarded forwarded_fields(const wire::RequestHead& head, const Snapshot& snapshot);

// Of what the client calls its session, in one of the headers that agents send; 0: it says nothing.
std::uint64_t session_hash(const wire::RequestHead& head);

// 415 unless the body is JSON in plain; nothing if it is.
std::optional<Error> refuse_media(const wire::RequestHead& head);

}  // namespace fw::gateway
