// One request and its answer.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "fake/chat.h"
#include "fake/core.h"
#include "fake/events.h"
#include "fake/recording.h"

namespace fw::fake {

// How a connection goes on after a request was dealt with.
enum class After : std::uint8_t { keep, cut };

struct Exchange {
  Core& core;
  net::HttpConn& conn;
  const Received& request;
  KeyVerdict key = KeyVerdict::good;
  std::string key_given = {};
  const Recording* recording = nullptr;  // asked for by header or model
  bool unknown_recording = false;
  std::expected<Place, Refusal> place = Place{};
  std::shared_ptr<const Asked> asked = {};  // of endpoints with a body
  std::string_view model = {};              // as asked for: the body's, or the deployment in the path
  std::string model_text = {};              // of a model that is not spelt like that in the request
  std::string answers_as = {};              // the model the answer names
  std::optional<Fault> fault = {};
  BillEntry* entry = nullptr;
  MonoTime begun = {};
  std::string id = {};          // x-request-id
  std::string sender_id = {};   // as in BillEntry
  std::string more_lines = {};  // of the answer's header

  // Once the request was admitted.
  const Ask& ask() const { return *asked->ask; }
};

// Header lines of an answer: the cloud's own and `more` (content type and what a fault adds).
std::string answer_lines(Exchange& x, std::string_view content_type);

// Sends what a fault left of a whole answer, after the time it takes. `tokens`: what it took to generate.
net::Task<After> deliver_body(Exchange& x, int status, std::string body, std::int64_t tokens);
// The same for a stream.
net::Task<After> deliver_events(Exchange& x, std::unique_ptr<EventSource> events);
// At once, faults or not.
After deliver_refusal(Exchange& x, const Refusal& refusal);

// Plays a fault that needs no answer of the model's. Nothing: the answer is to be made.
net::Task<std::optional<After>> play_instead(Exchange& x);

// Raw bytes, `bytes` at a time every `ms`.
net::Task<bool> drip(Exchange& x, std::string raw);
// The connection ends with a reset when it is cut next.
void arm_reset(net::HttpConn& conn);
// Waits; false: the client left meanwhile (noted in the bill).
net::Task<bool> pause(Exchange& x, MonoTime until);
void note_gone(Exchange& x);

// The answers themselves.
net::Task<After> answer_chat(Exchange& x);
net::Task<After> answer_response(Exchange& x);
net::Task<After> answer_embeddings(Exchange& x);
net::Task<After> answer_converse(Exchange& x);
net::Task<After> answer_invoke(Exchange& x);
net::Task<After> answer_generate(Exchange& x);
After answer_counted(Exchange& x);
After answer_stored(Exchange& x);
After answer_models(Exchange& x);
After answer_admin(Exchange& x);

// The answer, with what a fault cuts off of it.
Draft draft_of(Exchange& x);
// Usage of so many choices of a draft: prompt with its cached part, and what will be generated.
Tokens count_tokens(Exchange& x, const Draft& draft, std::int64_t choices = 1, std::int64_t conversation = 0);
// A fault wants usage left out.
bool tells_usage(const Exchange& x);
// A chat, complete.
ChatAnswer draft_chat(Exchange& x);

}  // namespace fw::fake
