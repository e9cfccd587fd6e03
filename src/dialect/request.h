// What routing and money need to know of a request, read without taking it apart, and the request
// put together again around another model name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "dialect/content_scan.h"
#include "dialect/dialect.h"
#include "dialect/effort.h"
#include "dialect/needs.h"

namespace fw::dialect {

// The two spellings that chat has of the limit of its output; servers may know only one of them.
enum class LimitField : std::uint8_t { any, max_tokens, max_completion_tokens };
// "max_tokens", "max_completion_tokens"; any: empty.
std::string_view name(LimitField field);
LimitField limit_field_of(std::string_view name);

// Views point into the body that was scanned.
struct RequestFacts {
  std::string_view model;           // between the quotes; never empty, never escaped
  std::string_view model_token;     // with its quotes
  std::string_view stream_options;  // the value as written; empty: absent
  std::string_view include_usage;   // its value inside stream_options; empty: absent
  std::string_view service_tier;    // between the quotes, as are the following; empty: absent or null
  std::string_view previous_response_id;
  std::string_view prompt_cache_key;
  std::string_view metadata;        // the object as written; empty: absent, or no object
  std::optional<std::int64_t> output_limit;  // max_completion_tokens, max_tokens or max_output_tokens
  std::string_view limit_key;    // chat: the field that says so, between the quotes; empty: none does, or both do
  std::int64_t n = 1;
  Effort effort = Effort::unsaid;  // asked of a model that thinks
  std::size_t close_offset = 0;  // where the final } stands
  std::size_t member_count = 0;
  Needs needs;  // of the top-level fields alone
  ContentFacts content;  // of chat completions and responses
  bool stream = false;
  bool wants_usage = false;  // the client itself asked for stream_options.include_usage
  std::optional<bool> store;
  bool background = false;
  bool has_members() const { return member_count != 0; }
};

// Scans the whole top level of a request body, and every value under it for well-formedness.
// Errors are the client's (400, `param` set where a field is at fault): malformed JSON with its
// offset, too deep, not an object, a security-relevant key twice or written with escapes, a missing,
// empty or escaped model, wrong types of the fields above, no `messages` (chat) or `input`
// (embeddings). Every other field is left alone. Only for operations that carry a body.
Result<RequestFacts> scan_request(Operation operation, std::string_view body, int depth_max);

// A request body in pieces, to be written one after the other.
class Pieces {
 public:
  static constexpr std::size_t kCapacity = 8;
  // Empty pieces are dropped.
  void push(std::string_view piece) {
    if (piece.empty()) return;
    pieces_[count_++] = piece;
    bytes_ += piece.size();
  }
  std::size_t size() const { return count_; }
  std::size_t bytes() const { return bytes_; }
  std::string_view operator[](std::size_t i) const { return pieces_[i]; }
  const std::string_view* begin() const { return pieces_.data(); }
  const std::string_view* end() const { return pieces_.data() + count_; }

 private:
  std::array<std::string_view, kCapacity> pieces_{};
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

// The client's bytes around the upstream's model name. A streaming chat request also asks for its
// usage; where the place takes only the other spelling of chat's limit (`limit`), it gets that; nothing else changes. `facts` must come from this very `body`; `model_json` is a quoted
// and escaped JSON string and must outlive the pieces. The same input gives the same bytes.
Pieces splice_request(Operation operation, const RequestFacts& facts, std::string_view body,
                      std::string_view model_json, LimitField limit = LimitField::any);

// True if that changes the spelling of the limit.
inline bool respells(const RequestFacts& facts, LimitField limit) {
  return limit != LimitField::any && !facts.limit_key.empty() && facts.limit_key != name(limit);
}

}  // namespace fw::dialect
