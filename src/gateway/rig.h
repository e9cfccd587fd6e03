// A gateway core in one thread on in-memory streams and a simulated clock, for tests.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/core.h"
#include "net/memory_stream.h"

namespace fw::gateway {

// What a scripted cloud does with one request.
struct Play {
  std::string answer;               // raw bytes, head included
  std::int64_t delay_ms = 0;        // before the first byte
  bool hang = false;                // leaves the connection open after the answer, saying nothing
  bool reset = false;               // resets it after the answer
  std::int64_t die_ms = -1;         // resets it so long after the second request came, unanswered
  bool refuse_connection = false;
  int fail_in = -1;                 // the gateway's n-th operation on the connection fails
  std::size_t drip = SIZE_MAX;      // the gateway reads at most so much at a time
  std::string early = {};           // sent at once, ahead of the delay and the answer
};

std::string json_answer(std::string_view body, int status = 200, std::string_view fields = {});
std::string sse_answer(std::string_view events);
inline constexpr std::string_view kChatAnswer =
    R"({"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}})";
inline constexpr std::string_view kResponse =
    R"({"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"hi","annotations":[]}]}],"usage":{"input_tokens":10,"output_tokens":2,"total_tokens":12}})";
std::string chat_request(std::string_view body, std::string_view key = "sk-team-a-0123456789", std::string_view path = "/v1/chat/completions");

class Rig {
 public:
  // Two `compatible` deployments, "one" and "two", of the model gpt; keys of tenants acme and umbra.
  // `of_each`: more fields of both. A config that begins with `tenants:` replaces theirs. `of_one`: instead of one's price.
  // `second_cloud`: of the provider "two".
  explicit Rig(std::string_view more_config = {}, std::string_view of_each = {}, std::string_view of_one = {}, std::string_view second_cloud = {});
  ~Rig();

  // Scripts of the next connections' requests, in order, whoever is dialled.
  std::deque<Play> plays;
  // What the clouds received, requests as raw bytes.
  std::vector<std::string> received;
  std::vector<std::string> dialled;  // hosts
  bool fired = false;                // a play's fail_in came to pass
  // When the gateway closed the connection of the n-th play; never() while open.
  std::vector<MonoTime> closed_at;

  // One client connection: sends `bytes`, runs to the end of all work, returns all that came back.
  std::string ask(std::string_view bytes);
  // The same, but the client reads nothing for `ms`.
  std::string ask_and_read_later(std::string_view bytes, std::int64_t ms);
  // The same, but the client resets its connection after `ms`.
  std::string ask_and_leave(std::string_view bytes, std::int64_t ms);

  // Keeps books in this journal from now on; it must outlive the rig. Before the first request.
  void keep_books(store::Journal& journal);
  // All providers sign in by this from now on. Before the first request.
  void sign_in_by(std::shared_ptr<const cloud::SignIn> sign_in);

  net::Loop loop{net::Loop::Clock::simulated};
  std::unique_ptr<Shared> shared;
  std::unique_ptr<Core> core;

  ledger::ExchangeRecord last() const { return core->records.newest(1).at(0); }

 private:
  void move_in(std::shared_ptr<const Snapshot> snapshot);
  store::Journal* journal_ = nullptr;
  net::Task<void> play_cloud(std::unique_ptr<net::MemoryStream> end, Play play, std::size_t index);
  net::Task<void> collect(net::MemoryStream& from, std::string& into);
  net::Task<void> collect_later(net::MemoryStream& from, std::string& into, std::int64_t ms);
  net::Task<void> leave(net::MemoryStream& end, std::int64_t ms);
};

}  // namespace fw::gateway
