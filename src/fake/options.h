// How a fake cloud is set up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fake/fault.h"
#include "net/socket.h"

namespace fw::fake {

// A model or deployment the cloud knows, and the model its answers name.
struct ServedModel {
  std::string name;     // "*": any
  std::string answers;  // empty: the name asked for
};

struct Options {
  std::string cloud = "openai";           // a word manner_of() knows
  std::vector<net::Address> listen = {};  // port 0: the system chooses
  std::vector<std::string> keys = {};     // accepted; empty: the cloud's documented fake key, if it has one
  std::vector<ServedModel> models = {};   // empty: the cloud's usual ones
  double speed = 1;                       // delays are multiplied by it: 1 plausible, 0 none
  std::int64_t first_token_ms = -1;       // before the first event, at speed 1; -1: the cloud's own
  std::int64_t event_ms = -1;             // between two events, at speed 1; -1: the cloud's own
  std::int64_t answer_tokens = 96;        // of the text answered by default; 0: the whole recorded text
  bool tool_calls = true;                 // false: tools in a request are ignored
  bool async_filter = false;              // azure: filter results in chunks of their own, some after the finish
  std::int64_t requests_per_minute = 0;   // 0: no limit is enforced
  std::int64_t tokens_per_minute = 0;
  std::vector<std::string> api_versions = {};  // azure, classic path; empty: the usual ones
  std::string region = "";                // azure: x-ms-region; bedrock: what must be signed for; empty: the usual one
  std::string host = "";                  // bedrock: runtime or mantle, where a request does not say which it is for
  std::string project = "fake-project";   // vertex: whose paths it serves
  std::int64_t token_lifetime_s = 3'600;  // tokens: how long those live that it issues
  std::vector<Fault> faults = {};
  std::size_t bill_attempts_max = 10'000;  // kept one by one; totals go on
  std::size_t requests_kept_max = 64;      // for /_fake/requests, together at most 64 MiB
  std::size_t body_bytes_max = 64u << 20;
};

}  // namespace fw::fake
