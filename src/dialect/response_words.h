// What an event or a whole Response says, taken apart. Views point into the text that was read.
#pragma once

#include <cstdint>
#include <string_view>

#include "dialect/inner.h"
#include "wire/json.h"

namespace fw::dialect {

enum class ResponseEvent : std::uint8_t {
  text_delta,
  text_done,
  refusal_delta,
  refusal_done,
  reasoning_delta,
  reasoning_done,
  summary_delta,
  summary_done,
  arguments_delta,
  arguments_done,
  part_added,
  part_done,
  summary_part_added,
  summary_part_done,
  annotation,
  item_added,
  item_done,
  created,
  terminal,
  failed,
  error,
  other
};
ResponseEvent response_event_of(std::string_view type);

// One event, whatever its type. `whole` is what the type calls text, refusal, arguments or input.
struct ResponseEventWords {
  std::string_view type, delta, whole, item_id;  // between the quotes
  std::string_view item, part, response, annotation, error;
  std::string_view logprobs;  // an array with elements
  std::int64_t output_index = -1;
  std::uint32_t index = 0;  // content_index or summary_index
};
void read_response_event(const wire::JsonMember& member, ResponseEventWords& out);

// A Response, of an event or in one piece.
struct ResponseTop {
  std::string_view id, model, service_tier, status, reason;  // between the quotes; reason: why incomplete
  std::string_view object;
  std::string_view output;  // an array
  std::string_view usage, tool_usage;
  std::string_view error;
  std::int64_t created = 0;
  std::int64_t completed = 0;
};
void read_response_top(const wire::JsonMember& member, int depth_max, ResponseTop& out);

// An item of the output.
struct ResponseItem {
  std::string_view type, id, call_id, name, arguments, encrypted, status;  // between the quotes
  std::string_view content, summary;                                       // arrays
  inner::ItemKind kind = inner::ItemKind::other;
};
ResponseItem read_response_item(std::string_view object, int depth_max);

// A part of an item.
struct ResponsePart {
  std::string_view text;                   // between the quotes
  std::string_view refusal;                // between the quotes
  std::string_view annotations, logprobs;  // arrays with elements
  bool is_refusal = false;
  bool is_reasoning = false;  // a text or a summary of it
};
ResponsePart read_response_part(std::string_view object, int depth_max);

}  // namespace fw::dialect
