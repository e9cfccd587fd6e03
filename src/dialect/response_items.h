// How a Response writes its items and their parts. Private to the renderer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dialect/answer_events.h"

namespace fw::dialect {

enum class ResponsePartKind : std::uint8_t { none, text, refusal, reasoning, summary };

// How a kind of part is told.
struct ResponsePartRow {
  std::string_view type;   // of the part
  std::string_view field;  // where its text stands
  std::string_view delta, done;
  std::string_view index;
  std::string_view added, finished;
};
const ResponsePartRow& row(ResponsePartKind kind);

// The part of an item that is being told.
struct ToldPart {
  ResponsePartKind kind = ResponsePartKind::none;
  std::uint32_t number = 0;  // as the events count
  std::uint32_t index = 0;   // as we count
  std::uint32_t annotation_count = 0;
  std::string text;                   // of a call: its arguments
  std::string annotations, logprobs;  // elements
};

// What is needed while an item is open.
struct ToldItem {
  std::string id, call_id, name;  // escaped
  std::string content, summary;   // the parts that are complete
  std::string encrypted;
  std::uint32_t contents = 0;
  std::uint32_t summaries = 0;
  ToldPart part;
};

struct ResponseOutput {
  std::uint32_t output = 0;  // as the events count; we count by place
  std::uint32_t choice = 0;
  inner::ItemKind kind = inner::ItemKind::message;
  bool open = true;
  std::unique_ptr<ToldItem> telling;
  std::string json;  // once it is complete
};

// `,"key":"text"` and `,"key":7`.
void append_quoted(std::string& out, std::string_view key, std::string_view escaped);
void append_numbered(std::string& out, std::string_view key, std::int64_t number);

void append_part(std::string& out, const ToldPart& part, bool filled);
// `status` empty: the item as it begins.
void append_item(std::string& out, inner::ItemKind kind, const ToldItem& item, std::string_view status);

}  // namespace fw::dialect
