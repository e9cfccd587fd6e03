// What sets one cloud apart: sign-in, paths, wording of errors, headers, the look of its JSON.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "fake/ask.h"
#include "fake/ids.h"
#include "fake/options.h"
#include "fake/refusal.h"
#include "fake/standing.h"
#include "wire/http1.h"

namespace fw::fake {

// What a request line asks for. Views point into the path.
struct Place {
  Endpoint endpoint = Endpoint::chat;
  std::string_view deployment;     // named by the path, percent-encoded; empty: the body names the model
  std::string_view id;             // of a response or a model
  bool inherits_model = false;     // a Response may take it from the one before
  bool array = false;              // a stream is one JSON array
  bool mantle = false;             // bedrock: of its two hosts
  bool unsure = false;             // bedrock: nothing says which host is meant
  std::string_view prefix = {};    // bedrock: below which the endpoints lie
  std::string_view location = {};  // vertex
};

// A request as those see it who check who sent it.
struct Shown {
  const wire::RequestHead& head;  // whole, as it came
  std::string_view body;
  WallTime now;  // as the cloud's clock says
  const Standing& standing;
  const Options& options;
};

// An answer ready to be sent: `lines` end in CRLF.
struct Spoken {
  int status = 200;
  std::string body = {};
  std::string lines = {};
  std::string_view content_type = "application/json";
};

// JSON with holes: `$x` is replaced by the slot x. See template.h.
struct ChatTemplates {
  // $i id, $t time, $m model, $n index of the choice, $d delta, $f finish reason, $u `,"usage":null` or
  // nothing, $o obfuscation or nothing, $r filter results or nothing
  std::string_view chunk;
  // before everything else; empty: none
  std::string_view chunk_first;
  // after the finish, with filter offsets; empty: none
  std::string_view chunk_filter;
  // $U usage
  std::string_view chunk_usage;
  // $c choices, $U usage
  std::string_view whole;
  // $n index, $w message, $f finish reason
  std::string_view choice;
  // $w inside: $x content, $k tool calls (`,"tool_calls":[…]` or nothing); where the cloud knows them $z refusal
  // and $y reasoning
  std::string_view message;
  // $p prompt, $q completion, $s sum, $k cached, $w written or nothing, $r reasoning
  std::string_view usage;
  bool tells_refusals = false;   // else a refusal is content
  bool tells_thoughts = false;   // as reasoning_content
  bool usage_in_finish = false;  // in the chunk with the finish reason, asked for or not
};

struct Timing {
  std::int64_t first_token_ms = 0;
  std::int64_t event_ms = 0;
};

// What a rate limit says at one moment.
struct RateView {
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  std::int64_t reset_ms = 0;
};

// What the header of an answer is made of.
struct AnswerFacts {
  std::string_view request_id;
  std::string_view model;
  std::string_view region;
  std::int64_t took_ms = 0;
  bool limited = false;  // rate limits are told
  RateView requests = {};
  RateView tokens = {};
};

// closer: Manner::sign_in decides, when the whole request has come.
enum class KeyVerdict : std::uint8_t { good, missing, wrong, closer };

class Manner {
 public:
  virtual ~Manner() = default;
  virtual std::string_view name() const = 0;         // the config's word for the cloud
  virtual std::string_view default_key() const = 0;  // empty: none is asked for
  virtual std::vector<std::string> default_keys() const {
    return default_key().empty() ? std::vector<std::string>() : std::vector{std::string(default_key())};
  }
  virtual std::vector<ServedModel> models() const = 0;
  virtual std::vector<std::string> api_versions() const { return {}; }
  virtual std::string_view region() const { return "swedencentral"; }
  virtual Timing timing() const = 0;
  virtual const ChatTemplates& chat() const = 0;
  virtual bool filters_prompts() const { return false; }
  virtual bool tells_limits() const { return true; }
  virtual bool runs_background() const { return true; }
  virtual bool counts_cache_writes() const { return true; }
  // The path without query below which the data plane lies, for people: "/v1".
  virtual std::string_view base_path() const = 0;

  // `given` is the key that was presented, for the refusal.
  virtual KeyVerdict judge_key(std::span<const wire::HeaderField> fields, std::span<const std::string> keys,
                               std::string_view& given) const = 0;
  // Of those judged `closer`; nothing: welcome.
  virtual std::optional<Refusal> sign_in(const Shown&) const { return std::nullopt; }
  // place() and check() look at the header.
  virtual bool reads_fields() const { return false; }
  // What this cloud asks of a request beyond the rest; before the model is looked up.
  virtual std::optional<Refusal> check(const Shown&, const Place&, std::string_view /*model*/, const Ask*) const {
    return std::nullopt;
  }
  // The name under which a model is served: of an ARN its last part.
  virtual std::string_view known_as(std::string_view model) const { return model; }
  virtual bool lists(const Place&, std::string_view /*model*/) const { return true; }
  // Endpoint::direct.
  virtual Spoken answer(const Shown&, IdMint&) const { return {.status = 404}; }
  virtual std::expected<Place, Refusal> place(const wire::RequestHead& head, const Options& options) const = 0;
  virtual std::string refusal_json(const Refusal& refusal) const = 0;
  // The same where its shape depends on the path.
  virtual Spoken refuse(const Refusal& refusal, std::string_view /*path*/) const {
    return {.status = refusal.status, .body = refusal_json(refusal)};
  }
  // Header lines ending in CRLF, without content type and framing.
  virtual void add_lines(std::string& out, const AnswerFacts& facts) const = 0;
  // Of refusals only.
  virtual void add_retry_lines(std::string& out, std::int64_t retry_after_ms) const;
  // Members put into a whole Response, each with a comma before it.
  virtual std::string_view response_extra() const { return {}; }
  // One id, of its cloud's look, from 128 random bits in hex.
  virtual std::string request_id(std::string_view hex32) const = 0;
};

// Null: no such cloud. `manners()` in the order of design.
const Manner* manner_of(std::string_view cloud);
std::span<const Manner* const> manners();

// The part of a path below the prefix of the OpenAI-shaped endpoints: "chat/completions", "responses/ID/cancel".
std::expected<Place, Refusal> place_below(const wire::RequestHead& head, std::string_view rest);
// "Bearer x" of the Authorization field; empty if there is none.
std::string_view bearer(std::span<const wire::HeaderField> fields);
KeyVerdict judge(std::string_view given, std::span<const std::string> keys);
void add_line(std::string& out, std::string_view name, std::string_view value);
void add_line(std::string& out, std::string_view name, std::int64_t value);

}  // namespace fw::fake
