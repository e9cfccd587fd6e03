// Faults a fake cloud plays: what goes wrong, for which request, and how often.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace fw::fake {

enum class FaultKind : std::uint8_t {
  status,        // an error answer in the cloud's own shape
  lie,           // 400 on a request that is good
  reset,         // TCP reset: before the answer, or after `after` events
  stall,         // silence: before the head, or after `after` events; for `ms`, then it goes on
  drip,          // `bytes` bytes of the answer every `ms`
  slow_start,    // `ms` before the answer begins
  truncate,      // the stream ends after `after` events, without its dialect's ending
  error_event,   // an error told inside the stream after `after` events
  html,          // 200 with a web page
  half,          // half of a JSON body; Content-Length says so
  wrong_length,  // Content-Length is `bytes` more than what comes (negative: less)
  garbage,       // bytes that are no HTTP
  close,         // the connection is closed without a byte of answer
  stale,         // answered well, then closed without announcement
  redirect,      // `status` (307) to `location`
  cut_off,       // generation ends after `after` tokens, told as a limit on the output
  no_usage,      // the stream ends well, without telling usage
  corrupt,       // `after` events, then one that is spoilt: a wrong checksum, or no JSON; then it goes on
  ignore_effort, // answered well, but without a thought, whatever effort was asked for
  drop_tools,    // answered as if the request had no tools
  seals,         // reasoning items of Responses carry encrypted content that begins with `code`; others' is refused with 400
  unsupported,   // 400 where the body has the top-level `field`, naming `instead`; others are answered well
  count_
};

std::string_view name(FaultKind kind);

// One entry of a fault script. A number that is absent has the kind's own default.
struct Fault {
  FaultKind kind = FaultKind::status;
  std::int64_t times = 1;  // requests it is played to; 0: until it is cleared
  std::optional<std::int64_t> status;
  std::optional<std::int64_t> after;  // events sent before it happens
  std::optional<std::int64_t> ms;
  std::optional<std::int64_t> bytes;
  std::optional<std::int64_t> retry_after_ms;
  std::optional<bool> billed;   // whether the cloud's bill counts the attempt all the same
  std::optional<bool> wrapped;  // status: the body is an array of one error, as Google's front ends may send
  std::optional<bool> clean;    // truncate: false cuts the connection instead of ending the body
  std::string code;
  std::string type;
  std::string message;
  std::string body;      // status: sent as it is
  std::string location;  // redirect
  std::string field;     // unsupported: the one it refuses
  std::string instead;   // unsupported: the one it wants; empty: none
  std::vector<std::pair<std::string, std::string>> headers;
  std::string match_path;   // the request's path contains it; empty: every path of the data plane
  std::string match_model;  // the request's model is it; empty: every model
  bool operator==(const Fault&) const = default;
};

// Faults that one script may hold, and the bytes of a script.
inline constexpr std::size_t kFaultsMax = 1'000;
inline constexpr std::size_t kScriptBytesMax = 1u << 20;

// One fault a line or between semicolons, `#` starts a comment:
//   KIND [STATUS] [key=value]...      reset after=3 times=2 model=gpt-6-sol
// Keys are the members of the JSON form; `path` and `model` are those of `match`, `headers.NAME` adds
// a header, values with blanks stand in double quotes. Errors name the line and what was expected.
Result<std::vector<Fault>> parse_fault_script(std::string_view text);

// {"faults":[{"kind":"status","status":429,"retry_after_ms":500,"times":2,"match":{"path":…,"model":…}}]}
// or the array alone. Errors name the entry, the member and what was expected.
Result<std::vector<Fault>> parse_faults_json(std::string_view text);

// The JSON form, a whole document.
std::string faults_json(const std::vector<Fault>& faults);

// The faults still to come, in order.
class FaultQueue {
 public:
  // False: there would be more than kFaultsMax, nothing was added.
  bool add(std::vector<Fault> faults);
  void clear() { waiting_.clear(); }
  // The first that matches; it has one time less then.
  std::optional<Fault> take(std::string_view path, std::string_view model);
  const std::vector<Fault>& waiting() const { return waiting_; }

 private:
  std::vector<Fault> waiting_;
};

}  // namespace fw::fake
